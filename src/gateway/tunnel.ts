import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocketStep } from '../http/gateway-answer.js';
import { responseProblem, relayAnswer } from './server-response.js';
import { pairs } from './headers.js';
import { answerUnreachable } from './failures.js';
import type { Upstream } from './upstream.js';

// A peer that vanished without a word is noticed after this silence and the system's own probes.
const PROBE_AFTER_MS = 60_000;
// RFC 6455, 4.1: a client says nothing before the server has agreed.
const MAX_EARLY_BYTES = 16 * 1024;

/**
 * Passes a WebSocket's request on and, once the server agrees, every byte both ways. What the server answers instead,
 * or that it is away, the client gets as a plain answer. `told` is called once with the result, and once with its end if it
 * was opened.
 */
export function tunnel(
  upstream: Upstream,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  told: (step: WebSocketStep) => void,
): void {
  // The connection is no longer node's server's; an answer of ours ends it.
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  // Node's server tells its own answers only; without this the rest of a long one would wait for ever.
  socket.on('drain', () => response.emit('drain'));
  let isDecided = false;
  const decide = (t: Exclude<WebSocketStep['t'], 'ended'>): void => {
    if (!isDecided) told({ t });
    isDecided = true;
  };
  const failed = (error: unknown): void => {
    decide('unreachable');
    answerUnreachable(request, response, error);
  };
  const outgoing = upstream.request(request, { upgrade: true });

  // Read on, or nobody would notice that the client has gone. What it says already is for the server.
  const early: Buffer[] = [head];
  const onData = (chunk: Buffer): void => {
    early.push(chunk);
    if (early.reduce((size, { length }) => size + length, 0) > MAX_EARLY_BYTES) socket.pause();
  };
  const onEnd = (): void => {
    socket.destroy();
  };
  socket.on('error', onEnd).on('data', onData).once('end', onEnd);
  socket.once('close', () => {
    decide('left');
    outgoing.destroy();
  });

  outgoing.on('error', failed);
  outgoing.once('response', (answer) => {
    outgoing.on('error', () => undefined);
    answer.on('error', () => undefined);
    const problem = responseProblem(answer);
    decide(problem === undefined ? 'refused' : 'unreachable');
    if (problem === undefined) relayAnswer(request, answer, response);
    else outgoing.destroy(new Error(problem));
  });
  outgoing.once('upgrade', (answer, stream, first) => {
    const peer = stream;
    response.detachSocket(socket);
    socket.off('data', onData).off('end', onEnd);
    socket.write(agreement(answer), 'latin1');
    socket.write(first);
    for (const chunk of early) peer.write(chunk);
    decide('opened');
    join(socket, peer, (how) => told({ t: 'ended', how }));
  });
  outgoing.end();
}

/** The head of the server's agreement, byte for byte. */
function agreement({
  httpVersion,
  statusCode = 101,
  statusMessage = '',
  rawHeaders,
}: IncomingMessage): string {
  const lines = pairs(rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/${httpVersion} ${statusCode} ${statusMessage}\r\n${lines.join('')}\r\n`;
}

type EndOfWebSocket = Extract<WebSocketStep, { t: 'ended' }>['how'];

/**
 * Connects two sockets until one of them is gone; a side that has finished may still be sent the rest. `ended` is called
 * once, when the first of them is gone.
 */
function join(client: Socket, server: Socket, ended: (how: EndOfWebSocket) => void): void {
  let how: EndOfWebSocket = 'broken';
  let isOver = false;
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.setNoDelay(true);
    from.setKeepAlive(true, PROBE_AFTER_MS);
    from.on('error', () => from.destroy());
    from.once('end', () => (how = 'closed'));
    from.once('close', () => {
      if (!isOver) ended(how);
      isOver = true;
      to.destroySoon();
    });
    from.pipe(to);
  }
}
