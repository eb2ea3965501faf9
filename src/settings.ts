import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { journalPlace } from './data-folder.js';
import {
  address,
  attempts,
  backupCount,
  baseUrl,
  byteLimit,
  credential,
  httpUrl,
  journalUrl,
  keyValues,
  nameOfHost,
  origins,
  proxy,
  replicaName,
  retention,
} from './setting-parsers.js';

/** What a value may depend on when it is not given. */
interface SettingContext {
  readonly environment: NodeJS.ProcessEnv;
  /** Whether a person reads the output. */
  readonly terminal: boolean;
}

/**
 * One setting: an environment variable, the flag of the same name in kebab case, and the field of `Config` of the same name
 * in camel case. A new one needs a row here, and a reader of that field.
 */
export interface Setting {
  readonly name: string;
  /** Secrets are never flags (other users see them in the process list), but may come from `<NAME>_FILE`. */
  readonly secret?: true;
  /** The value when none is given. */
  readonly default?: string;
  /** The same where it is not the same for everybody; `about` says what it is. */
  readonly otherwise?: (context: SettingContext) => string | undefined;
  /** For the README's table and `--help`. */
  readonly about: string;
  /** Checks the text and makes of it what the program works with; messages go after the setting's name. */
  readonly parse: z.ZodType<unknown, string>;
}

// In the package's root, both from the sources and from `dist`: the program may be started in any folder.
const MANIFEST = fileURLToPath(new URL('../integration.yaml', import.meta.url));

