import type { Fate, TakenEvent } from './sink.js';

interface Sample extends TakenEvent {
  readonly at: number;
  /** `unasked` until the server has said what the event has come to. */
  fate: Fate | 'unasked';
  askedAt: number;
  /** When it was first seen to have started a session. */
  startedAt: number;
}

// One event in a second, for more than the half an hour after which a look-up gives up: the first ones after a time must
// not be forgotten for later ones, or a server that is behind by minutes would seem to have come to that time.
const EVERY_MS = 1000;
const KEPT = 2048;
// Of so many events it is known what they started, of each not asked more often than this, however many look-ups want to know.
const ASKED = 8;
const ASK_EVERY_MS = 2000;

/**
 * Whether the server has come to what it was given at some time, told from what it was given later. It works on events
 * about in the order in which they came. Times are milliseconds since 1970.
 */
export type Progress =
  /** All that must start a session have: the last was seen to at `since`, the slowest took `slowestMs` at most. */
  | { readonly t: 'started'; readonly since: number; readonly slowestMs: number }
  /** At least one that must has not, or has yet to be asked about. */
  | { readonly t: 'behind' }
  /** No event is known that must. */
  | { readonly t: 'unknown' };

/** How far the server has come with what it was given. */
export class ServerProgress {
  #samples: Sample[] = [];
  #takesNext = true;
  #answersSince: number | undefined;
  #troubledAt = -Infinity;
  readonly #knownSince: number;

  /** Of the server before `now` nothing is known. */
  constructor(now: number) {
    this.#knownSince = now;
  }

  /** Since when look-ups are answered, with no outage meanwhile. */
  get answersSince(): number | undefined {
    return this.#answersSince;
  }

  /** The server took an event. */
  took(now: number, { connectionId, eventId, eventType }: TakenEvent): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && !this.#takesNext && now - last.at < EVERY_MS) return;
    this.#takesNext = false;
    const unknown = { fate: 'unasked', askedAt: -Infinity, startedAt: -Infinity } as const;
    this.#samples.push({ at: now, connectionId, eventId, eventType, ...unknown });
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /** Whether the server has answered everything since `time`, as far as this process knows; false of a time before it was there. */
  isWellSince(time: number): boolean {
    return time >= this.#knownSince && time > this.#troubledAt;
  }

  /** A dispatch had no answer: the next event that the server takes is the first since. */
  unanswered(now: number): void {
    this.#takesNext = true;
    this.#troubledAt = now;
  }

  /** A look-up was answered. */
  answered(now: number): void {
    this.#answersSince ??= now;
  }

  /** The server takes nothing, or cannot be asked. */
  stopped(now: number): void {
    this.#troubledAt = now;
    this.#answersSince = undefined;
  }

  /** When the server took the first event since `time`, as far as is known. */
  tookSince(time: number): number | undefined {
    return this.#samples.find(({ at }) => at >= time)?.at;
  }

  /** Whether the server has come to what it was given at `time`; `fateOf` asks it about an event that it took. */
  async since(
    time: number,
    now: () => number,
    fateOf: (taken: TakenEvent) => Promise<Fate>,
  ): Promise<Progress> {
    const started: Sample[] = [];
    let [open, asked] = [0, 0];
    for (const sample of this.#samples.filter(({ at, eventId }) => at >= time && eventId !== '')) {
      if (started.length + open === ASKED) break;
      const isOpen = sample.fate === 'unasked' || sample.fate === 'due';
      if (isOpen && asked < ASKED && now() - sample.askedAt >= ASK_EVERY_MS) {
        asked += 1;
        await ask(sample, now, fateOf);
      }
      if (sample.fate === 'started') started.push(sample);
      else if (sample.fate !== 'none') open += 1;
    }
    if (open > 0) return { t: 'behind' };
    if (started.length === 0) return { t: 'unknown' };
    return {
      t: 'started',
      since: Math.max(...started.map(({ startedAt }) => startedAt)),
      slowestMs: Math.max(...started.map(({ at, startedAt }) => startedAt - at)),
    };
  }
}

async function ask(
  sample: Sample,
  now: () => number,
  fateOf: (taken: TakenEvent) => Promise<Fate>,
): Promise<void> {
  sample.askedAt = now();
  sample.fate = await fateOf(sample);
  if (sample.fate === 'started') sample.startedAt = now();
}
