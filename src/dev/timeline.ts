import { Channel } from '../core/channel.js';
import type { JsonObject } from '../core/json.js';

/** What happened. `sent` is the number of the entry that tells what Slack sent. */
export type Happening =
  /** Slack sent something; `note` says why Slack itself would not, with this app. */
  | {
      readonly t: 'sent';
      readonly kind: string;
      /** The event's type, the interaction's, or the slash command. */
      readonly type: string;
      /** With its `#`; empty where there is none. */
      readonly channel: string;
      readonly text: string;
      readonly payload: JsonObject;
      readonly note: string;
    }
  /** The program acknowledged it, with what a workflow answered in time. */
  | {
      readonly t: 'acknowledged';
      readonly sent: number;
      readonly ms: number;
      readonly answer: JsonObject | null;
    }
  /** Nobody acknowledged it in time, or it was not sent at all. */
  | { readonly t: 'unacknowledged'; readonly sent: number; readonly reason: string }
  /** AutoKitteh has the event. */
  | { readonly t: 'event'; readonly sent: number; readonly eventId: string }
  /** AutoKitteh does not take it. */
  | { readonly t: 'refused'; readonly sent: number; readonly reason: string }
  /** It has started no session, for this reason; one of the project that runs may have waited for it. */
  | {
      readonly t: 'no_session';
      readonly sent: number;
      readonly reason: string;
      readonly isWaitedFor: boolean;
    }
  /** A session that it started is in another state than before. */
  | {
      readonly t: 'session';
      readonly sent: number;
      readonly sessionId: string;
      readonly state: string;
      /** Why it failed. */
      readonly error: string;
    }
  | { readonly t: 'print'; readonly sent: number; readonly sessionId: string; readonly text: string }
  /** A workflow called Slack's Web API, or posted to a response_url. */
  | {
      readonly t: 'call';
      readonly method: string;
      /** With its `#`; empty where there is none. */
      readonly channel: string;
      readonly text: string;
      readonly args: JsonObject;
      readonly ok: boolean;
      /** Slack's error; empty if there is none. */
      readonly error: string;
      readonly answer: JsonObject | null;
    }
  /** The status of the connection is another one. */
  | { readonly t: 'status'; readonly message: string };

/** One of them: numbers count up from 1, times are milliseconds since 1970. */
export type TimelineEntry = Happening & { readonly n: number; readonly at: number };

// Hours of trying things out; the oldest go first.
const MOST = 5_000;

/** What happened in a run, in its order. */
export class Timeline {
  readonly added = new Channel<TimelineEntry>();
  #entries: TimelineEntry[] = [];
  #last = 0;

  /** The number of the newest entry; 0 while there is none. */
  get last(): number {
    return this.#last;
  }

  add(happening: Happening): TimelineEntry {
    this.#last += 1;
    const entry: TimelineEntry = { n: this.#last, at: Date.now(), ...happening };
    this.#entries.push(entry);
    if (this.#entries.length > MOST) this.#entries = this.#entries.slice(-MOST / 2);
    this.added.emit(entry);
    return entry;
  }

  /** Those after the one with this number. */
  after(n: number): readonly TimelineEntry[] {
    const index = this.#entries.findIndex((entry) => entry.n > n);
    return index === -1 ? [] : this.#entries.slice(index);
  }

  /** The same; if there is none yet, the first one that comes within `ms` milliseconds. */
  async waitAfter(n: number, ms: number): Promise<readonly TimelineEntry[]> {
    if (this.#last <= n && ms > 0)
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          unsubscribe();
          resolve();
        };
        const timer = setTimeout(end, ms);
        const unsubscribe = this.added.subscribe(end);
      });
    return this.after(n);
  }
}
