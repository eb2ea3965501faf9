/** One WebSocket as Slack sees it. */
export type SocketState =
  /** Upgraded; nothing was said yet, and it is not counted. */
  | { readonly t: 'dialled' }
  /** Said hello; it is counted and gets its share of the payloads. */
  | { readonly t: 'open' }
  /** The other side is gone, but Slack does not know: it is counted and still gets its share. */
  | { readonly t: 'ghost' }
  /** Slack sent its close frame; no more payloads, not counted. */
  | { readonly t: 'closing'; readonly why: string }
  /** Over. The TCP connection may still be open: Slack does not close it. */
  | { readonly t: 'closed'; readonly why: string };

/** Why what is sent to a socket does not arrive, or what comes from it is not heard. */
export interface SocketTrouble {
  readonly t: 'frozen' | 'deaf' | 'dripping' | 'ghost';
  /** Clock's time at which it began. */
  readonly since: number;
}
