import type { Http2ServerResponse } from 'node:http2';
import type { ServerResponse } from 'node:http';

/** What is asked here of a request of either protocol. */
interface Head {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
}

/** Why a request is not answered, and with which status. */
interface HttpRefusal {
  readonly status: 400 | 405 | 408;
  readonly sentence: string;
  readonly headers: Readonly<Record<string, string>>;
}

// RFC 9110, 7.2: a host and perhaps a port, and never user information, which would be somebody's password.
const HOST = /^(?:\[[\w.:%]*\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/;
// RFC 9112, 3.2.2: the whole URL, as clients of a forward proxy send it.
const WHOLE_URL = /^[^/]*:\/\/([^/?#]*)/;
const ALLOWED = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/** Refuses requests that no server of ours has an answer for, or that two servers could read in two ways. */
export function refuseMalformed({ method, url, httpVersion, rawHeaders }: Head): HttpRefusal | undefined {
  if (httpVersion === '0.9') return bad('HTTP/0.9 is not supported');
  // They make a server do for the client what no page and no program of AutoKitteh needs.
  const forbidden = /^(?:TRACE|TRACK|CONNECT)$/i.exec(method ?? '')?.[0];
  if (forbidden !== undefined) {
    return { status: 405, sentence: `${forbidden} is not allowed here`, headers: { allow: ALLOWED } };
  }
  const authority = WHOLE_URL.exec(url ?? '')?.[1];
  if (authority === '' || (authority !== undefined && !HOST.test(authority))) {
    return bad("the request's URL names no host");
  }
  let hosts = 0;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name === ':authority' || (name.length === 4 && name.toLowerCase() === 'host')) {
      if (!HOST.test(rawHeaders[index + 1] ?? '')) return bad('the Host header names no host');
      if (name !== ':authority') hosts += 1;
    }
  }
  return hosts > 1 ? bad('there is more than one Host header') : undefined;
}

/** Answers with a refusal; what the client still sends is not read. */
export function sendRefusal(
  response: ServerResponse | Http2ServerResponse,
  { status, sentence, headers }: HttpRefusal,
): void {
  if ('shouldKeepAlive' in response) {
    response.shouldKeepAlive = false;
  } else {
    // RFC 9113, 8.1: a whole answer may go before the whole request; the reset without an error says so.
    const { stream } = response;
    stream.once('finish', () => stream.close());
  }
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${sentence}\n`);
}

function bad(sentence: string): HttpRefusal {
  return { status: 400, sentence, headers: {} };
}
