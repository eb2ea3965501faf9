import { connect, constants } from 'node:http2';
import type { Random } from '../../src/core/random.js';
import { one, type Target } from './strangers-target.js';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const PATHS = ['/', '/metrics', '/slack/save', '/autokitteh.integrations.v1.IntegrationsService/Get', '/%'];
const METHODS = ['GET', 'POST', 'TRACE', 'CONNECT', 'DELETE'];
const AT_MOST_MS = 1_000;

/** The preface of HTTP/2, and then frames that no client sends: sizes, types, flags and streams by chance. */
export function http2Garbage(random: Random): Buffer {
  const frames = Array.from({ length: 1 + Math.floor(random() * 20) }, () => {
    const payload = Buffer.alloc(Math.floor(random() * 60), Math.floor(random() * 256));
    const head = Buffer.alloc(9);
    head.writeUIntBE(random() < 0.8 ? payload.length : Math.floor(random() * 0xffffff), 0, 3);
    head[3] = Math.floor(random() * 12);
    head[4] = Math.floor(random() * 256);
    head.writeUInt32BE(Math.floor(random() * 8), 5);
    return Buffer.concat([head, payload]);
  });
  return Buffer.concat([PREFACE, ...(random() < 0.7 ? [SETTINGS] : []), ...frames]);
}

/** Opens many streams of one connection, ends some at once and leaves others half-sent. Resolves when it is closed; undefined where it could not be opened. */
export function http2Streams(random: Random, { ports }: Target): Promise<string | undefined> {
  return new Promise((resolve) => {
    const session = connect(`http://127.0.0.1:${ports.plugin}`);
    let answered = 0;
    let connected = false;
    session.once('connect', () => (connected = true));
    const close = (): void => session.destroy();
    const timer = setTimeout(close, AT_MOST_MS);
    session.on('error', close);
    session.once('close', () => {
      clearTimeout(timer);
      resolve(answered > 0 ? 'streams answered' : connected ? 'closed' : undefined);
    });
    const streams = 20 + Math.floor(random() * 100);
    let left = streams;
    for (let number = 0; number < streams; number++) {
      const method = one(random, METHODS);
      const head = method === 'CONNECT' ? { ':authority': 'slack.com' } : { ':path': one(random, PATHS) };
      const stream = session.request({ ':method': method, ...head }, { endStream: random() < 0.5 });
      stream.on('error', () => undefined);
      stream.on('response', () => (answered += 1)).resume();
      stream.once('close', () => {
        left -= 1;
        if (left === 0) close();
      });
      const fate = random();
      if (fate < 0.5) stream.close(constants.NGHTTP2_CANCEL);
      else if (fate < 0.75 && stream.writable) stream.end('x'.repeat(1_000));
    }
  });
}

// Length 0, type 4, no flags, stream 0.
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
