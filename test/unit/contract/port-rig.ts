import {
  connect as http2Connect,
  constants,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
} from 'node:http2';
import { expect } from 'vitest';
import { Credential } from '../../../src/core/credential.js';
import { startContractServer } from '../../../src/contract/server.js';
import type { DualServer } from '../../../src/http/dual-server.js';
import { Readiness } from '../../../src/core/readiness.js';
import type { RefusalReason } from '../../../src/http/refusals.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { stubContract } from './stubs.js';

const TOKEN = 'a-credential-of-the-plugin';
export const SERVICE = '/autokitteh.integrations.v1.IntegrationsService';
export const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };

export interface Answer {
  readonly status: number;
  /** Of the headers and the trailers. */
  readonly grpcStatus: string | undefined;
  readonly body: string;
}

/** The plugin's port, with a clock that the test moves. */
export class PortRig {
  readonly refused: RefusalReason[] = [];
  /** How many pages were asked for: what is no RPC is answered with `a page`. */
  pages = 0;
  clock = new HandClock();
  #server: DualServer | undefined;
  readonly #logged: unknown[] = [];
  readonly #sessions: ClientHttp2Session[] = [];

  private constructor() {}

  static async start(connections = 64): Promise<PortRig> {
    const rig = new PortRig();
    await rig.#open(connections);
    return rig;
  }

  /** Ends it, and begins again with so many connections at most. */
  async restart(connections: number): Promise<void> {
    await this.#server?.stop(0);
    this.clock = new HandClock();
    await this.#open(connections);
  }

  /** The number of the port. */
  get port(): number {
    return this.#server?.port ?? 0;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** A new connection over HTTP/2. */
  connect2(): ClientHttp2Session {
    const session = http2Connect(this.url(''));
    this.#sessions.push(session);
    return session.on('error', () => undefined);
  }

  /** Sends a head, and a body that does not end unless `whole`, over HTTP/2. */
  over2(
    path: string,
    headers: Record<string, string>,
    body?: Buffer | string,
    whole = false,
  ): Promise<Answer> {
    return stream(this.connect2(), path, headers, body, whole);
  }

  /** Ends it; nothing of what was sent may have been logged as an error. */
  async stop(): Promise<void> {
    for (const session of this.#sessions.splice(0)) session.destroy();
    const stopped = this.#server?.stop(0);
    await this.clock.advance(1);
    await stopped;
    expect(this.#logged).toEqual([]);
  }

  async #open(connections: number): Promise<void> {
    const readiness = new Readiness({ clock: new HandClock(), limitMs: 60_000, missing: () => undefined });
    readiness.opened();
    const log = (line: unknown): unknown => this.#logged.push(line);
    this.#server = await startContractServer({
      ...stubContract(),
      listen: { host: '127.0.0.1', port: 0 },
      credential: new Credential(TOKEN),
      readiness,
      fallback: (request, response) => {
        this.pages += 1;
        request.resume().once('end', () => response.writeHead(200).end('a page'));
      },
      connections,
      refused: (why) => this.refused.push(why),
      clock: this.clock,
      log: { error: log, warn: log },
    });
  }
}

/** Sends such a request on a connection over HTTP/2 that is there already. */
export function stream(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string>,
  body?: Buffer | string,
  whole = false,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = session.request({ ':method': 'POST', ':path': path, ...headers }, { endStream: false });
    if (body !== undefined) sent.write(body);
    if (whole) sent.end();
    let status = 0;
    let grpcStatus: string | undefined;
    let all = '';
    sent.on('response', (got) => {
      status = got[':status'] ?? 0;
      grpcStatus = got['grpc-status']?.toString();
    });
    sent.on('trailers', (got: IncomingHttpHeaders) => (grpcStatus = got['grpc-status']?.toString()));
    sent.setEncoding('latin1').on('data', (chunk: string) => (all += chunk));
    sent.once('error', reject).once('close', () => {
      if (sent.rstCode === constants.NGHTTP2_NO_ERROR) resolve({ status, grpcStatus, body: all });
      else reject(new Error(`the stream was reset with ${sent.rstCode}`));
    });
  });
}

/** The head of a POST over HTTP/1.1. */
export function head(path: string, headers: Record<string, string>): string {
  const lines = Object.entries({ Host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
