import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PluginError } from '../core/errors.js';

/** Answers a request for a page, as a Hono app's `fetch` does; or calls `passOn`, and its answer is not used. */
export type SetupHandler = (
  request: Request,
  front: { readonly passOn?: () => void },
) => Response | Promise<Response>;

const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const NOT_PASSED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/**
 * Lets the handler answer, or decide that `forward` does, if there is one. Rejects with `bad_input` when there is no
 * such web request, or as the handler does.
 */
export async function answerBySetup(
  handler: SetupHandler,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  forward?: () => void,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the client disconnected'));
  });
  const decided = { passOn: false };
  const passOn = (): void => {
    decided.passOn = true;
  };
  const answer = await handler(
    webRequest(request, body, gone.signal),
    forward === undefined ? {} : { passOn },
  );
  if (decided.passOn && forward !== undefined) {
    forward();
    return;
  }
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.writeHead(answer.status);
  if (answer.body === null || request.method === 'HEAD') {
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(answer.body), response);
}

function webRequest(request: IncomingMessage, body: Buffer, signal: AbortSignal): Request {
  const { method = 'GET', url = '/', headers: given } = request;
  // A URL of the web ends at a number sign, and the server's does not.
  if (/[^!-~]|#/.test(url)) {
    throw new PluginError('bad_input', 'the address has characters that have to be percent-encoded');
  }
  // Nor has a web request with these methods a body, which the server may read.
  if (BODILESS.has(method) && body.length > 0) {
    throw new PluginError('bad_input', `a ${method} request to this address must not have a body`);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (NOT_PASSED.has(name) || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  const scheme = given['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  const base = `${scheme}://${given.host ?? 'localhost'}`;
  if (!URL.canParse(base)) throw new PluginError('bad_input', 'the Host header names no host');
  return new Request(new URL(url, base), {
    method,
    headers,
    signal,
    ...(BODILESS.has(method) ? {} : { body: new Uint8Array(body) }),
  });
}
