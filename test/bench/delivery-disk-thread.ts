import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';

// What a commit of one event writes to the journal's log, and of that log as much as is written before it begins anew.
const RECORD = Buffer.alloc(14 * 1024, 1);
const RECORDS = 1000;

/** Writes and syncs a record for what was sent since the last one, and answers how many messages that were. */
const port = parentPort;
if (port !== null) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-disk-'));
  const file = openSync(join(folder, 'records'), 'w');
  let written = 0;
  const write = (): void => {
    writeSync(file, RECORD, 0, RECORD.length, (written % RECORDS) * RECORD.length);
    written += 1;
  };
  while (written < RECORDS) write();
  fdatasyncSync(file);
  port.on('message', () => {
    let messages = 1;
    while (receiveMessageOnPort(port) !== undefined) messages += 1;
    write();
    fdatasyncSync(file);
    port.postMessage(messages);
  });
  process.once('exit', () => {
    closeSync(file);
    rmSync(folder, { recursive: true });
  });
  port.postMessage('open');
}
