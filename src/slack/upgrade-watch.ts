import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent, DecoratorHandler, type Dispatcher } from 'undici';
import { UnreachableError } from '../core/unreachable.js';
import type { SlackFailure } from './errors.js';

/** Sees why a WebSocket cannot be opened, which undici's own events do not tell. */
export class UpgradeWatch {
  host = 'Slack';
  #status: number | undefined;
  #error: unknown;

  /** An agent for one WebSocket, whose upgrade is watched. */
  agent(options: Agent.Options): Agent {
    return new WatchedAgent(options, {
      onStatus: (status) => (this.#status = status),
      onError: (error) => (this.#error ??= error),
    });
  }

  /** Why it was not opened, with its host. */
  get failure(): SlackFailure {
    const answered = this.#status !== undefined;
    const cause = answered
      ? `something at ${this.host} answered with HTTP ${this.#status} (is there a proxy or a captive portal?)`
      : UnreachableError.of(this.host, this.#error ?? new Error('the connection was closed')).message;
    return {
      t: 'unreachable',
      message: `the WebSocket to Slack could not be opened: ${cause}`,
      answered: true,
    };
  }
}

interface Watcher {
  onStatus(status: number): void;
  onError(error: unknown): void;
}

class WatchedAgent extends Agent {
  readonly #watcher: Watcher;

  constructor(options: Agent.Options, watcher: Watcher) {
    super(options);
    this.#watcher = watcher;
  }

  override dispatch(options: Agent.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return super.dispatch(options, new WatchedUpgrade(handler, this.#watcher));
  }
}

type Args<Name extends 'onResponseStart' | 'onResponseError'> = Parameters<
  NonNullable<Dispatcher.DispatchHandler[Name]>
>;

interface Responses {
  onResponseStart(...args: Args<'onResponseStart'>): void;
  onResponseError(...args: Args<'onResponseError'>): void;
}

/** undici's own base for such handlers, which also speaks the older ones of its fetch; its types leave the methods out. */
const HandlerBase = DecoratorHandler as unknown as new (handler: Dispatcher.DispatchHandler) => Responses;

class WatchedUpgrade extends HandlerBase {
  readonly #watcher: Watcher;

  constructor(handler: Dispatcher.DispatchHandler, watcher: Watcher) {
    super(handler);
    this.#watcher = watcher;
  }

  override onResponseStart(...args: Args<'onResponseStart'>): void {
    // An interim response says nothing yet, and the base expects only one.
    if (args[1] < 200) return;
    this.#watcher.onStatus(args[1]);
    super.onResponseStart(...args);
  }

  override onResponseError(...args: Args<'onResponseError'>): void {
    this.#watcher.onError(args[1]);
    super.onResponseError(...args);
  }
}

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
