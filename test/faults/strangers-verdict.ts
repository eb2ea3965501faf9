import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { SLACK_WAITS_MS } from '../../src/slack/policy.js';

const MOST_MIB = 512;
const MOST_GROWTH = 1.2;
const SHOWN = 5;

/** What became of the events of a run, from Slack's ledger and from what the server stored; events are added in any order. */
export class EventAccount {
  readonly counts = { sent: 0, lost: 0, late: 0, unsettled: 0, twice: 0 };
  /** Milliseconds from an event's first sending to its acknowledgement. */
  slowest = 0;
  /** Good events whose acknowledgement the server has not confirmed yet by an event of that key. */
  readonly #awaited = new Set<string>();
  readonly #stored = new Set<string>();

  /** An entry that Slack will not touch any more, or that is pending when the run is over; good ones must be stored. */
  add(entry: LedgerEntry, good: boolean): void {
    this.counts.sent += 1;
    const took = acknowledgedAfter(entry);
    if (entry.state === 'given_up') this.counts.lost += 1;
    else if (entry.state !== 'acknowledged') this.counts.unsettled += 1;
    else if (took === undefined || took > SLACK_WAITS_MS) this.counts.late += 1;
    this.slowest = Math.max(this.slowest, took ?? 0);
    if (good && !this.#stored.has(entry.key)) this.#awaited.add(entry.key);
  }

  /** The server stored an event with that key. */
  stored(key: string): void {
    if (this.#stored.has(key)) this.counts.twice += 1;
    this.#stored.add(key);
    this.#awaited.delete(key);
  }

  /** Keys of good events that the server has not got. */
  get missing(): string[] {
    return [...this.#awaited];
  }
}

/** From the first attempt, whether or not that one was routed, to the first acknowledgement of any attempt. */
function acknowledgedAfter({ attempts, sentAt }: LedgerEntry): number | undefined {
  const times = attempts.flatMap(({ acknowledgements }) => acknowledgements.map(({ at }) => at));
  return times.length === 0 ? undefined : Math.min(...times) - sentAt;
}

/** All that a run was seen to do. */
export interface StrangersRecord {
  readonly events: EventAccount;
  /** Exit code or signal, if the program ended before it was told to. */
  readonly exit: string | undefined;
  /** Exit code after it was told to stop. */
  readonly stopped: string;
  /** Log lines of exceptions, and the counter of them. */
  readonly exceptions: readonly string[];
  readonly countedFaults: number;
  readonly secrets: readonly string[];
  /** MiB resident; `after` is undefined where the run did not wait for it. */
  readonly memory: { readonly before: number; readonly peak: number; readonly after: number | undefined };
  /** Names of what is different in the variables of the connection that was attacked. */
  readonly changed: readonly string[];
  /** Whether each port still answered at the end. */
  readonly answering: Readonly<Record<string, boolean>>;
}

/** What was broken, a sentence each; empty if everything held. */
export function brokenRules(record: StrangersRecord): string[] {
  const { events, memory } = record;
  const { counts, missing } = events;
  const broken: string[] = [];
  const rule = (holds: boolean, sentence: string): void => void (holds || broken.push(sentence));
  rule(record.exit === undefined, `the program ended by itself: ${record.exit ?? ''}`);
  rule(record.stopped === '0', `the program did not stop in order: ${record.stopped}`);
  rule(record.exceptions.length === 0, `exceptions were logged: ${record.exceptions[0] ?? ''}`);
  rule(record.countedFaults === 0, `${record.countedFaults} faults of the process were counted`);
  rule(record.secrets.length === 0, 'the log holds a secret');
  rule(counts.sent > 0, 'no event was sent');
  rule(counts.lost === 0, `${counts.lost} events were lost: Slack gave them up`);
  rule(counts.unsettled === 0, `${counts.unsettled} events were not acknowledged at the end`);
  rule(counts.late === 0, `${counts.late} events were acknowledged after more than ${SLACK_WAITS_MS} ms`);
  rule(
    missing.length === 0,
    `${missing.length} acknowledged events are not at the server: ${missing.slice(0, SHOWN).join(', ')}`,
  );
  rule(memory.peak < MOST_MIB, `peak resident memory is ${memory.peak.toFixed(1)} MiB`);
  if (memory.after !== undefined)
    rule(
      memory.after <= MOST_GROWTH * memory.before,
      `resident memory stayed at ${(memory.after / memory.before).toFixed(3)} times what it was`,
    );
  rule(record.changed.length === 0, `strangers changed ${record.changed.join(', ')}`);
  for (const [port, answers] of Object.entries(record.answering)) rule(answers, `${port} does not answer`);
  return broken;
}
