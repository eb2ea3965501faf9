import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { seededRandom, type Random } from '../../src/core/random.js';
import { FORGED } from './strangers-forged.js';
import { http2Garbage, http2Streams } from './strangers-http2.js';
import { MALFORMED } from './strangers-malformed.js';
import { one, type Kind, type Shot, type Target } from './strangers-target.js';

// A process of its own, so that what it does delays no acknowledgement at the scripted Slack.

/** What the process is told first. */
export interface AttackPlan {
  readonly seed: number;
  readonly requests: number;
  readonly target: Target;
}

/** For each kind, how often each outcome was: a status, `closed` without one, `silent`, `held`. */
export type Outcomes = Record<string, Record<string, number>>;

/** What it tells: how many requests are over, and at the end what became of all. */
export interface AttackNews {
  readonly done: number;
  readonly outcomes?: Outcomes;
  /** How often a connection could not be opened, and was tried again: that is no request yet. */
  readonly unconnected: number;
}

/** Requests at a time, of the kinds that are answered at once, and of those that may wait until nothing comes any more. */
const QUICK_AT_ONCE = 24;
const SLOW_AT_ONCE = 64;
const MOST_HELD = 200;
/** A connection that is held takes a place for so long, or there would be more of them than the program can accept. */
const HOLDING_MS = 250;
const SILENT_MS = 2_500;
const RETRY_MS = 100;
/** After an answer whose connection stays open, nothing more comes for so long. */
const ANSWERED_MS = 200;
const NEWS_EVERY = 20;
/** The generators of two seeds have no number in common. */
const MOST_SHOTS = 10_000_000;

const SHOTS: Readonly<Record<string, Kind>> = {
  ...MALFORMED,
  ...FORGED,
  'HTTP/2 garbage': (random) => ({ port: 'plugin', bytes: http2Garbage(random) }),
};
const STREAMS = 'HTTP/2 streams';
const KINDS = [...Object.keys(SHOTS), STREAMS];
const SLOW: ReadonlySet<string> = new Set([
  ...['HTTP/0.9', 'noise', 'HTTP/2 garbage', STREAMS, 'broken answer'],
  ...['idle', 'half a head', 'half a body'],
]);

const [plan] = (await once(process, 'message')) as [AttackPlan];
process.once('disconnect', () => process.exit(1));
const outcomes: Outcomes = {};
const held: Socket[] = [];
const quick = new Set<Promise<void>>();
const slow = new Set<Promise<void>>();
let done = 0;
let unconnected = 0;
for (let number = 0; number < plan.requests; number++) {
  // A generator of its own, or what is shot would depend on which other shots are over.
  const random = seededRandom(plan.seed * MOST_SHOTS + number);
  const kind = one(random, KINDS);
  const [shots, most] = SLOW.has(kind) ? [slow, SLOW_AT_ONCE] : [quick, QUICK_AT_ONCE];
  if (shots.size >= most) await Promise.race(shots);
  const over = attack(random, kind).then(() => void shots.delete(over));
  shots.add(over);
}
await Promise.all([...quick, ...slow]);
for (const socket of held) socket.destroy();
const last: AttackNews = { done, outcomes, unconnected };
process.send?.(last, () => process.exit(0));

async function attack(random: Random, kind: string): Promise<void> {
  const make = SHOTS[kind];
  const shot = make?.(random, plan.target);
  const send = (): Promise<string | undefined> =>
    shot === undefined
      ? http2Streams(random, plan.target)
      : shoot(shot, halfOf(random, shot), random() < 0.3);
  let outcome: string | undefined;
  while ((outcome = await send()) === undefined) {
    unconnected += 1;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  const of = (outcomes[kind] ??= {});
  of[outcome] = (of[outcome] ?? 0) + 1;
  done += 1;
  if (done % NEWS_EVERY === 0) process.send?.({ done, unconnected } satisfies AttackNews);
}

/** Some are sent in two parts. */
function halfOf(random: Random, { bytes }: Shot): number {
  return random() < 0.3 ? Math.floor(bytes.length * random()) : bytes.length;
}

/**
 * Sends it; reads the answer to its end, leaves in the middle of it, or holds the connection. Undefined where the
 * connection could not be opened.
 */
function shoot(
  { port, bytes, holds = false }: Shot,
  half: number,
  leaves: boolean,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let outcome: string | undefined;
    const socket = connect(plan.target.ports[port], '127.0.0.1', () => {
      outcome = 'closed';
      socket.write(bytes.subarray(0, half));
      if (half < bytes.length) setImmediate(() => socket.write(bytes.subarray(half)));
      if (holds) hold(socket, resolve);
    });
    socket.setTimeout(SILENT_MS, () => {
      if (outcome === 'closed') outcome = 'silent';
      if (!holds || outcome === undefined) socket.destroy();
    });
    socket.on('data', (chunk: Buffer) => {
      if (outcome === 'closed')
        outcome = /^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1', 0, 16))?.[1] ?? 'no status';
      if (leaves) socket.resetAndDestroy();
      else if (!holds) socket.setTimeout(ANSWERED_MS);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => resolve(outcome));
  });
}

function hold(socket: Socket, resolve: (outcome: string) => void): void {
  held.push(socket);
  const holding = setTimeout(() => resolve('held'), HOLDING_MS);
  socket.once('close', () => {
    clearTimeout(holding);
    const place = held.indexOf(socket);
    if (place !== -1) held.splice(place, 1);
  });
  if (held.length > MOST_HELD) held.shift()?.destroy();
}
