import { PluginError } from '../core/errors.js';
import { terminalLine } from './lines.js';
import { isRunning, MadeFiles, runsFolder, type Made } from './made.js';
import { FINAL } from './session-states.js';
import type { SendRequest } from './send-request.js';
import type { TimelineEntry } from './timeline.js';

/** How `dev send` is done. */
export interface SendOptions {
  /** Which run, as `project/connection`; the only one unless given. */
  readonly to: string | undefined;
  /** How long it is followed, in milliseconds. */
  readonly waitMs: number;
  /** Prints entries as JSON, one a line. */
  readonly json: boolean;
}

/** Sends it in a run that goes on, and prints what comes of it. Resolves with the exit code: 1 if something failed. */
export async function sendInRun(
  request: SendRequest,
  { to, waitMs, json }: SendOptions,
  out: (line: string) => void,
): Promise<number> {
  const { url } = await runningDev(to);
  const { sent } = (await ask(url, '/api/send', request)) as { sent: readonly TimelineEntry[] };
  const print = (entry: TimelineEntry): void => out(json ? JSON.stringify(entry) : terminalLine(entry));
  for (const entry of sent) print(entry);
  const outcome = new Outcome(sent.map(({ n }) => n));
  let last = Math.max(...sent.map(({ n }) => n));
  const end = performance.now() + waitMs;
  while (!outcome.isOver) {
    const left = end - performance.now();
    if (left <= 0) {
      outcome.endWaiting(waitMs);
      if (!json) out(outcome.waitsFor());
      break;
    }
    const wait = Math.min(10, Math.ceil(left / 1_000));
    const { entries } = (await ask(url, `/api/timeline?after=${last}&wait=${wait}`)) as {
      entries: readonly TimelineEntry[];
    };
    for (const entry of entries) {
      last = entry.n;
      if (outcome.take(entry)) print(entry);
    }
  }
  return outcome.hasFailed ? 1 : 0;
}

/** Has a run that goes on refuse the next calls of a method. */
export async function refuseInRun(refusal: object, to: string | undefined): Promise<void> {
  const { url } = await runningDev(to);
  await ask(url, '/api/refuse', refusal);
}

// Slack: what is not acknowledged by then, has failed.
const ACKNOWLEDGED_WITHIN_MS = 3_000;

/** What has become of what was sent. */
class Outcome {
  readonly #open: Map<number, Set<string> | undefined>;
  readonly #acknowledged = new Set<number>();
  #hasFailed = false;
  #hasStarted = false;
  #isMissing = false;

  constructor(sent: readonly number[]) {
    this.#open = new Map(sent.map((n) => [n, undefined]));
  }

  get isOver(): boolean {
    return this.#open.size === 0;
  }

  /** A mention is two events of Slack's, as a rule with a trigger for one of them: one session of all of them is enough. */
  get hasFailed(): boolean {
    return this.#hasFailed || (this.#isMissing && !this.#hasStarted);
  }

  /** Whether the entry is about this, or may be. */
  take(entry: TimelineEntry): boolean {
    if (!('sent' in entry)) return entry.t === 'call';
    if (!this.#open.has(entry.sent)) return false;
    switch (entry.t) {
      case 'acknowledged':
        this.#acknowledged.add(entry.sent);
        break;
      case 'unacknowledged':
        this.#hasFailed = true;
        this.#open.delete(entry.sent);
        break;
      case 'no_session':
        // What waits for events tells nobody which ones it took.
        if (!entry.isWaitedFor) this.#isMissing = true;
        this.#open.delete(entry.sent);
        break;
      case 'session':
        this.#session(entry);
        break;
      default:
    }
    return true;
  }

  /** It is followed no longer, after so many milliseconds. */
  endWaiting(waitMs: number): void {
    if (waitMs > ACKNOWLEDGED_WITHIN_MS && !this.#isAcknowledged) this.#hasFailed = true;
  }

  waitsFor(): string {
    if (this.#hasFailed && !this.#isAcknowledged)
      return 'It was not acknowledged. If the app has no open socket: has the project an active deployment (`ak deploy`)?';
    const started = [...this.#open.values()].flatMap((sessions) => [...(sessions ?? [])]);
    return started.length === 0
      ? 'Nothing more has come of it yet; --wait says how long it is followed.'
      : `${started.join(', ')} goes on; the terminal of \`ak-slack dev\` tells what it does.`;
  }

  get #isAcknowledged(): boolean {
    return [...this.#open.keys()].every((n) => this.#acknowledged.has(n));
  }

  #session({ sent, sessionId, state }: Extract<TimelineEntry, { t: 'session' }>): void {
    const running = this.#open.get(sent) ?? new Set();
    this.#hasStarted = true;
    if (state === 'error') this.#hasFailed = true;
    if (FINAL.has(state)) running.delete(sessionId);
    else running.add(sessionId);
    if (running.size === 0) this.#open.delete(sent);
    else this.#open.set(sent, running);
  }
}

/** The run for a connection, or the only one. */
async function runningDev(to: string | undefined): Promise<Made> {
  const all = await new MadeFiles(runsFolder()).all();
  const states = await Promise.all(all.map(async (made) => ({ made, isOn: await isRunning(made) })));
  const on = states.filter(({ isOn }) => isOn).map(({ made }) => made);
  const wanted = on.filter(({ name, connectionId }) => to === undefined || [name, connectionId].includes(to));
  const [first, second] = wanted;
  if (first !== undefined && second === undefined) return first;
  const names = on.map(({ name }) => name).join(', ');
  throw new PluginError(
    'program_unavailable',
    first === undefined
      ? `\`ak-slack dev\` does not run${to === undefined ? '' : ` for ${to}`}${names === '' ? '' : ` (it does for ${names})`}: start it in another terminal`
      : `\`ak-slack dev\` runs for ${names}: choose one with --to`,
  );
}

async function ask(url: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(url + path, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    // A connection that is kept may be closed there at the moment of its next use, and a post must not be repeated.
    headers: { 'content-type': 'application/json', connection: 'close' },
  }).catch((cause: unknown) => {
    throw new PluginError('program_unavailable', `\`ak-slack dev\` at ${url} has ended`, { cause });
  });
  const answer = (await response.json()) as { error?: string };
  if (!response.ok) throw new PluginError('bad_input', answer.error ?? `HTTP ${response.status}`);
  return answer;
}
