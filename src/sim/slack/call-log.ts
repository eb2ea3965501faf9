import type { Channel } from '../../core/channel.js';
import type { JsonObject } from '../../core/json.js';
import { Watch } from './watch.js';

/** One HTTP request that the scripted Slack got, and what it said. */
interface RecordedCall {
  /** The method's name, such as `chat.postMessage`; for a response_url, `response_url`. */
  readonly method: string;
  readonly httpMethod: string;
  readonly contentType: string;
  readonly token: string;
  /** The arguments of query and body. */
  readonly args: JsonObject;
  /** Clock's time. */
  readonly at: number;
  /** Undefined if no answer was given: it hangs, or the connection was reset. */
  readonly status: number | undefined;
  readonly answer: JsonObject | undefined;
}

/** All calls, oldest first. */
export interface CallLog {
  readonly all: readonly RecordedCall[];
  /** Each call from now on. */
  readonly recorded: Channel<RecordedCall>;
  of(method: string): RecordedCall[];
  /** Rejects with `timeout` after `limit` real milliseconds. */
  waitFor(predicate: (call: RecordedCall) => boolean, limit?: number): Promise<RecordedCall>;
  /** Forgets all calls so far. */
  forget(): void;
  record(call: RecordedCall): void;
}

export function createCallLog(): CallLog {
  const all: RecordedCall[] = [];
  const watch = new Watch('calls', () => all);
  return {
    all,
    recorded: watch.changed,
    of: (method) => all.filter((call) => call.method === method),
    waitFor: (predicate, limit) => watch.waitFor(predicate, limit),
    forget() {
      all.length = 0;
    },
    record(call) {
      all.push(call);
      watch.changed.emit(call);
    },
  };
}
