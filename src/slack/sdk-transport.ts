import { unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

import { SocketModeClient } from '@slack/socket-mode';
import { ping, WebSocket, type Agent } from 'undici';

import type { Clock, Timer } from '../core/clock.js';
import { LONGEST_FRAME } from './envelope.js';
import { UpgradeWatch, type FrameWatch } from './upgrade-watch.js';
import { failureOf, NOT_FROM_SLACK, type SlackFailure } from './errors.js';
import { silentLogger, type SlackHttp } from './http.js';
import type { Transport, TransportEnd, TransportListener } from './transport.js';

/*
 * The only file that knows @slack/socket-mode, and its private parts. Written for exactly 3.1.0 (see
 * test/unit/slack/sdk-version.test.ts for what to check before another version). What it covers, and why:
 *
 * - The SDK reconnects by closing first and waiting 5 s. Its reconnect is off; a client is used once.
 * - It closes on a `disconnect` frame, crashes on envelopes without an inner event, and logs payloads. The protected
 *   `onWebSocketMessage` is overridden, so that it sees no frame at all; its logger is silent.
 * - It has no time limits for the HTTP call, the upgrade and the hello, and `disconnect()` during `start()` leaves a socket
 *   behind. Every phase ends through an AbortSignal, a dispatcher and a TCP socket that are ours.
 * - `disconnect()` takes seconds, or leaves a 30 s timer behind. Its private `cleanup` is called instead, and TCP destroyed.
 * - Each client pings three times in 5 s and listens to the control frames of all others. Both are taken out; pings are
 *   sent by the liveness wheel, and one FrameWatch listens for all.
 * - Its `ack()` resolves on half-open sockets and rejects un-awaited: it is not used.
 * - After Slack's close frame it waits for TCP to end, which Slack does not do. The close frame is noticed here.
 */

/** The private members of the SDK's SlackWebSocket that are touched. */
interface SdkSocket {
  websocket: WebSocket | null;
  pingHandler: ((message: unknown, name: string | symbol) => void) | null;
  pongHandler: ((message: unknown, name: string | symbol) => void) | null;
  monitorPingToSlack: () => void;
  cleanup: () => void;
}

/** The private member of the SDK's client that is touched. */
interface SdkClient {
  webClient: unknown;
}

export interface SdkTransportOptions {
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly http: SlackHttp;
  readonly frames: FrameWatch;
}

// Slack answers a close frame within one round trip, or never; then TCP is destroyed.
const GOODBYE_MS = 1_000;
// Bytes of a message, unpacked as well. A longer one ends the socket before all of it is unpacked; one that is shorter, and
// still longer than a frame may be, costs only itself.
const MOST_INFLATED = 4 * LONGEST_FRAME;

/** The client of the SDK that hands every frame on and acts on none. */
class SingleUseClient extends SocketModeClient {
  receive: ((data: unknown, isBinary: boolean) => void) | undefined;

  protected override onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    this.receive?.(data, isBinary);
    return Promise.resolve();
  }
}

/** Opens a Socket Mode connection of the SDK as a Transport. */
export function openSdkTransport(
  options: SdkTransportOptions,
  token: string,
  listener: TransportListener,
): Transport {
  return new SdkTransport(options, token, listener);
}

class SdkTransport implements Transport {
  readonly #options: SdkTransportOptions;
  readonly #listener: TransportListener;
  readonly #abort = new AbortController();
  readonly #agent: Agent;
  readonly #client: SingleUseClient;
  #tcp: Socket | undefined;
  #websocket: WebSocket | undefined;
  #unwatch: (() => void) | undefined;
  #goodbye: Timer | undefined;
  readonly #upgrade = new UpgradeWatch();
  #ended = false;

