import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly statusMessage: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly trailers: IncomingMessage['trailers'];
  readonly body: Buffer;
}

/** One request exactly as given: the path is not cleaned, nothing is added or decoded. */
export function send(
  url: string,
  path: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; body?: string | Uint8Array } = {},
): Promise<Reply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, path, method: options.method ?? 'GET', headers: options.headers ?? {}, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const { statusCode: status = 0, statusMessage, headers, trailers } = response;
          resolve({ status, statusMessage, headers, trailers, body: Buffer.concat(chunks) });
        });
      },
    );
    request.once('error', reject);
    request.end(options.body);
  });
}

/** All that comes on a connection until it ends. */
export function allOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (all += chunk));
    socket.once('close', () => resolve(all)).once('error', reject);
  });
}

/** The body of an answer over HTTP/2. */
export function textOver2(session: ClientHttp2Session, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = '';
    const stream = session.request({ ':path': path });
    stream.setEncoding('utf8').on('data', (chunk: string) => (all += chunk));
    stream.once('end', () => resolve(all)).once('error', reject);
  });
}
