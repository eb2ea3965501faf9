import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { CredentialSource } from './autokitteh/credentials.js';
import { errorMessage, PluginError } from './core/errors.js';
import type { Address } from './core/listen.js';
import { SETTINGS, type SettingName } from './settings.js';

/** Everything the program was told, checked and complete; nothing below this fills in defaults. */
export interface Config {
  readonly autokitteh: {
    readonly url: string;
    readonly publicUrl: string | undefined;
    readonly credentials: CredentialSource;
  };
  readonly gateway: {
    readonly listen: Address | 'off';
    readonly publicUrl: string | undefined;
    readonly trustedOrigins: readonly string[];
  };
  readonly plugin: { readonly listen: Address; readonly token: string | undefined };
  readonly manifestPath: string;
  readonly journalPath: string;
  readonly slackApiUrl: string;
  readonly log: { readonly level: string; readonly format: 'json' | 'pretty' };
}

// In the package's root, both from the sources and from `dist`: the program may be started in any folder.
const MANIFEST = fileURLToPath(new URL('../integration.yaml', import.meta.url));

/** Values by setting name, as the environment and the flags give them. */
export type Settings = Readonly<Partial<Record<SettingName, string>>>;

const address = z.string().transform((text, context): Address => {
  const match = /^(.*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) {
    context.addIssue({ code: 'custom', message: 'must be host:port, for instance 127.0.0.1:9983' });
    return z.NEVER;
  }
  return { host: match[1].replace(/^\[(.*)\]$/, '$1') || '0.0.0.0', port };
});

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' })
  .refine((url) => !/[?#]/.test(url), 'must have no query and no fragment')
  // Such addresses are shown to people, logged and sent along.
  .refine(hasNoUserInfo, 'must have no user name and no password: take the part before the @ away');

function hasNoUserInfo(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  // A part that is empty is dropped in parsing, but not in what the program shows.
  return username === '' && password === '' && !/^[^/\\]*[/\\]*[^/\\]*@/.test(url);
}

const schema = z.object({
  AUTOKITTEH_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')),
  AUTOKITTEH_PUBLIC_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  AUTOKITTEH_TOKEN: z.string().min(1).optional(),
  AUTOKITTEH_SIGN_KEY: z.string().min(1).optional(),
  GATEWAY_LISTEN: z.union([z.literal('off'), address], { error: 'must be host:port, or off' }),
  GATEWAY_PUBLIC_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  GATEWAY_TRUSTED_ORIGINS: z
    .string()
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .pipe(z.array(httpUrl.transform((url) => (URL.canParse(url) ? new URL(url).origin : url))))
    .default([]),
  PLUGIN_LISTEN: address,
  PLUGIN_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  INTEGRATION_MANIFEST: z.string().min(1),
  JOURNAL_URL: z
    .string()
    .regex(/^sqlite:./, 'must be sqlite:<path>')
    .transform((url) => url.slice('sqlite:'.length)),
  SLACK_API_URL: httpUrl.transform((url) => (url.endsWith('/') ? url : `${url}/`)),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent'], {
    error: 'must be debug, info, warn, error or silent',
  }),
  LOG_FORMAT: z.enum(['json', 'pretty'], { error: 'must be pretty or json' }),
});

/**
 * Settings from flags and environment (flags win), secrets also from the file that `<NAME>_FILE` names.
 * An empty value counts as absent. Throws `bad_config` with a sentence for each wrong value.
 */
