import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.js';
import type { Connections } from './connections.js';
import { refuseMalformed, sendRefusal } from './malformed.js';
import type { NoteRefusal } from './refusals.js';
import { watchReader } from './slow-reader.js';

/** A request over HTTP/1.1 or HTTP/2. */
export type DualRequest = IncomingMessage | Http2ServerRequest;

/** The answer to it. */
export type DualResponse = ServerResponse | Http2ServerResponse;

/**
 * Answers a request of either protocol. Who waits for 100 Continue before the body is sent gets it from the handler.
 */
export type DualHandler = (request: DualRequest, response: DualResponse) => void;

/** The path of an RPC, without a query. */
export function pathOf({ url = '' }: DualRequest): string {
  const [path = ''] = url.split('?', 1);
  return path;
}

export interface RequestBounds {
  readonly connections: Connections;
  readonly refused: NoteRefusal;
  /** Milliseconds until a body is complete. */
  readonly bodyMs: number;
  /** Milliseconds in which a client takes nothing of what waits for it, after which it is cut off. */
  readonly answerIdleMs: number;
  readonly clock: Clock;
}

/** Passes a request on to `handler`, whose connection this is. */
export type TakeRequest = (request: DualRequest, response: DualResponse, socket: Socket) => void;

const HEALTH = '/grpc.health.v1.Health/';

/** Passes on requests that are well formed, each in its connection's turn, and ends those whose client is stuck. */
export function boundedRequests(handler: DualHandler, bounds: RequestBounds): TakeRequest {
  const { connections, clock } = bounds;

  function take(request: DualRequest, response: DualResponse): void {
    const refusal = refuseMalformed(request);
    if (refusal !== undefined) {
      bounds.refused('malformed');
      sendRefusal(response, refusal);
      return;
    }
    const timer = clock.setTimer(bounds.bodyMs, () => {
      if (!isWhole(request)) tooSlow(response);
    });
    response.once('close', () => timer.cancel());
    handler(request, response);
  }

  function tooSlow(response: DualResponse): void {
    bounds.refused('too_slow');
    if (response.headersSent) response.destroy();
    else
      sendRefusal(response, {
        status: 408,
        sentence: 'the rest of the request did not arrive in time',
        headers: {},
      });
  }

  return (request, response, socket) => {
    // Streams of probes may stay for ever, and anybody may open them: they do not hold a connection's place.
    const arriving = pathOf(request).startsWith(HEALTH) ? { complete: false } : request;
    if ('stream' in response) {
      const { stream } = response;
      response.once('close', connections.stream(socket, arriving));
      watchReader(stream, stream, bounds.answerIdleMs, () => {
        bounds.refused('too_slow');
        stream.close(constants.NGHTTP2_CANCEL);
      });
      take(request, response);
    } else {
      connections.inTurn(socket, arriving, (done) => {
        response.once('close', done);
        watchReader(response, socket, bounds.answerIdleMs, () => {
          bounds.refused('too_slow');
          socket.destroy();
        });
        take(request, response);
      });
    }
  };
}

// Over HTTP/2 a request counts as complete only when it has been read.
function isWhole(request: DualRequest): boolean {
  return request.complete || ('stream' in request && request.stream.endAfterHeaders);
}
