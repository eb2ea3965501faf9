import type { JsonObject } from '../../../core/json.js';

/** What can go wrong with a call of the Web API or of a response_url. */
export type ApiFault =
  /** `{ok: false, error}` with whatever Slack adds, such as `needed` and `provided`; HTTP 200. */
  | { readonly t: 'error'; readonly error: string; readonly more?: JsonObject }
  /** HTTP 429, `ratelimited`, and `Retry-After` in seconds. */
  | { readonly t: 'rate_limited'; readonly retryAfter: number }
  /** Some HTTP status with some body that is not JSON unless one is given. */
  | { readonly t: 'status'; readonly status: number; readonly body?: string }
  /** The request is read and never answered. */
  | { readonly t: 'hang' }
  /** The answer is right, but comes `delay` milliseconds later. */
  | { readonly t: 'slow'; readonly delay: number }
  /** The TCP connection is reset. With `after`, the call is carried out first: the answer is what is lost. */
  | { readonly t: 'reset'; readonly after?: boolean };

/** What an API fault may depend on. */
export interface ApiOccasion {
  readonly method: string;
  readonly token: string;
}

/** What can go wrong while a WebSocket is dialled. */
export type DialFault =
  /** The upgrade is refused: Slack was seen to say 408 and 409, proxies say 200 or 503. */
  { readonly t: 'refuse'; readonly status: number } | { readonly t: 'hang' } | { readonly t: 'reset' };

/** What can come instead of `hello`, or with it. */
export type HelloFault =
  | { readonly t: 'hang' }
  | { readonly t: 'slow'; readonly delay: number }
  /** Some other text, by default one that is not JSON. */
  | { readonly t: 'garbage'; readonly text?: string }
  /** A `disconnect` frame with that reason, then the close handshake. */
  | { readonly t: 'disconnect'; readonly reason: string }
  | { readonly t: 'close'; readonly code: number }
  | { readonly t: 'reset' };

/** What a dial or hello fault may depend on. */
export interface LinkOccasion {
  readonly appId: string;
  readonly token: string;
}

/** Disorder in delivery, as shares of all deliveries (0 to 1), drawn from the seed. */
export interface DeliveryDisorder {
  /** The same envelope is sent twice, the second time on any socket. */
  readonly duplicate?: number;
  /** The frame is held back for up to `holdFor` milliseconds, so that later ones overtake it. */
  readonly hold?: number;
  readonly holdFor?: number;
  /** An acknowledgement that came is not noticed, so that the envelope is sent again. */
  readonly loseAck?: number;
  /** A retry keeps the envelope_id of the attempt before, as Slack was seen to do. */
  readonly sameEnvelope?: number;
}
