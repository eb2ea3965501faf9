import { subscribe, unsubscribe } from 'node:diagnostics_channel';

// undici tells of control frames on these two, for every WebSocket of the process.
const CHANNELS = ['undici:websocket:ping', 'undici:websocket:pong'] as const;

/**
 * Control frames of many WebSockets through one subscription. The SDK subscribes once for each socket, so that each frame
 * runs a handler for every socket of the process; here a frame finds its own handler in a map.
 */
export class FrameWatch {
  readonly #heard = new Map<object, () => void>();
  readonly #onFrame = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('websocket' in message)) return;
    const { websocket } = message;
    if (typeof websocket === 'object' && websocket !== null) this.#heard.get(websocket)?.();
  };

  /** Calls `heard` for each ping or pong that arrives on `websocket`; returns the way to end that. */
  watch(websocket: object, heard: () => void): () => void {
    if (this.#heard.size === 0) for (const name of CHANNELS) subscribe(name, this.#onFrame);
    this.#heard.set(websocket, heard);
    return () => {
      const watched = this.#heard.delete(websocket);
      if (watched && this.#heard.size === 0) for (const name of CHANNELS) unsubscribe(name, this.#onFrame);
    };
  }
}
