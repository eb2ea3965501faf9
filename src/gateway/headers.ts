import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

// RFC 9110, 7.6.1, and what is in use beside it. Transfer-Encoding stays: node frames the body anew by it.
const HOP_BY_HOP = [
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'upgrade',
  'http2-settings',
];

// What a Connection header must not take away, whatever it names.
const KEPT: ReadonlySet<string> = new Set([
  'close',
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
]);

/** Makes a request's headers those that the next hop gets. */
export function prepareRequest(request: IncomingMessage): void {
  const { headers } = request;
  const nominated = tokens(headers.connection);
  for (const name of nominated) if (!KEPT.has(name)) Reflect.deleteProperty(headers, name);
  for (const name of HOP_BY_HOP) if (headers[name] !== undefined) Reflect.deleteProperty(headers, name);
  const closes =
    request.httpVersion === '1.0' ? !nominated.includes('keep-alive') : nominated.includes('close');
  headers.connection = closes ? 'close' : 'keep-alive';
  addForwarded(request);
}

/** Makes a response's headers those that the client gets; its connection is its own affair. */
export function prepareResponse(headers: IncomingHttpHeaders): void {
  for (const name of tokens(headers.connection)) if (!KEPT.has(name)) clear(headers, name);
  for (const name of HOP_BY_HOP) clear(headers, name);
  clear(headers, 'connection');
}

/** Says for whom the request is made: appended for the address, as given by an earlier proxy for the rest. */
export function addForwarded({ headers, socket }: IncomingMessage): void {
  const earlier = headers['x-forwarded-for'];
  const caller = socket.remoteAddress ?? 'unknown';
  headers['x-forwarded-for'] = earlier === undefined ? caller : `${String(earlier)}, ${caller}`;
  headers['x-forwarded-proto'] ??= 'http';
  headers['x-forwarded-host'] ??= headers.host ?? '';
  headers['x-forwarded-port'] ??= String(socket.localPort ?? '');
}

/** Takes a header out. Nobody sends one that is undefined, and deleting would make every later look-up slow. */
function clear(headers: IncomingHttpHeaders, name: string): void {
  if (headers[name] !== undefined) headers[name] = undefined;
}

const NONE: readonly string[] = [];

function tokens(connection: string | undefined): readonly string[] {
  if (connection === undefined) return NONE;
  return connection.split(',').map((token) => token.trim().toLowerCase());
}
