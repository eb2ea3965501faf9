import { builtInSlack } from './built-in-slack.js';
import { Dispatching } from './dispatching.js';
import { Faults } from './faults.js';
import { Front } from './front.js';
import { Identity } from './identity.js';
import { Registry } from './registry.js';
import { RemoteIntegration, type Attachment } from './remote-integration.js';
import { Rights } from './rights.js';
import { addUser } from './services/users-service.js';
import { Sessions, type Handler } from './sessions.js';
import { Statuses } from './statuses.js';
import { Store } from './store.js';
import type { World } from './world.js';
import { systemClock, type Clock } from '../../core/clock.js';
import { UserStatus } from '../../gen/autokitteh/users/v1/users_pb.js';

/** AutoKitteh's signing key in dev and test mode: 32 zero bytes. */
export const DEV_SIGN_KEY = '0'.repeat(64);

export interface StandInOptions {
  /** Port on 127.0.0.1; any free one unless given. */
  readonly port?: number;
  /** The signing key, 64 hex digits; the dev mode's unless given. */
  readonly signKey?: string;
  /** Whether callers without a valid credential act as the default user, as in dev mode. Off unless given. */
  readonly defaultUser?: boolean;
  /** A contract service to attach, for the second mode: the server drives the integration itself. */
  readonly attach?: Attachment;
  /** Events a second that Dispatch takes; no limit unless given. */
  readonly dispatchPerSecond?: number;
  /** Slack's Web API for the built-in integration; an address where nobody answers unless given. */
  readonly slackApiUrl?: string;
  readonly clock?: Clock;
}

export interface StandInUser {
  readonly userId: string;
  readonly orgId: string;
  readonly email: string;
  readonly token: string;
}

/** A stand-in for an AutoKitteh server, everything in memory. */
export interface StandIn {
  readonly url: string;
  readonly signKey: string;
  /** What it has and got. */
  readonly store: Store;
  readonly faults: Faults;
  /** A user with an organisation of the own, and a token without an end. */
  createUser(name?: string): Promise<StandInUser>;
  /** Runs `handler` where a trigger calls `<path>:<name>`; elsewhere type and data are printed as one JSON object. */
  emulate(location: string, handler: Handler): void;
  /** Attaches a contract service from now on, as the option does from the start: it may need this server's address. */
  attach(attachment: Attachment): void;
  /** Takes another signing key: all tokens of the old one become invalid. */
  rotateSignKey(signKey: string): void;
  /** Goes away: connections are refused, and open ones are cut. */
  goDown(): Promise<void>;
  /** Comes back on the same port, with all that it had. */
  comeUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a stand-in on 127.0.0.1. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { port = 0, signKey = DEV_SIGN_KEY, defaultUser = false, clock = systemClock } = options;
  const slackApiUrl = options.slackApiUrl ?? 'http://127.0.0.1:9/api/';
  const store = new Store();
  const faults = new Faults();
  const rights = new Rights(store);
  const identity = new Identity(store, { signKey, defaultUser });
  const registry = new Registry(builtInSlack(store, slackApiUrl));
  if (options.attach !== undefined) registry.attach(new RemoteIntegration(options.attach));
  const statuses = new Statuses(store, registry);
  const sessions = new Sessions(store, registry, clock);
  const perSecond = options.dispatchPerSecond ?? Infinity;
  const dispatching = new Dispatching({ store, rights, sessions, faults, clock, perSecond });
  const world: World = { clock, store, identity, rights, registry, statuses, sessions, dispatching };
  const front = new Front(world, faults, port, slackApiUrl);
  await front.open();
  let key = signKey;
  return {
    url: front.url,
    get signKey() {
      return key;
    },
    store,
    faults,
    async createUser(name = `user_${store.users.size}`) {
      const email = `${name}@example.com`;
      const row = addUser(store, { email, displayName: name, status: UserStatus.ACTIVE });
      return { userId: row.userId, orgId: row.defaultOrgId, email, token: await identity.mint(row) };
    },
    emulate: (location, handler) => sessions.emulate(location, handler),
    attach: (attachment) => registry.attach(new RemoteIntegration(attachment)),
    rotateSignKey(next) {
      key = next;
      identity.rotate(next);
    },
    goDown: () => front.close(),
    comeUp: () => front.open(),
    async stop() {
      await front.close();
      await sessions.stop();
    },
  };
}
