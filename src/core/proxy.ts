import { BlockList, isIP } from 'node:net';

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

/**
 * Whether `NO_PROXY` names this host, as Go, curl and others read it. A name stands for itself and for what is below it, with
 * or without a dot or `*.` before it; an address for itself; `10.0.0.0/8` for a network; `*` for everything. With `:port` an
 * entry holds for that port alone. Commas or spaces are between the entries.
 */
export function isExempt(noProxy: string, hostname: string, port: number): boolean {
  const host = hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const { name, port: only } = parts(entry);
  if (only !== undefined && only !== port) return false;
  const family = isIP(host);
  if (family !== 0) return isAddressIn(name, host, family === 4 ? 'ipv4' : 'ipv6');
  const domain = name.replace(/^\*?\.+/, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

/** An IPv6 address has colons of its own: with a port it stands in brackets. */
function parts(entry: string): { readonly name: string; readonly port: number | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(entry);
  const plain = /^([^:]*)(?::(\d+))?$/.exec(entry);
  const [, name = entry, port] = bracketed ?? plain ?? [];
  return { name, port: port === undefined ? undefined : Number(port) };
}

function isAddressIn(entry: string, address: string, family: 'ipv4' | 'ipv6'): boolean {
  const [network = '', bits, ...more] = entry.split('/');
  if (isIP(network) !== isIP(address)) return false;
  const width = family === 'ipv4' ? 32 : 128;
  // To JavaScript a text without a digit is the number 0, which would be a network of all addresses.
  if (more.length > 0 || (bits !== undefined && !/^\d+$/.test(bits))) return false;
  const prefix = bits === undefined ? width : Number(bits);
  if (prefix > width) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(address, family);
}
