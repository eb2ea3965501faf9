import type { ConnectionRecord } from '../../../src/autokitteh/connection-list.js';
import type { CallerHeaders, TriggerRecord, Variable } from '../../../src/autokitteh/client.js';
import type { ActiveDeployment, StartedSession, WholeEvent } from '../../../src/autokitteh/event-reads.js';
import { integrationIdFromName } from '../../../src/autokitteh/ids.js';
import { DEFAULT_APP_MANIFEST } from '../../../src/setup/app-manifest.js';
import type { LiveConnection, PersonsAutoKitteh, SetupPorts } from '../../../src/setup/ports.js';
import type { Front } from '../../../src/setup/http/request.js';
import { createSetup } from '../../../src/setup/setup.js';
import { PluginError } from '../../../src/core/errors.js';
import type { JsonObject } from '../../../src/core/json.js';
import { createLog } from '../../../src/core/log.js';
import type { SlackFailure } from '../../../src/slack/errors.js';
import type { BotIdentity, SlackResult, SlackWebApi } from '../../../src/slack/web-api.js';
import { HandClock } from '../../helpers/hand-clock.js';

export const CONNECTION = 'con_01hzzzzzzzzzzzzzzzzzzzzzzz';
export const BOT_TOKEN = 'xoxb-111-222-abcDEF';
export const APP_TOKEN = 'xapp-1-A0APP00001-333-0123456789abcdef';
export const PERSON = 'Bearer persons-token';

/** Slack as far as setting up needs it: one app in one workspace, and failures on demand. */
export class FakeSlack implements SlackWebApi {
  readonly failures = new Map<string, SlackFailure>();
  readonly calls: { method: string; token: string; args: JsonObject }[] = [];
  /** When set, no call ever answers. */
  silent = false;
  botApp = 'A0APP00001';
  identity: BotIdentity = {
    url: 'https://acme.slack.com/',
    team: 'Acme',
    teamId: 'T0ACME0001',
    user: 'autokitteh',
    userId: 'U0BOT00001',
    botId: 'B0BOT00001',
    enterpriseId: '',
    isEnterpriseInstall: false,
    scopes: DEFAULT_APP_MANIFEST.oauth_config.scopes.bot,
  };

  authTest(token: string) {
    return this.#answer('auth.test', token, {}, this.identity);
  }

  botsInfo(token: string, bot: string, teamId?: string) {
    const named = { name: 'AutoKitteh', updated: 1_700_000_000, deleted: false };
    const info = { id: bot, appId: this.botApp, userId: this.identity.userId, ...named };
    return this.#answer(
      'bots.info',
      token,
      { bot, ...(teamId === undefined ? {} : { team_id: teamId }) },
      info,
    );
  }

  openConnection(token: string) {
    return this.#answer('apps.connections.open', token, {}, { scopes: undefined });
  }

  /** What `users.conversations` lists. */
  channels: JsonObject[] = [{ id: 'C0GENERAL1' }];

  call(method: string, args: JsonObject, token: string) {
    const listed = method === 'users.conversations' ? { channels: this.channels } : {};
    return this.#answer<JsonObject>(method, token, args, { ok: true, ...listed });
  }

  #answer<Value>(method: string, token: string, args: JsonObject, value: Value): Promise<SlackResult<Value>> {
    this.calls.push({ method, token, args });
    if (this.silent) return new Promise(() => undefined);
    const failure = this.failures.get(method);
    return Promise.resolve(failure === undefined ? { ok: true, value } : { ok: false, failure });
  }
}

type Refusable = 'events' | 'triggers' | 'sessions' | 'deployments';

/** A server with one connection, which one person may use. */
export class FakeAutoKitteh {
  readonly record: ConnectionRecord = {
    id: CONNECTION,
    name: 'my_slack',
    projectId: 'prj_01hzzzzzzzzzzzzzzzzzzzzzzz',
    orgId: '',
    integrationId: integrationIdFromName('slack'),
    status: { code: 'init_required', message: 'Init required' },
  };
  readonly stored = new Map<string, Variable>();
  /** One entry for each call that changed something. */
  readonly writes: { set?: string[]; deleted?: string[]; by: CallerHeaders }[] = [];
  failure: PluginError | undefined;
  project: string | undefined = 'break_glass';
  events: WholeEvent[] = [];
  triggers: TriggerRecord[] = [];
  sessions: StartedSession[] = [];
  deployments: ActiveDeployment[] = [];
  /** What is answered in the place of events, triggers, sessions or deployments; 'silence' for no answer at all. */
  readonly refused = new Map<Refusable, PluginError | 'silence'>();
  /** How often each of these was read. */
  readonly reads: string[] = [];
  /** When set, what is written is never acknowledged. */
  silentWrites = false;

