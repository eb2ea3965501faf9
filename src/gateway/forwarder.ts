import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PluginError } from '../core/errors.js';
import type { Outbound } from '../core/outbound.js';
import type { WebSocketStep } from '../http/gateway-answer.js';
import type { NoteRefusal } from '../http/refusals.js';
import { watchReader } from '../http/slow-reader.js';
import { responseProblem, readAnswer, relayAnswer, type WholeResponse } from './server-response.js';
import { askForBody, copyBody, watchUpload, type FirstBytes } from './bodies.js';
import { announcesBody, type RequestChanges } from './headers.js';
import { tunnel } from './tunnel.js';
import { answerTooSlow, answerUnreachable } from './failures.js';
import { createUpstream } from './upstream.js';

/** Passes requests on to the server. */
export interface Forwarder {
  /** Streams both ways. */
  forward(request: IncomingMessage, response: ServerResponse, options?: ForwardOptions): void;
  /**
   * Streams the request, and reads an answer of status 200 whole; any other is passed on, and then there is none.
   * Rejects with `server_unavailable`, or with `cancelled` by the client.
   */
  exchange(
    request: IncomingMessage,
    response: ServerResponse,
    kept?: FirstBytes,
  ): Promise<WholeResponse | undefined>;
  /** Tunnels a WebSocket; `told` learns what becomes of it. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, told: (step: WebSocketStep) => void): void;
  close(): void;
}

export interface ForwardOptions {
  /** Replaces a body that was read already. */
  readonly body?: Buffer | undefined;
  /** Keeps the beginning of the body. */
  readonly kept?: FirstBytes | undefined;
  /** Is told the status of the answer once, 0 when there was none. */
  readonly answered?: (status: number) => void;
}

interface Passage extends Pick<ForwardOptions, 'body' | 'kept'> {
  readonly changes?: RequestChanges;
  /** Gets the answer's head. */
  readonly take: (answer: IncomingMessage) => void;
  /** Is called instead of `take`, or when that throws. */
  readonly failed: (error: unknown) => void;
}

// What is read here has to come uncompressed.
const PACKED_ANSWERS: ReadonlySet<string> = new Set(['accept-encoding', 'grpc-accept-encoding']);
// RFC 9110, 9.2.1: these change nothing, so they may be sent again.
const SAFE: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface SlowClients {
  /** Milliseconds without a byte of a request's body, after which it is given up. */
  readonly uploadIdleMs: number;
  /** Milliseconds in which a client takes nothing of what waits for it, after which it is cut off. */
  readonly answerIdleMs: number;
  readonly refused: NoteRefusal;
}

export function createForwarder(
  url: string,
  { uploadIdleMs, answerIdleMs, refused }: SlowClients,
  outbound?: Outbound,
): Forwarder {
  const upstream = createUpstream(url, outbound);

  function pass(request: IncomingMessage, response: ServerResponse, passage: Passage): void {
    const { body, kept, take, failed } = passage;
    const changes = body === undefined ? passage.changes : { ...passage.changes, length: body.length };
    const repeatable = SAFE.has(request.method) && !announcesBody(request);
    let outgoing: ClientRequest | undefined;
    let settled = false;
    const fail = (error: unknown): void => {
      if (settled) return;
      // The server has closed a kept connection before it saw the request (RFC 9110, 9.2.2).
      if (repeatable && outgoing?.reusedSocket === true && !response.destroyed) {
        attempt();
        return;
      }
      settled = true;
      failed(error);
    };
    const onAnswer = (answer: IncomingMessage): void => {
      if (settled) return;
      settled = true;
      // That it is cut off is also told by its end.
      answer.on('error', () => undefined);
      try {
        const problem = responseProblem(answer);
        if (problem !== undefined) throw new Error(problem);
        take(answer);
      } catch (error) {
        outgoing?.destroy();
        failed(error);
      }
    };

    function attempt(): void {
      try {
        send();
      } catch (error) {
        settled = true;
        failed(error);
      }
    }

    function send(): void {
      const sent = upstream.request(request, changes);
      outgoing = sent;
      sent.once('error', (error) => {
        sent.on('error', () => undefined);
        fail(error);
      });
      sent.once('close', () => {
        if (sent === outgoing) fail(new Error('it closed the connection without a response'));
      });
      sent.once('response', onAnswer);
      sent.once('continue', () => askForBody(request, response));
      if (body !== undefined) sent.end(body);
      else if (announcesBody(request)) copyBody(request, sent, kept?.add);
      else sent.end();
    }

    response.once('close', () => {
      if (!response.writableFinished) outgoing?.destroy();
    });
    if (body === undefined && announcesBody(request)) {
      watchUpload(request, response, uploadIdleMs, () => {
        refused('too_slow');
        settled = true;
        failed(new PluginError('timeout', 'the rest of the request did not arrive'));
        outgoing?.destroy();
      });
    }
    attempt();
  }

  return {
    forward(request, response, { body, kept, answered } = {}) {
      pass(request, response, {
        body,
        kept,
        take(answer) {
          relayAnswer(request, answer, response);
          answered?.(answer.statusCode ?? 0);
        },
        failed(error) {
          if (error instanceof PluginError && error.code === 'timeout') answerTooSlow(response);
          else answerUnreachable(request, response, error);
          answered?.(0);
        },
      });
    },
    exchange(request, response, kept) {
      return new Promise((resolve, reject) => {
        const failed = (cause: unknown): void => {
          reject(PluginError.from(cause, 'server_unavailable'));
        };
        response.once('close', () => reject(new PluginError('cancelled', 'the client disconnected')));
        pass(request, response, {
          kept,
          changes: { without: PACKED_ANSWERS },
          take(answer) {
            if (answer.statusCode === 200) {
              readAnswer(request, answer).then(resolve, failed);
              return;
            }
            relayAnswer(request, answer, response);
            resolve(undefined);
          },
          failed,
        });
      });
    },
    upgrade(request, socket, head, told) {
      watchReader(socket, socket, answerIdleMs, () => {
        refused('too_slow');
        socket.destroy();
      });
      tunnel(upstream, request, socket, head, told);
    },
    close: () => upstream.close(),
  };
}
