import type { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import type { Background } from '../core/lifecycle.js';
import type { Random } from '../core/random.js';
import type { ConnectionLimiter } from './connection-limiter.js';
import type { Envelope } from './envelope.js';
import type { Liveness } from './liveness.js';
import type { SocketPolicy } from './policy.js';
import type { SocketEvent } from './socket-event.js';
import type { OpenWire } from './wire.js';

/** What all pools of the process share. */
export interface PoolSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: SocketPolicy;
  readonly openWire: OpenWire;
  readonly liveness: Liveness;
  readonly limiter: ConnectionLimiter;
  readonly events: Channel<SocketEvent>;
  readonly background: Background;
  readonly onEnvelope: (envelope: Envelope) => void;
  readonly newSocketId: () => string;
  /** Slack has opened a socket of the app with the token, or refused the token. */
  readonly onToken: (token: string, appId: string, fate: 'opened' | 'refused') => void;
}
