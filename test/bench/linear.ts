import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { defaultAck } from '../../src/events/answers.js';
import { classify } from '../../src/events/classify.js';
import { toEvent } from '../../src/events/mapping.js';
import { parseFrame } from '../../src/slack/envelope.js';
import { envelopeSource } from '../helpers/envelope-source.js';
import { encodeDispatch } from '../../src/autokitteh/dispatch-encoding.js';
import { HOSTILE } from '../unit/events/hostile-frames.js';
import type { Bench, Row } from './bench.js';

const SMALL = 64 * 1024;
const LARGE = 1024 * 1024 - 1024;
const MOST = 20;
const RUNS = 8;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Each kind of frame at 64 kB and at nearly 1 MB: regular expressions and library calls must stay linear, too. */
export const bench: Bench = {
  name: 'linear',
  run: () => Promise.resolve(Object.entries(HOSTILE).map(([kind, frame]) => rowOf(kind, frame))),
};

function rowOf(kind: string, frame: (size: number) => string): Row {
  const [small, large] = [SMALL, LARGE].map((bytes) => frameOf(frame, bytes)) as [string, string];
  work(small);
  const count = Math.round(large.length / small.length);
  const peer = fastest(small, count) / count;
  const value = fastest(large, 1);
  const ratio = value / peer;
  return {
    figure: `${kind}, ${(large.length / 1024).toFixed(0)} kB`,
    value: `${value.toFixed(1)} ms`,
    peer: `${(small.length / 1024).toFixed(0)} kB: ${peer.toFixed(2)} ms`,
    ratio,
    limit: `at most ${MOST} times`,
    ok: ratio <= MOST,
  };
}

/** The largest frame of a kind with at most so many bytes. */
function frameOf(frame: (size: number) => string, bytes: number): string {
  let [fits, tooLarge] = [1, bytes];
  while (tooLarge - fits > 1) {
    const size = Math.floor((fits + tooLarge) / 2);
    if (Buffer.byteLength(frame(size)) <= bytes) fits = size;
    else tooLarge = size;
  }
  return frame(fits);
}

const SOURCE = envelopeSource();

/** All that is done with a frame on its way, but for writing and sending it. */
function work(text: string): unknown {
  const found = parseFrame(text, SOURCE);
  if (found.t !== 'envelope') throw new Error(`the frame is ${found.t}`);
  classify(found.envelope);
  defaultAck(found.envelope);
  const event = toEvent(text, { appId: 'A1', key: 'k' });
  return [found.envelope, event, encodeDispatch({ destinationId: 'con_1', ...event })];
}

/**
 * The least CPU time of some runs, in milliseconds, of as many as hold the same for the processor. Not the time on the
 * clock: other processes take theirs of it. Each run begins without the garbage of the one before and keeps what it
 * made, so that the garbage collector copies as much for many small frames as for a large one.
 */
function fastest(text: string, count: number): number {
  const times = Array.from({ length: RUNS }, () => {
    collectGarbage();
    const start = process.cpuUsage();
    const made = Array.from({ length: count }, () => work(text));
    const { user, system } = process.cpuUsage(start);
    if (made.length !== count) throw new Error('a frame was left out');
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}
