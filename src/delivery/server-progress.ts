import type { Fate, TakenEvent } from './sink.js';

interface Sample extends TakenEvent {
  readonly at: number;
  fate: Fate;
  askedAt: number;
}

// One event in a second, for the last two minutes: later than all that a look-up compares with.
const EVERY_MS = 1000;
const KEPT = 128;
// Of so many events it is asked what they started, of each not more often than this, however many look-ups want to know.
const ASKED = 8;
const ASK_EVERY_MS = 2000;

/**
 * Whether the server has come to what it was given at some time, told from what it was given later. It works on events
 * about in the order in which they came: `started` if most of those that must start a session have, `behind` if most have
 * not, `unknown` where no event is known that must.
 */
export type Progress = 'started' | 'behind' | 'unknown';

/** How far the server has come with what it was given. */
export class ServerProgress {
  #samples: Sample[] = [];
  #takesNext = true;
  #answersSince: number | undefined;

  /** Since when look-ups are answered, with no outage meanwhile. */
  get answersSince(): number | undefined {
    return this.#answersSince;
  }

  /** The server took an event. */
  took(now: number, { connectionId, eventId, eventType }: TakenEvent): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && !this.#takesNext && now - last.at < EVERY_MS) return;
    this.#takesNext = false;
    this.#samples.push({ at: now, connectionId, eventId, eventType, fate: 'none', askedAt: -Infinity });
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /** A dispatch had no answer: the next event that the server takes is the first since. */
  unanswered(): void {
    this.#takesNext = true;
  }

  /** A look-up was answered. */
  answered(now: number): void {
    this.#answersSince ??= now;
  }

  /** The server takes nothing, or cannot be asked. */
  stopped(): void {
    this.#answersSince = undefined;
  }

  /** When the server took the first event since `time`, as far as is known. */
  tookSince(time: number): number | undefined {
    return this.#samples.find(({ at }) => at >= time)?.at;
  }

  /** Whether the server has come to what it was given at `time`; `fateOf` asks it about an event that it took. */
  async since(time: number, now: number, fateOf: (taken: TakenEvent) => Promise<Fate>): Promise<Progress> {
    const later = this.#samples.filter(({ at, eventId }) => at >= time && eventId !== '').slice(0, ASKED);
    for (const sample of later) {
      if (sample.fate === 'started' || now - sample.askedAt < ASK_EVERY_MS) continue;
      sample.askedAt = now;
      sample.fate = await fateOf(sample);
    }
    const started = later.filter(({ fate }) => fate === 'started').length;
    const due = later.filter(({ fate }) => fate === 'due').length;
    if (started > due) return 'started';
    return due > 0 ? 'behind' : 'unknown';
  }
}
