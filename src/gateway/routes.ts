import { posix } from 'node:path';

/** What becomes of a request. */
export type Route =
  /** Answered by the set-up pages. */
  | { readonly t: 'setup' }
  /** Another spelling of a path that is not simply forwarded: redirected to the plain one. */
  | { readonly t: 'redirect'; readonly location: string }
  /** A form for /slack/save: ours if it is for Socket Mode, else the server's once it has been checked. */
  | { readonly t: 'save' }
  /** ConnectionsService Test or RefreshStatus. */
  | { readonly t: 'status_rpc'; readonly question: StatusQuestion }
  /** The same as plain HTTP, as user interfaces link to it. */
  | { readonly t: 'status_page'; readonly question: StatusQuestion; readonly connectionId: string }
  /** IntegrationsService Get or List. */
  | { readonly t: 'descriptor_rpc'; readonly method: 'Get' | 'List' }
  /** VarsService Set or Delete: forwarded, and noticed with the connections that it names. */
  | { readonly t: 'variables_rpc'; readonly method: 'Set' | 'Delete' }
  /** Stores variables that its address holds: forwarded for people who mean it. */
  | { readonly t: 'postinit'; readonly connectionId: string }
  /** Forwarded, and noticed when it succeeded. */
  | { readonly t: 'write'; readonly connectionId: string | undefined }
  | { readonly t: 'forward' };

export type StatusQuestion = 'test' | 'refresh';

const RPC =
  /^\/autokitteh\.(connections|integrations|vars|deployments|projects)\.v1\.[A-Z]\w*Service\/(\w+)$/;
const PAGE = /^\/connections\/(con_[0-9a-z]{26})\/(test|refresh|postinit)$/;
const ASSET = /^\/slack\/assets\/(?!\.)[\w-][\w.-]*(?:\/(?!\.)[\w.-]+)*$/;
const OURS = /^\/(?:slack|connections\/|autokitteh\.)/;
const FORWARD: Route = { t: 'forward' };
const READING = /^(Get|List|Find|Has|Lint|Export|Download|Build)/;

/**
 * Decides by the method and by what the server's router makes of the path. A path of ours that is spelt in another way
 * is redirected, so that nothing reaches the server's handler of it unseen.
 */
export function routeOf(method: string, target: string): Route {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  const plain = plainPath(path);
  // Nearly everything else: decided by a glance at how it starts.
  if (plain === undefined || !OURS.test(plain)) return FORWARD;
  const route = routeOfPlain(method, plain);
  if (plain === path || route.t === 'forward') return route;
  return { t: 'redirect', location: plain + (query === -1 ? '' : target.slice(query)) };
}

function routeOfPlain(method: string, path: string): Route {
  // CORS preflights are the server's, and it answers no other OPTIONS.
  if (method === 'OPTIONS') return FORWARD;
  if (path === '/slack/save') return { t: 'save' };
  if (ASSET.test(path)) return { t: 'setup' };
  if (method === 'GET' || method === 'HEAD') {
    if (path === '/slack' || path === '/slack/') return { t: 'setup' };
    return postinitRoute(path) ?? FORWARD;
  }
  if (method !== 'POST') return FORWARD;
  const [, connectionId, question] = PAGE.exec(path) ?? [];
  if (connectionId !== undefined && (question === 'test' || question === 'refresh')) {
    return { t: 'status_page', question, connectionId };
  }
  const postinit = postinitRoute(path);
  if (postinit !== undefined) return postinit;
  const [, service, name] = RPC.exec(path) ?? [];
  return service === undefined || name === undefined ? FORWARD : rpcRoute(service, name);
}

function postinitRoute(path: string): Route | undefined {
  const [, connectionId, page] = PAGE.exec(path) ?? [];
  return connectionId !== undefined && page === 'postinit' ? { t: 'postinit', connectionId } : undefined;
}

function rpcRoute(service: string, name: string): Route {
  switch (service) {
    case 'integrations':
      return name === 'Get' || name === 'List' ? { t: 'descriptor_rpc', method: name } : FORWARD;
    case 'vars':
      return name === 'Set' || name === 'Delete' ? { t: 'variables_rpc', method: name } : FORWARD;
    case 'connections':
      if (name === 'Test') return { t: 'status_rpc', question: 'test' };
      if (name === 'RefreshStatus') return { t: 'status_rpc', question: 'refresh' };
  }
  return READING.test(name) ? FORWARD : { t: 'write', connectionId: undefined };
}

// Nearly every path is plain: neither an escape, nor an empty or a dot segment.
const NOT_PLAIN = /%|\/\/|\/\.{1,2}(?:\/|$)/;

/**
 * The path that AutoKitteh's router, Go's `http.ServeMux`, makes of a path: cleaned as it is written, then every segment
 * decoded. Undefined where a segment decodes to what no path of ours has: a slash, a dot segment, no text.
 */
function plainPath(path: string): string | undefined {
  if (!NOT_PLAIN.test(path)) return path;
  try {
    const segments = posix.normalize(path).split('/').map(decodeURIComponent);
    return segments.some((segment) => /^\.{1,2}$|[^!-~]|[/?#%\\]/.test(segment))
      ? undefined
      : segments.join('/');
  } catch {
    return undefined;
  }
}
