import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PluginError } from '../core/errors.js';

/** Answers a request for a page, as a Hono app's `fetch` does. */
export type SetupHandler = (request: Request) => Response | Promise<Response>;

const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const NOT_PASSED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/** Lets the handler answer; rejects with `bad_input` when there is no such web request, or as the handler does. */
export async function answerBySetup(
  handler: SetupHandler,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the client went away'));
  });
  const answer = await handler(webRequest(request, body, gone.signal));
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
  const { method = 'GET', headers: given } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (NOT_PASSED.has(name) || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  const scheme = given['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  const base = `${scheme}://${given.host ?? 'localhost'}`;
  if (!URL.canParse(base)) throw new PluginError('bad_input', 'the Host header names no host');
  return new Request(new URL(request.url ?? '/', base), {
    method,
    headers,
    signal,
    ...(BODILESS.has(method) ? {} : { body: new Uint8Array(body) }),
  });
}