/** All settings, in the order of the README's table, which `npm run docs` writes. */
export const SETTINGS = [
  {
    name: 'AUTOKITTEH_URL',
    default: 'http://localhost:9980',
    about: 'the AutoKitteh server',
    parse: baseUrl,
  },
  {
    name: 'AUTOKITTEH_PUBLIC_URL',
    about:
      'the address at which people reach the server, if it is a different one; used only where the pages have an address of their own',
    parse: baseUrl,
  },
  {
    name: 'AUTOKITTEH_TOKEN',
    secret: true,
    about: 'a service token for the server',
    parse: z.string(),
  },
  {
    name: 'AUTOKITTEH_SIGN_KEY',
    secret: true,
    about:
      "instead of a token: the server's signing key (64 hex digits for HMAC, or an RSA private key in PEM), which signs short-lived tokens",
    parse: z.string(),
  },
  {
    name: 'AUTOKITTEH_PROXY',
    secret: true,
    about:
      'the URL of an HTTP proxy for the connection to the server; without one the server is reached directly, regardless of `HTTPS_PROXY` and the like',
    parse: proxy,
  },
  {
    name: 'GATEWAY_LISTEN',
    default: '127.0.0.1:9981',
    about: 'where the gateway listens; `off` when it is mounted behind another proxy',
    parse: z.union([z.literal('off'), address], { error: 'must be host:port, or off' }),
  },
  {
    name: 'GATEWAY_PUBLIC_URL',
    about:
      'the address at which people and workflows reach the gateway, if it differs from the one it listens on',
    parse: baseUrl,
  },
  {
    name: 'GATEWAY_TRUSTED_ORIGINS',
    otherwise: () => '',
    about:
      "origins of web pages, separated by commas, that may save with a person's cookies, such as AutoKitteh's web UI when it has an address of its own",
    parse: origins,
  },
  {
    name: 'PLUGIN_LISTEN',
    default: '127.0.0.1:9983',
    about: 'where the contract, the pages for mounting, health and metrics are served',
    parse: address,
  },
  {
    name: 'PLUGIN_TOKEN',
    secret: true,
    about:
      "bearer credential for the contract's RPCs, which return secrets; without one it is created at the first start, in the file `plugin-token` beside the journal",
    parse: credential,
  },
  {
    name: 'OPS_TOKEN',
    secret: true,
    about:
      'credential for `/metrics` and `/ops/`; without one it is created likewise, in the file `ops-token`',
    parse: credential,
  },
  {
    name: 'INTEGRATION_MANIFEST',
    otherwise: () => MANIFEST,
    about: "the integration's descriptor; without one the `integration.yaml` beside the program",
    parse: z.string(),
  },
  {
    name: 'JOURNAL_URL',
    otherwise: ({ environment }): string | undefined => {
      const place = journalPlace(environment);
      return place === undefined ? undefined : `sqlite:${place.path}`;
    },
    about:
      "`sqlite:<path>`, or `postgres://user@host/database`; without one `journal.sqlite` in systemd's `STATE_DIRECTORY`, else in `~/.local/share/autokitteh-slack` or where `XDG_DATA_HOME` says",
    parse: journalUrl,
  },
  {
    name: 'JOURNAL_PASSWORD',
    secret: true,
    about: "PostgreSQL's password for the journal; without one the file that `PGPASSFILE` names may hold it",
    parse: z.string(),
  },
  {
    name: 'JOURNAL_MAX_BYTES',
    default: '4294967296',
    about: 'how much the journal may hold, in bytes (4 GiB); a full journal refuses events',
    parse: byteLimit,
  },
  {
    name: 'JOURNAL_BACKUPS',
    default: '2',
    about:
      'how many backups of a SQLite journal, made before a new version changes its schema, are kept beside it; with 0 none is made',
    parse: backupCount,
  },
  {
    name: 'JOURNAL_RETENTION',
    default: '26h',
    about:
      'how long the journal keeps a delivered event, to recognize it when Slack sends it again (for up to 24 hours) and to show its path; below 25h an event may be delivered twice',
    parse: retention,
  },
  {
    name: 'DISPATCH_ATTEMPTS',
    default: '8',
    about:
      'after how many failed dispatches an event becomes a dead letter, while other events are delivered; dispatches during an outage do not count',
    parse: attempts,
  },
  {
    name: 'REPLICA_NAME',
    otherwise: () => nameOfHost(hostname()),
    about:
      'the name of this process, which differs from those of the other processes on the same journal in PostgreSQL: at most 63 letters, digits, `.`, `_` and `-`; without one the name of the host',
    parse: replicaName,
  },
  {
    name: 'SLACK_API_URL',
    default: 'https://slack.com/api/',
    about: "the address of Slack's Web API, or of the scripted Slack",
    parse: httpUrl.transform((url) => (url.endsWith('/') ? url : `${url}/`)),
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    about:
      "the address of an OpenTelemetry collector's HTTP receiver, for instance `http://localhost:4318`, for metrics and a trace of each event; without one nothing is sent",
    parse: baseUrl,
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    secret: true,
    about: 'headers for the collector, as `key=value` pairs separated by commas',
    parse: keyValues,
  },
  {
    name: 'OTEL_SERVICE_NAME',
    about:
      'the name of this program in metrics and traces; `ak-slack` unless the resource attributes name it',
    parse: z.string(),
  },
  {
    name: 'OTEL_RESOURCE_ATTRIBUTES',
    about:
      'attributes of all metrics and traces, as `key=value` pairs separated by commas, for instance `deployment.environment.name=production`',
    parse: keyValues,
  },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    about: '`debug`, `info`, `warn`, `error` or `silent`',
    parse: z.enum(['debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be debug, info, warn, error or silent',
    }),
  },
  {
    name: 'LOG_FORMAT',
    otherwise: ({ terminal }) => (terminal ? 'pretty' : 'json'),
    about: '`pretty` or `json`; without one `pretty` on a terminal, else `json`',
    parse: z.enum(['json', 'pretty'], { error: 'must be pretty or json' }),
  },
] as const satisfies readonly Setting[];

type Row = (typeof SETTINGS)[number];

export type SettingName = Row['name'];

/** For instance `gatewayPublicUrl` of `GATEWAY_PUBLIC_URL`. */
type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<Camel<Tail>>}`
  : Lowercase<Name>;

/** Every setting by its name in camel case, checked; undefined where none was given and there is no default. */
export type Values = {
  readonly [Setting in Row as Camel<Setting['name']>]:
    | z.output<Setting['parse']>
    | (Setting extends { readonly default: string } | { readonly otherwise: (context: never) => string }
        ? never
        : undefined);
};

export function camelName(name: SettingName): keyof Values {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof Values;
}

/** The values of the secret settings that were given. */
export function secretsOf(values: Values): string[] {
  return SETTINGS.flatMap((setting: Setting & { name: SettingName }) => {
    const value = setting.secret === true ? values[camelName(setting.name)] : undefined;
    if (setting.parse === keyValues) return Object.values((value ?? {}) as Record<string, string>);
    return typeof value === 'string' ? [value] : [];
  });
}

/** The flag of a setting, for instance `--autokitteh-url`. */
export function flagOf(setting: Pick<Setting, 'name'>): string {
  return `--${setting.name.toLowerCase().replaceAll('_', '-')}`;
}
