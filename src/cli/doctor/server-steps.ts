import { performance } from 'node:perf_hooks';
import type { AutoKitteh, AutoKittehClient } from '../../autokitteh/client.js';
import { createRightsCheck } from '../../autokitteh/rights-check.js';
import type { Config } from '../../config.js';
import { APP_TOKEN, setupStateOf } from '../../connections/variables.js';
import type { Clock } from '../../core/clock.js';
import { errorMessage, PluginError, serverReason } from '../../core/errors.js';
import { Health } from '../../core/health.js';
import { counted, sentence } from '../../core/words.js';
import type { SlackHttp } from '../../slack/http.js';
import type { Finding } from './finding.js';

// Nothing of the server takes longer, unless it is overloaded.
const LIMIT_MS = 5_000;

/** Whether the server answers, and which version it says it is. */
export async function tryServer(
  { autokittehUrl: url }: Config,
  http: Pick<SlackHttp, 'fetch'>,
): Promise<Finding> {
  const step = 'AutoKitteh';
  const began = performance.now();
  try {
    const response = await http.fetch(`${url}/version`, {
      method: 'GET',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`it answers ${response.status} to /version`);
    const version = versionIn(text);
    const ms = Math.round(performance.now() - began);
    const named = version === '' ? 'An AutoKitteh server of an unknown version' : `AutoKitteh ${version}`;
    return { step, verdict: 'ok', found: `${named} answers at ${url}, after ${ms} ms.` };
  } catch (error) {
    return {
      about: ['server'],
      ...{ step, verdict: 'failed', found: `No AutoKitteh server answers at ${url}: ${reasonOf(error)}.` },
      advice:
        'Start the server, or correct AUTOKITTEH_URL. Behind a proxy, set AUTOKITTEH_PROXY: HTTPS_PROXY is for Slack alone.',
    };
  }
}

function versionIn(text: string): string {
  try {
    const version: unknown = JSON.parse(text);
    return typeof version === 'string' ? version : '';
  } catch {
    return text.trim().slice(0, 40);
  }
}

function reasonOf(error: unknown): string {
  return errorMessage(error instanceof Error && error.cause !== undefined ? error.cause : error);
}

/** Whether the server lets the program do its work. */
export async function tryRights(
  config: Config,
  server: AutoKittehClient,
  integrationId: string,
  clock: Clock,
): Promise<Finding> {
  const step = 'rights';
  const source = config.autokittehCredentials.kind;
  const check = createRightsCheck({
    ...{ server, source, integrationId, clock },
    variable: APP_TOKEN,
    health: new Health(),
  });
  const state = await check.check();
  await check.stop();
  if (state.t === 'insufficient')
    return {
      ...{
        step,
        about: ['rights'],
        verdict: 'failed',
        found: 'AutoKitteh does not grant this program the rights that it needs.',
      },
      advice: state.advice,
    };
  if (state.t === 'sufficient')
    return {
      ...{ step, verdict: 'ok' },
      found: `AutoKitteh grants this program the rights that it needs, as the user ${state.user?.displayName || 'of the system'}.`,
    };
  return { step, verdict: 'skipped', found: 'AutoKitteh could not be asked.' };
}

/** An app whose sockets the program would open, and a token for it. */
export interface AppToTry {
  readonly appId: string;
  readonly appToken: string;
}

// Of more, it takes too long to read the variables one by one.
const MOST_READ = 200;

/** The connections that the program would serve, and the Slack apps of those that are set up. */
export async function tryConnections(
  server: AutoKitteh,
  integrationId: string,
): Promise<{ readonly finding: Finding; readonly apps: readonly AppToTry[] }> {
  const step = 'connections';
  try {
    const active = await server.findActiveConnections(integrationId, APP_TOKEN);
    const apps = new Map<string, string>();
    const incomplete: string[] = [];
    for (const id of active.slice(0, MOST_READ)) {
      const variables = await server.variables(id);
      const setup = setupStateOf(new Map(variables.map(({ name, value }) => [name, value])));
      if (setup.t === 'complete') apps.set(setup.appId, setup.appToken);
      if (setup.t === 'incomplete') incomplete.push(`${id}: ${setup.problems.join(' ')}`);
    }
    const found = `${counted(active.length, 'active connection')} of ${counted(apps.size, 'Slack app')}.`;
    return {
      finding: findingOf(step, found, active.length, incomplete),
      apps: [...apps].map(([appId, appToken]) => ({ appId, appToken })),
    };
  } catch (error) {
    return {
      finding: {
        step,
        verdict: 'skipped',
        found: sentence(`AutoKitteh did not list them: ${serverReason(error)}`),
      },
      apps: [],
    };
  }
}

function findingOf(step: string, found: string, active: number, incomplete: readonly string[]): Finding {
  if (active === 0)
    return {
      ...{ step, verdict: 'warning', found: 'No active connection has an app-level token.' },
      about: ['connections'],
      advice:
        'Set one up on the page behind `ak connection init`, or with `ak-slack save`, and deploy its project.',
    };
  if (incomplete.length > 0)
    return {
      ...{ step, verdict: 'warning', found: `${found} Not set up: ${incomplete.join('; ')}` },
      about: ['connections'],
      advice: 'Save these connections again, on their pages or with `ak-slack save`.',
    };
  return { step, verdict: 'ok', found };
}

// Well-formed, and nobody's: the last characters say so to those who find it in a log.
const NO_CONNECTION = 'con_00000000000000000000d0ct0r';

/** Whether a dispatch reaches the server: of an event for a connection that does not exist, so that nothing starts. */
export async function tryDispatch(server: Pick<AutoKitteh, 'prepareDispatch'>): Promise<Finding> {
  const step = 'dispatch';
  const dispatch = server.prepareDispatch({
    ...{ destinationId: NO_CONNECTION, eventType: 'doctor', data: {}, memo: {} },
  });
  try {
    await dispatch(AbortSignal.timeout(LIMIT_MS));
  } catch (error) {
    const { code } = PluginError.from(error);
    const reason = serverReason(error);
    switch (code) {
      case 'unauthenticated':
      case 'forbidden':
        return {
          ...{
            step,
            about: ['rights'],
            verdict: 'failed',
            found: sentence(`AutoKitteh does not let this program dispatch events: ${reason}`),
          },
          advice: 'Set AUTOKITTEH_SIGN_KEY or AUTOKITTEH_TOKEN, as the README says.',
        };
      case 'not_found':
      case 'server_refused':
      case 'bad_input':
        break;
      default:
        return {
          about: ['server', 'delivery'],
          ...{ step, verdict: 'failed', found: sentence(`A dispatch got no answer: ${reason}`) },
          advice: 'Look into the log of the AutoKitteh server: events would wait in the journal.',
        };
    }
  }
  return {
    step,
    verdict: 'ok',
    found: 'AutoKitteh answered a trial dispatch as it should: the connection that it names does not exist.',
  };
}