  store(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values))
      this.stored.set(name, { name, value, isSecret: false });
  }

  forCaller(by: CallerHeaders): PersonsAutoKitteh {
    const allowed = by.authorization === PERSON || by.cookie === 'ak_user_session=persons-token';
    const refuseIfNeeded = (): void => {
      if (this.failure !== undefined) throw this.failure;
    };
    const read = async <Value>(what: Refusable, value: () => Value): Promise<Value> => {
      this.reads.push(what);
      await Promise.resolve();
      const refusal = this.refused.get(what);
      if (refusal === 'silence') return new Promise<Value>(() => undefined);
      if (refusal !== undefined) throw refusal;
      return value();
    };
    const anonymous = by.authorization === undefined && by.cookie === undefined;
    return {
      connection: async (id) => {
        await Promise.resolve();
        refuseIfNeeded();
        if (anonymous) throw new PluginError('unauthenticated', 'AutoKitteh says "unauthenticated"');
        return allowed && id === CONNECTION ? this.record : undefined;
      },
      variables: async () => {
        await Promise.resolve();
        refuseIfNeeded();
        return [...this.stored.values()];
      },
      projectName: async () => {
        await Promise.resolve();
        refuseIfNeeded();
        return this.project;
      },
      listEvents: ({ destinationId = '', integrationId = '', maxResults = 0 }) =>
        read('events', () =>
          this.events
            .filter((event) => integrationId !== '' || event.destinationId === destinationId)
            .toReversed()
            .slice(0, maxResults),
        ),
      event: (id) => read('events', () => this.events.find(({ eventId }) => eventId === id)),
      listTriggers: () => read('triggers', () => this.triggers),
      latestSessions: (_owner, most) => read('sessions', () => this.sessions.toReversed().slice(0, most)),
      activeDeployments: () => read('deployments', () => this.deployments),
      setVariables: async (_scope, variables) => {
        await Promise.resolve();
        refuseIfNeeded();
        this.writes.push({ set: variables.map(({ name }) => name), by });
        if (this.silentWrites) return new Promise<void>(() => undefined);
        for (const variable of variables) this.stored.set(variable.name, variable);
      },
      deleteVariables: async (_scope, names) => {
        await Promise.resolve();
        refuseIfNeeded();
        this.writes.push({ deleted: [...names], by });
        for (const name of names) this.stored.delete(name);
      },
    };
  }
}

/** The routes over the fakes, and everything that they logged. */
export function createFakeSetup(overrides: Partial<SetupPorts> = {}, front: Front = {}) {
  const slack = new FakeSlack();
  const autokitteh = new FakeAutoKitteh();
  const clock = new HandClock();
  const changed: string[] = [];
  const saved: Parameters<SetupPorts['connections']['learn']>[] = [];
  const lines: string[] = [];
  const live = new Map<string, LiveConnection>();
  const routes = createSetup({
    slack,
    autokitteh,
    integrationId: integrationIdFromName('slack'),
    live: { of: (id) => Promise.resolve(live.get(id)) },
    connections: {
      learn: (...what) => void saved.push(what),
      announceChange: (id) => Promise.resolve(void changed.push(id)),
    },
    manifest: DEFAULT_APP_MANIFEST,
    slackSite: 'slack.com',
    trustedOrigins: [],
    clock,
    log: createLog({ level: 'debug', format: 'json' }, { write: (line) => lines.push(line) }),
    ...overrides,
  });
  const app = { request: (path: string, init?: RequestInit) => routes.request(path, init, front) };
  return { app, slack, autokitteh, clock, changed, saved, lines, live };
}

export type FakeSetup = ReturnType<typeof createFakeSetup>;

/** Sends a form to the save endpoint, as the person unless other headers say otherwise. */
export function post(
  { app }: Pick<FakeSetup, 'app'>,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { authorization: PERSON },
  query = '',
): Promise<Response> {
  return Promise.resolve(
    app.request(`/slack/save${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    }),
  );
}

export const GOOD = {
  cid: CONNECTION,
  origin: 'cli',
  auth_type: 'socketMode',
  bot_token: BOT_TOKEN,
  app_token: APP_TOKEN,
};
