import type { Sockets } from '../connection/live/ports.js';
import type { SocketsHealth } from '../connection/live/status.js';
import type { AppSocketsStatus } from '../slack/status.js';
import type { SlackSockets } from '../slack/sockets.js';

/** Slack's sockets as the connections' statuses see them. */
export function socketsPort(sockets: SlackSockets): Sockets {
  // Verdicts tell tokens apart by the time of their saving alone, so that no status holds a token.
  const savedAt = new Map<string, number>();
  return {
    reconcile(apps) {
      savedAt.clear();
      for (const tokens of apps.values()) for (const { token, setAt } of tokens) savedAt.set(token, setAt);
      sockets.reconcile(apps);
    },
    health: (appId) => healthOf(sockets.status(appId)),
    tokenProblem(appId, token) {
      const verdict = sockets
        .status(appId)
        ?.tokens.find(({ setAt }) => setAt === savedAt.get(token))?.verdict;
      return verdict?.t === 'refused'
        ? `Slack refused the app-level token (${verdict.error}): ${verdict.advice}`
        : undefined;
    },
  };
}

function healthOf(status: AppSocketsStatus | undefined): SocketsHealth {
  switch (status?.t) {
    case undefined:
    case 'opening':
      return { t: 'opening' };
    // A renewal is the normal course of things, with events arriving all the time.
    case 'renewing':
    case 'live':
      return { t: 'live', sockets: status.sockets, ghosts: status.ghosts };
    case 'degraded':
      return { t: 'degraded', doing: `${sentence(status.reason)}: ${status.doing}` };
    case 'broken':
      return { t: 'broken', error: status.error, advice: status.advice };
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
