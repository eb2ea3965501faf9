import { isIP } from 'node:net';
import { BOT_TOKEN, APP_TOKEN, BUILT_IN_APP_TOKEN } from '../connections/variables.js';
import type { Config } from '../config.js';
import { PluginError } from '../core/errors.js';
import { urlOf } from '../core/listen.js';
import type { AuthorServer } from './author-server.js';

/** Throws `bad_input` for a server on another machine, unless the author has said that it is meant. */
export function checkIsLocal({ autokittehUrl, autokittehProxy }: Config, isMeant: boolean): void {
  if (isMeant) return;
  const { hostname, host } = new URL(autokittehUrl);
  if (isLoopback(hostname) && autokittehProxy === undefined) return;
  throw new PluginError(
    'bad_input',
    `${host} is not a server on this machine${autokittehProxy === undefined ? '' : ' that is reached without a proxy'}. Events of the scripted Slack start workflows there like real ones. If that is what you want, add --yes-this-server.`,
  );
}

function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Variables that hold what opens a real Slack app, by whatever way a connection was set up. */
const SECRETS = [
  APP_TOKEN,
  BOT_TOKEN,
  BUILT_IN_APP_TOKEN,
  'oauth_access_token',
  'oauth_refresh_token',
  'private_client_id',
  'private_client_secret',
  'private_signing_secret',
];

/**
 * Throws `bad_input` where the connection holds a token, unless the scripted Slack gave it: `isScripted` says of which it did.
 * Nothing that a person has set up is written over.
 */
export function checkHoldsNoToken(
  variables: ReadonlyMap<string, string>,
  name: string,
  isScripted: (token: string) => boolean,
): void {
  const held = SECRETS.filter((secret) => (variables.get(secret) ?? '') !== '');
  if (held.every((secret) => isScripted(variables.get(secret) ?? ''))) return;
  throw new PluginError(
    'bad_input',
    `the connection ${name} is set up with tokens that are not the scripted Slack's (${held.join(', ')}), and they stay as they are. Use a connection that is not set up, for instance in a copy of the project.`,
  );
}

/** Where another program would be, by the settings and by their defaults. */
function otherPorts({ gatewayListen, pluginListen }: Config): string[] {
  const given = [gatewayListen, pluginListen].flatMap((address) =>
    address === 'off' ? [] : [urlOf(address)],
  );
  return [...new Set([...given, 'http://127.0.0.1:9981', 'http://127.0.0.1:9983'])];
}

/**
 * Rejects with `bad_input` where another program of this kind serves the same server, as far as this can be known before: the
 * server's address is that of its gateway, the server attaches it, or it listens on this machine and knows the connection. One
 * on another machine is noticed by the status that it gives the connection.
 */
export async function checkIsAlone(
  config: Config,
  author: AuthorServer,
  connectionId: string,
  ourDescription: string,
): Promise<void> {
  if ((await author.descriptionOfSlack()) === ourDescription)
    throw new PluginError(
      'bad_input',
      `${config.autokittehUrl} is the gateway of another ak-slack program, or a server that attaches one. Give the address of a server of your own as AUTOKITTEH_URL.`,
    );
  for (const url of otherPorts(config)) {
    const knows = await knowsConnection(url, connectionId);
    if (knows === 'no') continue;
    throw new PluginError(
      'bad_input',
      `another ak-slack program listens at ${url}${knows === 'yes' ? ` in front of ${config.autokittehUrl}` : ', and does not tell in front of which server'}: stop it, then start this again.`,
    );
  }
}

/** Asked without a credential: anything may listen there. */
async function knowsConnection(url: string, connectionId: string): Promise<'yes' | 'no' | 'unknown'> {
  const ask = async (path: string): Promise<Response | undefined> =>
    fetch(url + path, { redirect: 'manual', signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
  const asset = await ask('/slack/assets/copying.js');
  const isOurs = asset?.headers.get('content-type')?.startsWith('text/javascript') === true;
  await asset?.body?.cancel();
  if (!isOurs) return 'no';
  const page = await ask(`/slack?cid=${connectionId}&origin=cli`);
  await page?.body?.cancel();
  if (page === undefined || page.status === 401 || page.status === 403) return 'unknown';
  return page.status < 400 ? 'yes' : 'no';
}
