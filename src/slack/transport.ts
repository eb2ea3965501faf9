import type { SlackFailure } from './errors.js';

/** How one connection ended. */
export type TransportEnd =
  /** It never opened: Slack gave no URL, or the WebSocket could not be established. */
  | { readonly t: 'not_opened'; readonly failure: SlackFailure }
  /** It was open. `code` is the WebSocket close code; 1006 means without a word. */
  | { readonly t: 'ended'; readonly code: number };

/** What one connection tells, in this order; nothing after `onEnd`, which comes exactly once. */
export interface TransportListener {
  /** Slack gave a URL; dialling its host begins. */
  onUrl(host: string): void;
  /** The WebSocket is open; Slack's hello is due. */
  onOpen(): void;
  onText(text: string): void;
  onBinary(): void;
  /** A ping or a pong arrived. */
  onLife(): void;
  onEnd(end: TransportEnd): void;
}

/** One WebSocket to Slack, used once. No method throws. */
export interface Transport {
  /** False if the socket is known to be closed; true promises nothing about the peer. */
  send(text: string): boolean;
  /** False if the socket is known to be closed. */
  ping(): boolean;
  /** Says goodbye, still hands over what arrives until Slack says goodbye too, and ends, after 1 s by force. */
  close(): void;
  /** Ends at once, in whatever state it is. */
  destroy(): void;
}

/** Fetches a URL with an app-level token, dials it, and reports to `listener`. */
export type OpenTransport = (token: string, listener: TransportListener) => Transport;
