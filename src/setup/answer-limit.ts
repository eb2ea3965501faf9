import { deadline } from '../core/cancellation.js';
import { PluginError } from '../core/errors.js';
import type { SlackResult, SlackWebApi } from '../slack/web-api.js';
import type { PersonsAutoKitteh, SetupPorts } from './ports.js';
import { WriteUnansweredError } from './persons-autokitteh.js';

/** Both servers that a person's request waits for. */
export interface Servers {
  readonly slack: SlackWebApi;
  readonly autokitteh: PersonsAutoKitteh;
  readonly signal: AbortSignal;
}

/**
 * What `work` gives within `limitMs` milliseconds. After that it rejects with a `timeout` that names who did not answer:
 * Slack or AutoKitteh; with a `WriteUnansweredError` if AutoKitteh was storing something. Nothing starts after that.
 */
export async function withAnswerLimit<Result>(
  { clock, slack, log }: Pick<SetupPorts, 'clock' | 'slack' | 'log'>,
  autokitteh: PersonsAutoKitteh,
  limitMs: number,
  work: (servers: Servers) => Promise<Result>,
): Promise<Result> {
  const underWay = { slack: 0, write: 0 };
  const counted = async <Value>(what: keyof typeof underWay, call: Promise<Value>): Promise<Value> => {
    underWay[what] += 1;
    try {
      return await call;
    } finally {
      underWay[what] -= 1;
    }
  };
  const ask = async <Value>(call: Promise<SlackResult<Value>>): Promise<SlackResult<Value>> => {
    const answer = await counted('slack', call);
    // The address of a proxy on the way to Slack is for the log.
    if (!answer.ok && answer.failure.t === 'unreachable')
      log.warn({ reason: answer.failure.message }, 'Slack could not be asked for a set-up page');
    return answer;
  };
  const limit = deadline(clock, limitMs, 'the answer');
  const expired = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(late(underWay, limitMs)), { once: true });
  });
  try {
    return await Promise.race([
      work({
        slack: {
          authTest: (...call) => ask(slack.authTest(...call)),
          botsInfo: (...call) => ask(slack.botsInfo(...call)),
          openConnection: (...call) => ask(slack.openConnection(...call)),
          call: (...call) => ask(slack.call(...call)),
        },
        autokitteh: {
          ...autokitteh,
          setVariables: (...call) => counted('write', autokitteh.setVariables(...call)),
          deleteVariables: (...call) => counted('write', autokitteh.deleteVariables(...call)),
        },
        signal: limit.signal,
      }),
      expired,
    ]);
  } finally {
    limit.cleanup();
  }
}

function late(underWay: { readonly slack: number; readonly write: number }, limitMs: number): PluginError {
  const within = `did not answer within ${limitMs / 1000} seconds`;
  if (underWay.slack > 0) return new PluginError('timeout', `Slack ${within}`);
  if (underWay.write === 0) return new PluginError('timeout', `AutoKitteh ${within}`);
  return new WriteUnansweredError(
    'timeout',
    `AutoKitteh ${within} while it was storing this: load the page again to see what is stored`,
  );
}
