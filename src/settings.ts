/** One setting: an environment variable, and the flag of the same name in kebab case. */
export interface Setting {
  readonly name: string;
  readonly default: string | undefined;
  /** Secrets are never flags (other users see them in the process list), but may come from `<NAME>_FILE`. */
  readonly secret: boolean;
  readonly about: string;
}

/** All settings, in the order of the README's table, which a test keeps equal to this one. */
export const SETTINGS = [
  {
    name: 'AUTOKITTEH_URL',
    default: 'http://localhost:9980',
    secret: false,
    about: 'the AutoKitteh server',
  },
  {
    name: 'AUTOKITTEH_PUBLIC_URL',
    default: undefined,
    secret: false,
    about:
      'the address at which people reach the server, if it is another; only used where the pages have an address of their own',
  },
  {
    name: 'AUTOKITTEH_TOKEN',
    default: undefined,
    secret: true,
    about: 'a service token for the server',
  },
  {
    name: 'AUTOKITTEH_SIGN_KEY',
    default: undefined,
    secret: true,
    about:
      "instead of a token: the server's signing key (64 hex digits for HMAC, or an RSA private key in PEM) to mint short tokens from",
  },
  {
    name: 'GATEWAY_LISTEN',
    default: '127.0.0.1:9981',
    secret: false,
    about: 'where the gateway listens; `off` when it is mounted behind another proxy',
  },
  {
    name: 'GATEWAY_PUBLIC_URL',
    default: undefined,
    secret: false,
    about: 'the address at which people and workflows reach the gateway, if it is not the one it listens on',
  },
  {
    name: 'GATEWAY_TRUSTED_ORIGINS',
    default: undefined,
    secret: false,
    about:
      "origins of web pages, separated by commas, that may save with a person's cookies, such as AutoKitteh's web UI when it has an address of its own",
  },
  {
    name: 'PLUGIN_LISTEN',
    default: '127.0.0.1:9983',
    secret: false,
    about: 'where the contract, the pages for mounting, health and metrics are served',
  },
  {
    name: 'PLUGIN_TOKEN',
    default: undefined,
    secret: true,
    about: 'bearer credential for the contract; without one the port answers on loopback only',
  },
  {
    name: 'INTEGRATION_MANIFEST',
    default: undefined,
    secret: false,
    about: "the integration's descriptor; without one the `integration.yaml` beside the program",
  },
  {
    name: 'JOURNAL_URL',
    default: undefined,
    secret: false,
    about:
      '`sqlite:<path>`; without one `~/.local/share/autokitteh-slack/journal.sqlite`, or where `XDG_DATA_HOME` says',
  },
  {
    name: 'SLACK_API_URL',
    default: 'https://slack.com/api/',
    secret: false,
    about: 'Slack, or the scripted one',
  },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    secret: false,
    about: '`debug`, `info`, `warn`, `error` or `silent`',
  },
  {
    name: 'LOG_FORMAT',
    default: undefined,
    secret: false,
    about: '`pretty` or `json`; without one `pretty` on a terminal, else `json`',
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof SETTINGS)[number]['name'];

/** The flag of a setting, for instance `--autokitteh-url`. */
export function flagOf(setting: Setting): string {
  return `--${setting.name.toLowerCase().replaceAll('_', '-')}`;
}
