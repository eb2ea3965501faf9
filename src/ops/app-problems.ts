import type { Channel } from '../core/channel.js';
import type { Health } from '../core/health.js';
import type { SocketEvent } from '../slack/socket-event.js';
import type { AppSocketsStatus } from '../slack/status.js';

/** Keeps the condition `apps` true to what the sockets of each app report. */
export function watchApps(events: Channel<SocketEvent>, health: Health): void {
  const problems = new Map<string, string>();
  events.subscribe((event) => {
    if (event.t !== 'status_changed' && event.t !== 'app_released') return;
    const problem = event.t === 'status_changed' ? problemOf(event.appId, event.status) : undefined;
    if (problem === undefined) problems.delete(event.appId);
    else problems.set(event.appId, problem);
    health.set('apps', [...problems.values()]);
  });
}

/** Why an app gets fewer events than it should, or none, and what is done or to be done about it. */
function problemOf(id: string, status: AppSocketsStatus): string | undefined {
  const few = status.sockets === 0 ? 'gets no events' : 'has fewer sockets than it should';
  switch (status.t) {
    case 'broken':
      return `Slack app ${id} ${few}: ${status.advice}.`;
    case 'degraded':
      return `Slack app ${id} ${few}: ${status.reason}; ${status.doing}.`;
    case 'opening':
      return `Slack app ${id} gets no events yet: ${status.doing}.`;
    case 'renewing':
      return status.sockets < status.wanted ? `Slack app ${id} ${few}: ${status.doing}.` : undefined;
    case 'live':
      return undefined;
  }
}