  constructor(options: SdkTransportOptions, token: string, listener: TransportListener) {
    this.#options = options;
    this.#listener = listener;
    this.#agent = this.#capturingAgent();
    this.#client = new SingleUseClient({
      appToken: token,
      logger: silentLogger,
      autoReconnectEnabled: false,
      dispatcher: this.#agent,
      // A fresh object for each client: the SDK writes into it.
      clientOptions: {
        slackApiUrl: options.apiUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        allowAbsoluteUrls: false,
        fetch: (url, init) => options.http.fetch(url, { ...init, signal: this.#abort.signal }),
      },
    });
    this.#client.receive = (data, isBinary) => {
      if (this.#ended) return;
      if (isBinary || typeof data !== 'string') listener.onBinary();
      else listener.onText(data);
    };
    this.#client.once('authenticated', ({ url }: { readonly url: unknown }) => {
      // A method for each of Slack's hundreds: more than half of the socket's memory, and never used again.
      (this.#client as unknown as SdkClient).webClient = undefined;
      if (this.#ended) return;
      const dialled = webSocketUrl(url);
      if (dialled === undefined) {
        this.#end({ t: 'not_opened', failure: NOT_FROM_SLACK });
        return;
      }
      const host = options.http.outbound.hostOf(dialled);
      this.#upgrade.host = host;
      listener.onUrl(host);
    });
    // Emitted just before the SDK dials, in the same turn: what it set up is taken over as soon as it has returned.
    this.#client.once('connecting', () => {
      const sdk = this.#sdkSocket();
      if (sdk !== undefined) sdk.monitorPingToSlack = () => undefined;
      queueMicrotask(() => this.#adopt());
    });
    this.#client.start().catch((error: unknown) => {
      // Without a reason: the WebSocket ended before the hello, which its own close event tells better.
      if (error !== undefined) this.#end({ t: 'not_opened', failure: this.#failureOf(error) });
    });
  }

  send(text: string): boolean {
    // Nothing may follow the close frame.
    if (this.#goodbye !== undefined) return false;
    if (this.#ended || this.#websocket?.readyState !== WebSocket.OPEN) return false;
    this.#gather();
    let failed = false;
    this.#client.websocket?.send(text, (error) => {
      failed = error !== undefined;
    });
    return !failed;
  }

  /** All that is sent in one turn of the event loop leaves in one system call, which costs as much as all the rest. */
  #gather(): void {
    const tcp = this.#tcp;
    if (tcp === undefined || tcp.writableCorked > 0) return;
    tcp.cork();
    process.nextTick(() => tcp.uncork());
  }

  ping(): boolean {
    if (this.#ended || this.#websocket?.readyState !== WebSocket.OPEN) return false;
    ping(this.#websocket);
    return true;
  }

  close(): void {
    if (this.#ended || this.#goodbye !== undefined) return;
    if (this.#websocket?.readyState !== WebSocket.OPEN || this.#tcp === undefined) {
      this.destroy();
      return;
    }
    // undici drops what arrives after its own close(), so a payload that is on its way would be lost. The same frame
    // written by hand leaves it listening until Slack's close frame.
    this.#tcp.write(closeFrame());
    this.#goodbye = this.#options.clock.setTimer(GOODBYE_MS, () => this.destroy());
  }

  destroy(): void {
    this.#end({ t: 'ended', code: 1006 });
  }

  /** Takes over the WebSocket that the SDK has just made. */
  #adopt(): void {
    const sdk = this.#sdkSocket();
    const websocket = sdk?.websocket;
    if (sdk === undefined || websocket === undefined || websocket === null) return;
    if (sdk.pingHandler !== null) unsubscribe('undici:websocket:ping', sdk.pingHandler);
    if (sdk.pongHandler !== null) unsubscribe('undici:websocket:pong', sdk.pongHandler);
    sdk.pingHandler = null;
    sdk.pongHandler = null;
    this.#websocket = websocket;
    if (this.#ended) {
      this.#release();
      return;
    }
    this.#unwatch = this.#options.frames.watch(websocket, () => this.#listener.onLife());
    let opened = false;
    websocket.addEventListener('open', () => {
      if (this.#ended) return;
      opened = true;
      this.#tcp?.on('data', this.#noticeGoodbye);
      this.#listener.onOpen();
    });
    websocket.addEventListener('close', ({ code }) => {
      this.#end(opened ? { t: 'ended', code } : { t: 'not_opened', failure: this.#upgrade.failure });
    });
  }

  /** Runs after undici has read the same bytes: has Slack's close frame been among them? */
  readonly #noticeGoodbye = (): void => {
    if (this.#ended || this.#websocket?.readyState === WebSocket.OPEN) return;
    this.#tcp?.off('data', this.#noticeGoodbye);
    this.#goodbye ??= this.#options.clock.setTimer(GOODBYE_MS, () => this.destroy());
    // undici's answer to it goes out first; the end of TCP then ends the WebSocket, with Slack's close code.
    this.#tcp?.destroySoon();
  };

  #end(end: TransportEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    this.#listener.onEnd(end);
  }

  #release(): void {
    // What was sent in this turn leaves before TCP is destroyed.
    this.#tcp?.uncork();
    this.#goodbye?.cancel();
    this.#unwatch?.();
    this.#abort.abort();
    this.#sdkSocket()?.cleanup();
    this.#tcp?.off('data', this.#noticeGoodbye);
    this.#tcp?.destroy();
    this.#agent.destroy().catch(() => undefined);
  }

  /** What the SDK throws of its own, and not of its Web API, is about a reply without a URL. */
  #failureOf(error: unknown): SlackFailure {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return code.startsWith('slack_webapi_')
      ? failureOf(error, this.#options.http.outbound.hostOf(new URL(this.#options.apiUrl)))
      : NOT_FROM_SLACK;
  }

  #sdkSocket(): SdkSocket | undefined {
    return this.#client.websocket as unknown as SdkSocket | undefined;
  }

  /** A dispatcher that keeps hold of the TCP socket, which undici hides, from before it is connected. */
  #capturingAgent(): Agent {
    const { outbound } = this.#options.http;
    return this.#upgrade.agent({
      webSocket: { maxPayloadSize: MOST_INFLATED },
      // Also saves the pool that is otherwise made for each host, with 16 kB of empty queue.
      connections: 1,
      connect: (target, connected) =>
        outbound.connectWatched(target, connected, (socket) => {
          this.#tcp = socket;
          if (this.#ended) socket.destroy();
        }),
    });
  }
}

/** A URL of a WebSocket, or nothing. */
function webSocketUrl(text: unknown): URL | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'ws:' || url.protocol === 'wss:' ? url : undefined;
}

/** A close frame of a client: status 1000, masked as RFC 6455 wants (a mask of zeros is a mask). */
function closeFrame(): Buffer {
  return Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);
}
