import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Channel } from '../../../../src/core/channel.js';
import type { JsonObject } from '../../../../src/core/json.js';
import { Watch } from '../../../../src/sim/slack/watch.js';

/** A bare client of one WebSocket, that keeps what it gets. */
export class Client {
  readonly frames: JsonObject[] = [];
  readonly pings: string[] = [];
  readonly pongs: string[] = [];
  readonly closed = new Channel<number>();
  closeCode: number | undefined;
  /** Called with each envelope; by default it is acknowledged at once. */
  onEnvelope = (frame: JsonObject): void => this.acknowledge(frame);
  readonly #watch = new Watch<JsonObject>('client', () => this.frames);

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      const frame = parse(text);
      this.frames.push(frame);
      this.#watch.changed.emit(frame);
      if (frame.envelope_id !== undefined) this.onEnvelope(frame);
    });
    ws.on('ping', (data) => {
      this.pings.push(data.toString());
      this.#watch.changed.emit({});
    });
    ws.on('pong', (data) => {
      this.pongs.push(data.toString());
      this.#watch.changed.emit({});
    });
    ws.on('close', (code) => {
      this.closeCode = code;
      this.#watch.changed.emit({});
    });
    ws.on('error', () => undefined);
  }

  /** A dialled socket, not greeted yet. */
  static dial(url: string): Client {
    return new Client(new WebSocket(url));
  }

  /** A socket that got its first frame. */
  static async open(apiUrl: string, appToken: string, query = ''): Promise<Client> {
    const client = Client.dial((await openUrl(apiUrl, appToken)) + query);
    await client.until(() => client.frames.length > 0);
    return client;
  }

  get hello(): JsonObject {
    return this.frames[0] ?? {};
  }

  acknowledge(frame: JsonObject, payload?: JsonObject): void {
    this.ws.send(
      JSON.stringify({ envelope_id: frame.envelope_id, ...(payload === undefined ? {} : { payload }) }),
    );
  }

  waitFor(predicate: (frame: JsonObject) => boolean): Promise<JsonObject> {
    return this.#watch.waitFor(predicate);
  }

  until(condition: () => boolean): Promise<void> {
    return this.#watch.waitUntil(condition);
  }

  /** Closes as a well-behaved client does, TCP included. */
  close(): void {
    this.ws.close(1000);
    this.ws.once('close', () => undefined);
  }
}

/** One call of the Web API; arguments as JSON. */
export async function call(
  apiUrl: string,
  method: string,
  token: string,
  args: JsonObject = {},
): Promise<JsonObject> {
  const response = await fetch(apiUrl + method, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(args),
  });
  return (await response.json()) as JsonObject;
}

export async function openUrl(apiUrl: string, appToken: string): Promise<string> {
  const answer = await call(apiUrl, 'apps.connections.open', appToken);
  if (typeof answer.url !== 'string') throw new Error(JSON.stringify(answer));
  return answer.url;
}

/** The HTTP status that refuses an upgrade. */
export async function refusedWith(url: string): Promise<number> {
  const ws = new WebSocket(url);
  ws.on('error', () => undefined);
  const [, response] = (await once(ws, 'unexpected-response')) as [unknown, { statusCode: number }];
  ws.terminate();
  return response.statusCode;
}

function parse(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return { garbage: text };
  }
}
