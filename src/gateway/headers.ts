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
  const closes = wantsClose(request);
  dropHopByHop(headers);
  headers.connection = closes ? 'close' : 'keep-alive';
  addForwarded(request);
}

/** Makes a response's headers those that the client gets; its connection is its own affair. */
export function prepareResponse(headers: IncomingHttpHeaders): void {
  dropHopByHop(headers);
  delete headers.connection;
}

/** Says for whom the request is made: appended for the address, as given by an earlier proxy for the rest. */
export function addForwarded(request: IncomingMessage): void {
  const { headers, socket } = request;
  const earlier = headers['x-forwarded-for'];
  const chain = Array.isArray(earlier) ? earlier : earlier === undefined ? [] : [earlier];
  headers['x-forwarded-for'] = [...chain, socket.remoteAddress ?? 'unknown'].join(', ');
  headers['x-forwarded-proto'] ??= 'http';
  headers['x-forwarded-host'] ??= headers.host ?? '';
  headers['x-forwarded-port'] ??= String(socket.localPort ?? '');
}

function dropHopByHop(headers: IncomingHttpHeaders): void {
  for (const name of tokens(headers.connection)) if (!KEPT.has(name)) Reflect.deleteProperty(headers, name);
  for (const name of HOP_BY_HOP) Reflect.deleteProperty(headers, name);
}

function wantsClose({ headers, httpVersion }: IncomingMessage): boolean {
  const asked = tokens(headers.connection);
  return httpVersion === '1.0' ? !asked.includes('keep-alive') : asked.includes('close');
}

function tokens(connection: string | undefined): string[] {
  return (connection ?? '').split(',').map((token) => token.trim().toLowerCase());
}
