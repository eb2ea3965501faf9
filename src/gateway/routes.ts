import { isSocketMode } from '../connection/live/setup-state.js';

/** What becomes of a request. */
export type Route =
  /** Answered by the set-up pages. */
  | { readonly t: 'setup' }
  /** A form for /slack/save: ours if it is for Socket Mode, else the server's. */
  | { readonly t: 'save' }
  /** ConnectionsService Test or RefreshStatus. */
  | { readonly t: 'status_rpc'; readonly question: StatusQuestion }
  /** The same as plain HTTP, as user interfaces link to it. */
  | { readonly t: 'status_page'; readonly question: StatusQuestion; readonly connectionId: string }
  /** IntegrationsService Get or List. */
  | { readonly t: 'descriptor_rpc'; readonly method: 'Get' | 'List' }
  /** VarsService Set or Delete: forwarded, and noticed with the connections that it names. */
  | { readonly t: 'variables_rpc'; readonly method: 'Set' | 'Delete' }
  /** Forwarded, and noticed when it succeeded. */
  | { readonly t: 'write'; readonly connectionId: string | undefined }
  | { readonly t: 'forward' };

export type StatusQuestion = 'test' | 'refresh';

const RPC =
  /^\/autokitteh\.(connections|integrations|vars|deployments|projects)\.v1\.[A-Z]\w*Service\/(\w+)$/;
const PAGE = /^\/connections\/(con_[0-9a-z]{26})\/(test|refresh|postinit)$/;
// No dot segments and nothing encoded: the server cleans such paths by redirecting to what they mean.
const ASSET = /^\/slack\/assets\/(?!\.)[\w-][\w.-]*(?:\/(?!\.)[\w.-]+)*$/;
const OURS = /^\/(?:slack|connections\/|autokitteh\.)/;
const FORWARD: Route = { t: 'forward' };
const READING = /^(Get|List|Find|Has|Lint|Export|Download|Build)/;

/**
 * Decides by the method and the path exactly as it was sent. What is not spelt as ours is the server's, whose router
 * then decides for itself what `//slack` or `/slack/%73ave` means.
 */
export function routeOf(method: string, target: string): Route {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  // Nearly everything else: decided by a glance at how it starts.
  if (!OURS.test(path)) return FORWARD;
  if (method === 'GET' || method === 'HEAD') {
    // The pages refuse it: tokens do not belong in an address, and the server would open a socket of its own with them.
    if (path === '/slack/save' && isSocketModeForm(null, queryOf(target).get('auth_type')))
      return { t: 'setup' };
    if (path === '/slack' || path === '/slack/' || ASSET.test(path)) return { t: 'setup' };
    const [, connectionId, page] = PAGE.exec(path) ?? [];
    return page === 'postinit' && method === 'GET' ? { t: 'write', connectionId } : FORWARD;
  }
  if (method !== 'POST') return ASSET.test(path) && method !== 'OPTIONS' ? { t: 'setup' } : FORWARD;
  if (path === '/slack/save') return { t: 'save' };
  if (ASSET.test(path)) return { t: 'setup' };
  const [, connectionId, question] = PAGE.exec(path) ?? [];
  if (connectionId !== undefined && (question === 'test' || question === 'refresh')) {
    return { t: 'status_page', question, connectionId };
  }
  const [, service, name] = RPC.exec(path) ?? [];
  return service === undefined || name === undefined ? FORWARD : rpcRoute(service, name);
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

function queryOf(target: string): URLSearchParams {
  return new URLSearchParams(target.slice(target.indexOf('?') + 1));
}

/** Whether these values of `auth_type` mean Socket Mode. */
export function isSocketModeForm(fromBody: string | null, fromQuery: string | null): boolean {
  // Where both say something the server takes the body's, so that must decide here too.
  return isSocketMode(fromBody ?? fromQuery ?? '');
}
