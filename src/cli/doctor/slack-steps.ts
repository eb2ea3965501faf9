import { performance } from 'node:perf_hooks';
import type { Config } from '../../config.js';
import { Channel } from '../../core/channel.js';
import { sleep, systemClock } from '../../core/clock.js';
import { createLog } from '../../core/log.js';
import type { SlackHttp } from '../../slack/http.js';
import { DEFAULT_POLICY } from '../../slack/policy.js';
import { failureText } from '../../slack/errors.js';
import { createSlackSockets } from '../../slack/sockets.js';
import { createWebApi } from '../../slack/web-api.js';
import { sentence } from '../../core/words.js';
import type { Finding } from './finding.js';
import type { AppToTry } from './server-steps.js';

/** Whether Slack's Web API answers, by the way that the program takes. */
export async function trySlack({ slackApiUrl: apiUrl }: Config, http: SlackHttp): Promise<Finding> {
  const step = 'Slack';
  const way = http.outbound.hostOf(new URL(apiUrl));
  const began = performance.now();
  const result = await createWebApi({ apiUrl, clock: systemClock, http }).call('api.test', {}, '');
  // A refusal is an answer of Slack, too.
  if (result.ok || result.failure.t === 'refused')
    return {
      step,
      verdict: 'ok',
      found: `Slack answers at ${way}, after ${Math.round(performance.now() - began)} ms.`,
    };
  return {
    ...{ step, verdict: 'failed', about: ['slack'] },
    found: sentence(`Slack does not answer at ${way}: ${failureText(result.failure)}`),
    advice:
      'Let this machine reach slack.com and *.slack.com by HTTPS and WebSockets, or set HTTPS_PROXY to a proxy that does.',
  };
}

// As many apps as a person waits for.
const MOST_TRIED = 3;
const SOCKET_MS = 15_000;

/** Opens a socket of each app, and closes it when Slack has greeted it. Events that come meanwhile, Slack sends again. */
export async function trySockets(
  config: Config,
  http: SlackHttp,
  apps: readonly AppToTry[],
): Promise<Finding[]> {
  return Promise.all(apps.slice(0, MOST_TRIED).map((app) => trySocket(config, http, app)));
}

async function trySocket(
  { slackApiUrl: apiUrl }: Config,
  { outbound }: SlackHttp,
  { appId, appToken }: AppToTry,
): Promise<Finding> {
  const step = 'socket';
  const sockets = createSlackSockets({
    ...{ apiUrl, outbound, clock: systemClock, random: Math.random },
    policy: { ...DEFAULT_POLICY, pool: { ...DEFAULT_POLICY.pool, sockets: 1 } },
    log: createLog({ level: 'silent', format: 'json' }),
    onEnvelope: () => undefined,
  });
  const decided = new Channel<undefined>();
  const isDecided = (): boolean => {
    const state = sockets.status(appId)?.t;
    return state !== undefined && state !== 'opening';
  };
  sockets.events.subscribe(() => {
    if (isDecided()) decided.emit(undefined);
  });
  const end = new AbortController();
  const began = performance.now();
  try {
    const heard = new Promise<void>((resolve) => decided.subscribe(() => resolve()));
    sockets.reconcile(new Map([[appId, [{ token: appToken, setAt: 0 }]]]));
    await Promise.race([heard, sleep(systemClock, SOCKET_MS, end.signal)]);
    return findingOf(step, appId, sockets.status(appId), Math.round(performance.now() - began));
  } finally {
    end.abort();
    await sockets.stop();
  }
}

function findingOf(
  step: string,
  appId: string,
  status: ReturnType<ReturnType<typeof createSlackSockets>['status']>,
  ms: number,
): Finding {
  switch (status?.t) {
    case 'live':
    case 'renewing':
      return { step, verdict: 'ok', found: `Slack greets a socket of app ${appId}, after ${ms} ms.` };
    case 'broken':
      return {
        step,
        verdict: 'failed',
        found: `Slack refuses a socket of app ${appId}: ${status.error}.`,
        advice: status.advice,
      };
    case 'degraded':
      return {
        ...{ step, verdict: 'failed', about: ['slack'] },
        found: `No socket of app ${appId} can be opened: ${status.reason}.`,
        advice: 'Let this machine open WebSockets to *.slack.com, directly or through HTTPS_PROXY.',
      };
    default:
      return {
        ...{
          step,
          verdict: 'failed',
          about: ['slack'],
          found: `Slack greets no socket of app ${appId} within ${Math.round(ms / 1000)} s.`,
        },
        advice: 'Let this machine open WebSockets to *.slack.com, directly or through HTTPS_PROXY.',
      };
  }
}
