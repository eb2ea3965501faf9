/** An HTTP proxy that is asked to CONNECT. */
export interface Proxy {
  /** Host and port as people are told of it; never its credentials. */
  readonly name: string;
  /** `http://host:port`, or `https://host:port` for one that is itself reached by TLS. */
  readonly origin: string;
  /** The value of Proxy-Authorization; absent without credentials in its URL. */
  readonly authorization: string | undefined;
}

/** The proxies on the way out, as the environment names them. */
export interface Proxies {
  readonly http: Proxy | undefined;
  readonly https: Proxy | undefined;
  readonly noProxy: string;
}

export const NO_PROXIES: Proxies = { http: undefined, https: undefined, noProxy: '' };

/**
 * The proxy that a URL names, as curl and Go read it: `http://` where no scheme is given, and the scheme's port where none
 * is. Nothing if it names no HTTP proxy; SOCKS is not supported.
 */
export function parseProxy(text: string): Proxy | undefined {
  const url = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, host, port, username, password } = new URL(url);
  if ((protocol !== 'http:' && protocol !== 'https:') || hostname === '') return undefined;
  const name = port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
  return { name, origin: `${protocol}//${name}`, authorization: basic(username, password) };
}

function basic(username: string, password: string): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

/** A password may hold a percent sign that nobody has encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
