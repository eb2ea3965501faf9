import type { BadFrame } from './envelope.js';
import type { SlackFailure } from './errors.js';
import type { SocketStateName } from './socket-state.js';
import type { AppSocketsStatus } from './status.js';

/** What happens to sockets, for logs, metrics and tests. */
export type SocketEvent =
  | {
      readonly t: 'socket_state';
      readonly appId: string;
      readonly socketId: string;
      readonly from: SocketStateName;
      readonly to: SocketStateName;
      /** One sentence, or empty. */
      readonly why: string;
    }
  | { readonly t: 'status_changed'; readonly appId: string; readonly status: AppSocketsStatus }
  /** No sockets are wanted for an app any more. */
  | { readonly t: 'app_released'; readonly appId: string }
  /** A frame that was not understood, or of a type that is not known (`unknown`). The socket goes on. */
  | {
      readonly t: 'frame_dropped';
      readonly appId: string;
      readonly socketId: string;
      readonly why: BadFrame | 'unknown' | 'stopping';
    }
  | {
      readonly t: 'acknowledged';
      readonly appId: string;
      readonly how: 'sent' | 'sent_elsewhere' | 'lost';
      /** From the frame's arrival, milliseconds. */
      readonly afterMs: number;
    }
  /** A socket could not be opened: no URL, or no WebSocket. */
  | { readonly t: 'open_failed'; readonly appId: string; readonly failure: SlackFailure }
  /** The receiver of envelopes threw. The envelope was not acknowledged. */
  | { readonly t: 'receiver_failed'; readonly appId: string; readonly message: string }
  /** Another number of sockets is wanted for an app. */
  | {
      readonly t: 'resized';
      readonly appId: string;
      readonly from: number;
      readonly to: number;
      readonly why: string;
    }
  /** Slack counts so many sockets that this program does not hold. */
  | { readonly t: 'foreign_sockets'; readonly appId: string; readonly count: number }
  /** Slack asked us to call apps.connections.open less often. */
  | { readonly t: 'rate_limited'; readonly appId: string; readonly retryAfterMs: number }
  /** We stood still for so long (sleep, suspension, a jump of the clock) that every socket is renewed. */
  | { readonly t: 'woke'; readonly afterMs: number };
