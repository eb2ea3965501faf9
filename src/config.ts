import { readFileSync } from 'node:fs';
import type { CredentialSource } from './autokitteh/credentials.js';
import type { OneConnection } from './autokitteh/one-connection.js';
import { errorMessage, PluginError } from './core/errors.js';
import { journalPlace } from './data-folder.js';
import type { Proxies } from './core/proxy.js';
import { proxiesOf } from './setting-parsers.js';
import { camelName, SETTINGS, type Setting, type SettingName, type Values } from './settings.js';

/** Everything the program was told, checked and complete; nothing below this fills in defaults. */
export interface Config extends Values {
  /** AUTOKITTEH_TOKEN or AUTOKITTEH_SIGN_KEY, whichever was given. */
  readonly autokittehCredentials: CredentialSource;
  /** Where the journal should be, if one was found at the place of earlier versions and no setting names it. */
  readonly journalMoveTo: string | undefined;
  /** The files that secrets were read from. */
  readonly secretFiles: readonly SecretFile[];
  /** From HTTPS_PROXY, HTTP_PROXY and NO_PROXY, which have no flags: the way to Slack, never to AutoKitteh. */
  readonly slackProxies: Proxies;
  /** The program serves this connection and no other; no setting says so, `ak-slack dev` does. */
  readonly onlyConnection?: OneConnection;
}

/** A file that a secret setting was read from. */
export interface SecretFile {
  readonly name: SettingName;
  readonly path: string;
  /** What it held when the settings were read. */
  readonly value: string;
}

/** Values by setting name, as the environment and the flags give them. */
export type Settings = Readonly<Partial<Record<SettingName, string>>>;

/**
 * Settings from flags and environment (flags win), secrets also from the file that `<NAME>_FILE` names.
 * An empty value counts as absent. Throws `bad_config` with a sentence for each wrong value.
 */
export function loadConfig(environment: NodeJS.ProcessEnv, flags: Settings, terminal: boolean): Config {
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  const secretFiles: SecretFile[] = [];
  let moveTo: string | undefined;
  for (const setting of SETTINGS) {
    const { name, parse, default: fixed, otherwise, secret }: Setting & { name: SettingName } = setting;
    const given = flags[name] ?? fromEnvironment(environment, setting);
    const path = secret === true ? environment[`${name}_FILE`] : undefined;
    if (path !== undefined && path !== '') secretFiles.push({ name, path, value: given ?? '' });
    const isGiven = given !== undefined && given !== '';
    const text = isGiven ? given : (fixed ?? otherwise?.({ environment, terminal }));
    if (name === 'JOURNAL_URL' && !isGiven) moveTo = journalPlace(environment)?.moveTo;
    if (text === undefined) continue;
    const parsed = parse.safeParse(text);
    if (parsed.success) values[camelName(name)] = parsed.data;
    else wrong.push(...parsed.error.issues.map(({ path, message }) => `${name}${placeOf(path)} ${message}`));
  }
  if (wrong.length > 0) throw new PluginError('bad_config', wrong.join('\n'));
  // The loop has put into it what the type says of each row.
  return {
    ...completed(values as unknown as Values, proxiesOf(environment)),
    journalMoveTo: moveTo,
    secretFiles,
  };
}

/** For instance `, number 2 of the list,`: people count from one. */
function placeOf([index]: readonly PropertyKey[]): string {
  return typeof index === 'number' ? `, number ${index + 1} of the list,` : '';
}

/** What concerns two settings at once. */
function completed(values: Values, slackProxies: Proxies): Omit<Config, 'journalMoveTo' | 'secretFiles'> {
  const { autokittehToken, autokittehSignKey, gatewayListen, pluginListen } = values;
  if (autokittehToken !== undefined && autokittehSignKey !== undefined)
    throw mutuallyExclusive('AUTOKITTEH_TOKEN', 'AUTOKITTEH_SIGN_KEY');
  // Port 0 is another one each time.
  if (
    gatewayListen !== 'off' &&
    gatewayListen.port === pluginListen.port &&
    gatewayListen.host === pluginListen.host &&
    pluginListen.port !== 0
  ) {
    throw new PluginError(
      'bad_config',
      'GATEWAY_LISTEN and PLUGIN_LISTEN are the same address: give one of them another port',
    );
  }
  return { ...values, autokittehCredentials: credentialsOf(values), slackProxies };
}

/** What the program shows to AutoKitteh. */
export function credentialsOf({
  autokittehToken,
  autokittehSignKey,
}: Pick<Values, 'autokittehToken' | 'autokittehSignKey'>): CredentialSource {
  if (autokittehToken !== undefined) return { kind: 'token', token: autokittehToken };
  if (autokittehSignKey !== undefined) return { kind: 'sign_key', key: autokittehSignKey };
  return { kind: 'none' };
}

function mutuallyExclusive(first: string, second: string): PluginError {
  return new PluginError('bad_config', `${first} and ${second} are mutually exclusive: set only one`);
}

function fromEnvironment(environment: NodeJS.ProcessEnv, { name, secret }: Setting): string | undefined {
  const value = environment[name];
  const path = secret === true ? environment[`${name}_FILE`] : undefined;
  if (path === undefined || path === '') return value;
  if (value !== undefined && value !== '') throw mutuallyExclusive(name, `${name}_FILE`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new PluginError('bad_config', `${name}_FILE cannot be read: ${errorMessage(cause)}`, { cause });
  }
  // Without the secret the program would start with fewer rights, or with its port open, than its operator meant.
  if (text === '') {
    throw new PluginError(
      'bad_config',
      `${name}_FILE names an empty file: write the secret into it, or unset ${name}_FILE`,
    );
  }
  return text;
}
