import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { PORT_LIMITS } from '../http/limits.js';
import { copyBody } from './bodies.js';
import { pairs, responseHeaders, type RawHeaders } from './headers.js';

/** A whole answer of the server, before it goes to the client. */
export interface WholeResponse {
  readonly status: number;
  readonly statusMessage: string;
  readonly headers: IncomingHttpHeaders;
  /** The headers that go to the client. */
  readonly rawHeaders: RawHeaders;
  readonly rawTrailers: readonly string[];
  readonly body: Buffer;
}

// RFC 9112, 4: what a reason phrase may hold.
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Why an answer cannot be passed on, if it cannot. Node's server throws over such. */
export function responseProblem({ statusCode = 0, statusMessage = '' }: IncomingMessage): string | undefined {
  if (statusCode < 200 || statusCode > 999) return `it answered with the status ${statusCode}`;
  return REASON.test(statusMessage) ? undefined : 'its reason phrase holds control characters';
}

/** Passes an answer on while it comes. */
export function relayAnswer(
  request: IncomingMessage,
  answer: IncomingMessage,
  response: ServerResponse,
): void {
  const { statusCode = 0, statusMessage = '' } = answer;
  response.sendDate = false;
  response.writeHead(statusCode, statusMessage, responseHeaders(request, answer));
  let begun = false;
  copyBody(answer, response, () => (begun = true));
  // A body that came with the head goes out with it; a head that came alone waits for nothing.
  process.nextTick(() => {
    if (!begun && !answer.complete) response.flushHeaders();
  });
  answer.once('close', () => {
    // Half of an answer must not be taken for the whole.
    if (!answer.complete) response.destroy();
  });
}

/** Reads an answer whole; rejects when it is cut off or too long. */
export async function readAnswer(request: IncomingMessage, answer: IncomingMessage): Promise<WholeResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > PORT_LIMITS.answerBytes)
      throw new Error(`its response is longer than ${PORT_LIMITS.answerBytes} bytes`);
  }
  const { statusCode = 0, statusMessage = '', headers, rawTrailers } = answer;
  return {
    status: statusCode,
    statusMessage,
    headers,
    rawHeaders: responseHeaders(request, answer),
    rawTrailers,
    body: Buffer.concat(chunks),
  };
}

// What describes the bytes of a body, and so not those of another one.
const OF_THE_BODY: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'content-length',
  'content-encoding',
  'trailer',
  'etag',
]);

/** Passes on an answer that was read, unchanged or with another body. */
export function sendAnswer(
  response: ServerResponse,
  answer: WholeResponse,
  replacement?: string | Uint8Array,
): void {
  const { status, statusMessage, rawHeaders, rawTrailers, body } = answer;
  response.sendDate = false;
  if (replacement === undefined) {
    response.writeHead(status, statusMessage, rawHeaders);
    response.write(body);
    if (rawTrailers.length > 0) response.addTrailers(pairs(rawTrailers));
    response.end();
    return;
  }
  const replaced = Buffer.from(replacement);
  const kept = pairs(rawHeaders).filter(([name]) => !OF_THE_BODY.has(name.toLowerCase()));
  response.writeHead(status, statusMessage, [...kept.flat(), 'Content-Length', String(replaced.length)]);
  response.end(replaced);
}
