import type { Channel } from '../core/channel.js';
import type { Health } from '../core/health.js';
import { sentence } from '../core/words.js';
import type { SocketEvent } from '../slack/events.js';
import type { AppSocketsStatus } from '../slack/status.js';

/** Keeps the condition `apps` true to what the sockets of each app report. */
export function watchApps(events: Channel<SocketEvent>, health: Health): void {
  const problems = new Map<string, string>();
  events.subscribe((event) => {
    if (event.t !== 'status_changed' && event.t !== 'app_released') return;
    const problem = event.t === 'status_changed' ? appProblem(event.status) : undefined;
    if (problem === undefined) problems.delete(event.appId);
    else problems.set(event.appId, `Slack app ${event.appId} ${problem.what}: ${problem.why}.`);
    health.set('apps', [...problems.values()]);
  });
}

/** Why an app gets fewer events than it should, or none. */
export interface AppProblem {
  /** Continues "Slack app A123". */
  readonly what: string;
  /** The reason, and what is done or to be done about it. */
  readonly why: string;
  readonly advice: string;
}

export function appProblem(status: AppSocketsStatus): AppProblem | undefined {
  const { sockets, wanted } = status;
  const few =
    sockets === 0
      ? 'gets no events'
      : sockets < wanted
        ? 'has fewer sockets than it should'
        : 'has trouble with its sockets';
  switch (status.t) {
    case 'broken':
      return { what: few, why: status.advice, advice: sentence(status.advice) };
    case 'degraded':
      return {
        what: few,
        why: `${status.reason}; ${status.doing}`,
        advice: `${sentence(status.reason)} ${sentence(status.doing)}`,
      };
    case 'opening':
      return { what: 'gets no events yet', why: status.doing, advice: sentence(status.doing) };
    case 'renewing':
      return sockets < wanted ? { what: few, why: status.doing, advice: sentence(status.doing) } : undefined;
    case 'live':
      return undefined;
  }
}
