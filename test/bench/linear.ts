import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { dict, list, string, type Value } from '../../src/autokitteh/values.js';
import { invalidity } from '../../src/autokitteh/values-validity.js';
import { defaultAck } from '../../src/events/answers.js';
import { classify } from '../../src/events/classify.js';
import { toEvent } from '../../src/events/mapping.js';
import { bindArguments, slackArguments } from '../../src/functions/call-arguments.js';
import type { FunctionDescription } from '../../src/functions/function-description.js';
import { CallRequestSchema } from '../../src/gen/autokitteh/integrations/v1/integrations_pb.js';
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

/** Each kind of frame, and of call, at 64 kB and at nearly 1 MB: regular expressions and library calls must stay linear, too. */
export const bench: Bench = {
  name: 'linear',
  run: () =>
    Promise.resolve([
      ...Object.entries(HOSTILE).map(([kind, frame]) =>
        rowOf(kind, frame, (text) => Buffer.byteLength(text), workOnFrame),
      ),
      ...Object.entries(CALLS).map(([kind, call]) =>
        rowOf(`a call with ${kind}`, call, ({ length }) => length, workOnCall),
      ),
    ]),
};

/** `make` makes something that grows with its argument, of which `work` does all that the program does. */
function rowOf<Input>(
  kind: string,
  make: (size: number) => Input,
  bytesOf: (input: Input) => number,
  work: (input: Input) => unknown,
): Row {
  const [small, large] = [SMALL, LARGE].map((bytes) => largest(make, bytesOf, bytes)) as [Input, Input];
  work(small);
  const count = Math.round(bytesOf(large) / bytesOf(small));
  const peer = fastest(() => work(small), count) / count;
  const value = fastest(() => work(large), 1);
  const ratio = value / peer;
  return {
    figure: `${kind}, ${(bytesOf(large) / 1024).toFixed(0)} kB`,
    value: `${value.toFixed(1)} ms`,
    peer: `${(bytesOf(small) / 1024).toFixed(0)} kB: ${peer.toFixed(2)} ms`,
    ratio,
    limit: `at most ${MOST} times`,
    ok: ratio <= MOST,
  };
}

/** The largest of a kind with at most so many bytes. */
function largest<Input>(
  make: (size: number) => Input,
  bytesOf: (input: Input) => number,
  bytes: number,
): Input {
  let [fits, tooLarge] = [1, bytes];
  while (tooLarge - fits > 1) {
    const size = Math.floor((fits + tooLarge) / 2);
    if (bytesOf(make(size)) <= bytes) fits = size;
    else tooLarge = size;
  }
  return make(fits);
}

const SOURCE = envelopeSource();

/** All that is done with a frame on its way, but for writing and sending it. */
function workOnFrame(text: string): unknown {
  const found = parseFrame(text, SOURCE);
  if (found.t !== 'envelope') throw new Error(`the frame is ${found.t}`);
  classify(found.envelope);
  defaultAck(found.envelope);
  const event = toEvent(text, { appId: 'A1', key: 'k' });
  return [found.envelope, event, encodeDispatch({ destinationId: 'con_1', ...event })];
}

const POST: FunctionDescription = {
  name: 'chat_postMessage',
  description: '',
  documentationUrl: '',
  parameters: [],
};

/** Requests of a workflow's call, as they come. */
const CALLS: Readonly<Record<string, (size: number) => Uint8Array>> = {
  'many keywords': (size) =>
    request(Object.fromEntries(Array.from({ length: size }, (_, n) => [`keyword_${n}`, string('x')]))),
  'a list of many texts': (size) =>
    request({ blocks: list(Array.from({ length: size }, () => string('x'))) }),
  'a dictionary of many keys': (size) =>
    request({ blocks: dict(Array.from({ length: size }, (_, n) => [`${n}\u0000`, string('x')] as const)) }),
  'many empty lists in lists': (size) =>
    request({ blocks: list(Array.from({ length: size }, () => list([list([])]))) }),
  'a long text': (size) => request({ text: string('\u0000\\"'.repeat(size)) }),
};

function request(kwargs: Record<string, Value>): Uint8Array {
  return toBinary(CallRequestSchema, create(CallRequestSchema, { integrationId: 'int_1', kwargs }));
}

/** All that is done with a call before it is sent to Slack. */
function workOnCall(bytes: Uint8Array): unknown {
  const { args, kwargs } = fromBinary(CallRequestSchema, bytes);
  for (const [name, value] of Object.entries(kwargs)) {
    const problem = invalidity(value, name);
    if (problem !== undefined) throw new Error(problem);
  }
  const bound = bindArguments(POST, args, kwargs);
  if (!bound.ok) throw new Error(bound.problem.message);
  return JSON.stringify(slackArguments(bound.values));
}

/**
 * The least CPU time of some runs, in milliseconds, of as many as hold the same for the processor. Not the time on the
 * clock: other processes take theirs of it. Each run begins without the garbage of the one before and keeps what it
 * made, so that the garbage collector copies as much for many small ones as for a large one.
 */
function fastest(work: () => unknown, count: number): number {
  const times = Array.from({ length: RUNS }, () => {
    collectGarbage();
    const start = process.cpuUsage();
    const made = Array.from({ length: count }, work);
    const { user, system } = process.cpuUsage(start);
    if (made.length !== count) throw new Error('one was left out');
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}
