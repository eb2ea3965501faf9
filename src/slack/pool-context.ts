import type { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import type { Background } from '../core/lifecycle.js';
import type { Random } from '../core/random.js';
import type { SlackSite } from './app-pages.js';
import type { Envelope } from './envelope.js';
import type { SocketEvent } from './events.js';
import type { Liveness } from './liveness.js';
import type { OpenLimiter } from './open-limiter.js';
import type { SocketPlaces } from './places.js';
import type { SocketPolicy } from './policy.js';
import type { SlackSocket } from './socket.js';
import type { OpenTransport } from './transport.js';

/** What all pools of the process share. */
export interface PoolContext {
  /** Whose pages people are led to. */
  readonly site: SlackSite;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: SocketPolicy;
  readonly openTransport: OpenTransport;
  readonly liveness: Liveness;
  readonly limiter: OpenLimiter;
  readonly places: SocketPlaces;
  readonly events: Channel<SocketEvent>;
  readonly background: Background;
  readonly onEnvelope: (envelope: Envelope) => void;
  readonly newSocketId: () => string;
  /**
   * A live socket of the app. An app that is removed and wanted again has another pool than before: what the old one still
   * brings can be acknowledged on a socket of the new one.
   */
  readonly liveSocket: (appId: string) => SlackSocket | undefined;
  /** Slack has opened a socket of the app with the token, or refused the token. */
  readonly onToken: (token: string, appId: string, fate: 'opened' | 'refused') => void;
}