export function loadConfig(environment: NodeJS.ProcessEnv, flags: Settings, terminal: boolean): Config {
  const given: Record<string, string> = {
    INTEGRATION_MANIFEST: MANIFEST,
    JOURNAL_URL: `sqlite:${join(dataFolder(environment), 'journal.sqlite')}`,
    LOG_FORMAT: terminal ? 'pretty' : 'json',
  };
  for (const setting of SETTINGS) {
    const value =
      flags[setting.name] ?? fromEnvironment(environment, setting.name, setting.secret) ?? setting.default;
    if (value !== undefined && value !== '') given[setting.name] = value;
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${placeOf(path)} ${message}`);
    throw new PluginError('bad_config', lines.join('\n'));
  }
  return assemble(parsed.data);
}

/** For instance `LOG_LEVEL`, or `GATEWAY_TRUSTED_ORIGINS, number 2 of the list,`: people count from one. */
function placeOf([name, index]: readonly PropertyKey[]): string {
  return typeof index === 'number' ? `${String(name)}, number ${index + 1} of the list,` : String(name);
}

function assemble(settings: z.output<typeof schema>): Config {
  if (settings.AUTOKITTEH_TOKEN !== undefined && settings.AUTOKITTEH_SIGN_KEY !== undefined) {
    throw new PluginError(
      'bad_config',
      'AUTOKITTEH_TOKEN and AUTOKITTEH_SIGN_KEY exclude each other: give one of them',
    );
  }
  const { GATEWAY_LISTEN: gateway, PLUGIN_LISTEN: plugin } = settings;
  // Port 0 is another one each time.
  if (
    gateway !== 'off' &&
    gateway.port === plugin.port &&
    gateway.host === plugin.host &&
    plugin.port !== 0
  ) {
    throw new PluginError(
      'bad_config',
      'GATEWAY_LISTEN and PLUGIN_LISTEN are the same address: give one of them another port',
    );
  }
  return {
    autokitteh: {
      url: settings.AUTOKITTEH_URL,
      publicUrl: settings.AUTOKITTEH_PUBLIC_URL,
      credentials: credentialsOf(settings),
    },
    gateway: {
      listen: gateway,
      publicUrl: settings.GATEWAY_PUBLIC_URL,
      trustedOrigins: settings.GATEWAY_TRUSTED_ORIGINS,
    },
    plugin: { listen: plugin, token: settings.PLUGIN_TOKEN },
    manifestPath: settings.INTEGRATION_MANIFEST,
    journalPath: settings.JOURNAL_URL,
    slackApiUrl: settings.SLACK_API_URL,
    log: { level: settings.LOG_LEVEL, format: settings.LOG_FORMAT },
  };
}

function credentialsOf(settings: z.output<typeof schema>): CredentialSource {
  if (settings.AUTOKITTEH_TOKEN !== undefined) return { kind: 'token', token: settings.AUTOKITTEH_TOKEN };
  if (settings.AUTOKITTEH_SIGN_KEY !== undefined)
    return { kind: 'sign_key', key: settings.AUTOKITTEH_SIGN_KEY };
  return { kind: 'none' };
}

function fromEnvironment(
  environment: NodeJS.ProcessEnv,
  name: string,
  isSecret: boolean,
): string | undefined {
  const value = environment[name];
  const path = isSecret ? environment[`${name}_FILE`] : undefined;
  if (path === undefined || path === '') return value;
  if (value !== undefined && value !== '') {
    throw new PluginError('bad_config', `${name} and ${name}_FILE exclude each other: give one of them`);
  }
  let secret: string;
  try {
    secret = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new PluginError('bad_config', `${name}_FILE cannot be read: ${errorMessage(cause)}`, { cause });
  }
  // Without the secret the program would start with fewer rights, or with its port open, than its operator meant.
  if (secret === '') {
    throw new PluginError(
      'bad_config',
      `${name}_FILE names an empty file: write the secret into it, or take ${name}_FILE away`,
    );
  }
  return secret;
}

// XDG Base Directory Specification: user data lives in $XDG_DATA_HOME, else ~/.local/share.
function dataFolder(environment: NodeJS.ProcessEnv): string {
  const base = environment['XDG_DATA_HOME'];
  return join(
    base !== undefined && base !== '' ? base : join(homedir(), '.local', 'share'),
    'autokitteh-slack',
  );
}
