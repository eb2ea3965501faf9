import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { seededRandom } from '../../src/core/random.js';
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
export type AttackNews = { readonly done: number; readonly outcomes?: Outcomes };

const AT_ONCE = 24;
const MOST_HELD = 200;
const SILENT_MS = 3_000;
const NEWS_EVERY = 20;

const SHOTS: Readonly<Record<string, Kind>> = {
  ...MALFORMED,
  ...FORGED,
  'HTTP/2 garbage': (random) => ({ port: 'plugin', bytes: http2Garbage(random) }),
};
const STREAMS = 'HTTP/2 streams';
const KINDS = [...Object.keys(SHOTS), STREAMS];

const [plan] = (await once(process, 'message')) as [AttackPlan];
process.once('disconnect', () => process.exit(1));
const random = seededRandom(plan.seed);
const outcomes: Outcomes = {};
const held: Socket[] = [];
let begun = 0;
let done = 0;
await Promise.all(Array.from({ length: AT_ONCE }, attack));
for (const socket of held) socket.destroy();
process.send?.({ done, outcomes } satisfies AttackNews, () => process.exit(0));

async function attack(): Promise<void> {
  while (begun < plan.requests) {
    begun += 1;
    const kind = one(random, KINDS);
    const outcome = kind === STREAMS ? await http2Streams(random, plan.target) : await shoot(shotOf(kind));
    const of = (outcomes[kind] ??= {});
    of[outcome] = (of[outcome] ?? 0) + 1;
    done += 1;
    if (done % NEWS_EVERY === 0) process.send?.({ done } satisfies AttackNews);
  }
}

function shotOf(kind: string): Shot {
  const make = SHOTS[kind];
  if (make === undefined) throw new Error(`there is no kind ${kind}`);
  return make(random, plan.target);
}

/** Sends it, at once or in two parts; reads the answer to its end, leaves in the middle, or holds the connection. */
function shoot({ port, bytes, holds = false }: Shot): Promise<string> {
  const half = random() < 0.3 ? Math.floor(bytes.length * random()) : bytes.length;
  const leaves = random() < 0.3;
  return new Promise((resolve) => {
    let status: string | undefined;
    const socket = connect(plan.target.ports[port], '127.0.0.1', () => {
      socket.write(bytes.subarray(0, half));
      if (half < bytes.length) setImmediate(() => socket.write(bytes.subarray(half)));
      if (holds) hold(socket, resolve);
    });
    const timer = setTimeout(() => {
      status ??= 'silent';
      socket.destroy();
    }, SILENT_MS);
    socket.on('data', (chunk: Buffer) => {
      status ??= /^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1', 0, 16))?.[1] ?? 'no status';
      if (leaves) socket.resetAndDestroy();
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(status ?? 'closed');
    });
    if (holds) clearTimeout(timer);
  });
}

function hold(socket: Socket, resolve: (outcome: string) => void): void {
  held.push(socket);
  socket.once('close', () => {
    const place = held.indexOf(socket);
    if (place !== -1) held.splice(place, 1);
  });
  if (held.length > MOST_HELD) held.shift()?.destroy();
  resolve('held');
}
