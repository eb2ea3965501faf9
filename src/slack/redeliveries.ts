// Slack's first retry comes some seconds after the first attempt. At its rate limit of 30,000 events an hour and
// workspace this remembers a minute of them at least.
const REMEMBERED = 512;
// One may be Slack's own slip: it was seen to send again what had been acknowledged.
const ENOUGH = 2;
const WITHIN_MS = 60_000;

/**
 * Finds sockets whose acknowledgements do not arrive at Slack although everything else works. Slack confirms none; that it
 * sends an event again which was acknowledged in time is the only sign.
 */
export class Redeliveries {
  /** By event id, which is the same in each attempt: the socket that carried the acknowledgement. */
  #acknowledged = new Map<string, string>();
  /** Those before. Forgotten all at once, not one by one: docs/architecture.md, "What keeps garbage". */
  #acknowledgedBefore = new Map<string, string>();
  /** By socket: when (monotonic) an event was last sent again that it had acknowledged. */
  readonly #doubts = new Map<string, number[]>();

  /** An event was acknowledged in time on this socket. */
  acknowledged(eventId: string, socketId: string): void {
    if (eventId === '') return;
    this.#acknowledged.set(eventId, socketId);
    if (this.#acknowledged.size < REMEMBERED) return;
    this.#acknowledgedBefore = this.#acknowledged;
    this.#acknowledged = new Map();
  }

  /** An event came again. The socket that Slack seems not to hear, if this was one time too many. */
  redelivered(eventId: string, now: number): string | undefined {
    const socketId = this.#acknowledged.get(eventId) ?? this.#acknowledgedBefore.get(eventId);
    if (socketId === undefined) return undefined;
    // The next acknowledgement is another one's evidence.
    this.#acknowledged.delete(eventId);
    this.#acknowledgedBefore.delete(eventId);
    const doubts = (this.#doubts.get(socketId) ?? []).filter((at) => at > now - WITHIN_MS);
    doubts.push(now);
    this.#doubts.set(socketId, doubts);
    return doubts.length >= ENOUGH ? socketId : undefined;
  }

  /** A socket is gone. */
  forget(socketId: string): void {
    this.#doubts.delete(socketId);
  }
}
