import { z } from 'zod';
import { PluginError } from './core/errors.js';
import type { Address } from './core/listen.js';
import { parseProxy, type Proxies, type Proxy } from './core/proxy.js';

/** `host:port`; IPv6 in brackets, every interface where the host is missing. */
export const address = z.string().transform((text, context): Address => {
  const match = /^(.*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) {
    context.addIssue({ code: 'custom', message: 'must be host:port, for instance 127.0.0.1:9983' });
    return z.NEVER;
  }
  return { host: match[1].replace(/^\[(.*)\]$/, '$1') || '0.0.0.0', port };
});

export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' })
  .refine((url) => !/[?#]/.test(url), 'must have no query and no fragment')
  // Such addresses are shown to people, logged and sent along.
  .refine(hasNoUserInfo, 'must have no user name and no password: remove the part before the @');

/** Without slashes at its end. */
export const baseUrl = httpUrl.transform((url) => url.replace(/\/+$/, ''));

/** A secret that callers must present. */
export const credential = z.string().min(16, 'must have at least 16 characters');

/** Several, separated by commas; none where the text is empty. */
export const origins = z
  .string()
  .transform((list) => (list === '' ? [] : list.split(',').map((origin) => origin.trim())))
  .pipe(z.array(httpUrl.transform((url) => (URL.canParse(url) ? new URL(url).origin : url))));

function hasNoUserInfo(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  // A part that is empty is dropped in parsing, but not in what the program shows.
  return username === '' && password === '' && !/^[^/\\]*[/\\]*[^/\\]*@/.test(url);
}

const NOT_A_PROXY =
  'must be the URL of an HTTP proxy, for instance http://proxy.example:3128 (SOCKS is not supported)';

/** The URL of a proxy; may hold credentials, so messages never quote it. */
export const proxy = z.string().transform((text, context): Proxy => {
  const parsed = parseProxy(text.trim());
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: NOT_A_PROXY });
  return z.NEVER;
});

/**
 * The proxies on the way to Slack from HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Like curl, the lower-case names are taken
 * before the upper-case ones, and empty values count as absent. Throws `bad_config`.
 */
export function proxiesOf(environment: NodeJS.ProcessEnv): Proxies {
  const [https, http] = (['HTTPS_PROXY', 'HTTP_PROXY'] as const).map((name) => {
    const text = given(environment, name);
    const parsed = parseProxy(text);
    if (text !== '' && parsed === undefined) throw new PluginError('bad_config', `${name} ${NOT_A_PROXY}`);
    return text === '' ? undefined : parsed;
  });
  return { https, http, noProxy: given(environment, 'NO_PROXY') };
}

function given(environment: NodeJS.ProcessEnv, name: string): string {
  return (
    [environment[name.toLowerCase()], environment[name]].map((value) => value?.trim()).find(Boolean) ?? ''
  );
}

/**
 * Pairs as OpenTelemetry's variables have them: `key=value`, separated by commas, percent-encoded where they hold such a
 * character. Messages quote nothing of it: values may be secrets.
 */
export const keyValues = z.string().transform((text, context): Readonly<Record<string, string>> => {
  try {
    const pairs = text
      .split(',')
      .filter((pair) => pair.trim() !== '')
      .map((pair) => {
        const [, key = '', value = ''] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(pair) ?? [];
        if (key === '') throw new Error('no key');
        return [decodeURIComponent(key), decodeURIComponent(value.trim())] as const;
      });
    return Object.fromEntries(pairs);
  } catch {
    context.addIssue({
      code: 'custom',
      message:
        'must be key=value pairs, separated by commas, with %2C for a comma and %25 for a percent sign',
    });
    return z.NEVER;
  }
});

const NO_PASSWORD =
  'must be postgres://user@host/database, without a password: set JOURNAL_PASSWORD, JOURNAL_PASSWORD_FILE or PGPASSFILE';

/** How many copies are kept: 0 to 100. */
export const backupCount = z.string().transform((text, context) => {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : Infinity;
  if (count <= 100) return count;
  context.addIssue({ code: 'custom', message: 'must be a whole number from 0 to 100' });
  return z.NEVER;
});

/** Where the journal is: the path of a SQLite file, or the URL of a PostgreSQL database, which holds no password. */
export const journalUrl = z.string().transform((url, context) => {
  if (/^sqlite:(?!postgres(ql)?:\/\/)./.test(url)) return url.slice('sqlite:'.length);
  const form = /^postgres(?:ql)?:\/\/(?:[^@/?#:]+@)?[^@/?#]+(?:\/[^@?#]*)?(?:\?([^@#]*))?$/.exec(url);
  const isPostgres = /^postgres(ql)?:/.test(url);
  if (form !== null && !new URLSearchParams(form[1]).has('password')) return url;
  context.addIssue({
    code: 'custom',
    message: isPostgres ? NO_PASSWORD : 'must be sqlite:<path>, or postgres://user@host/database',
  });
  return z.NEVER;
});

// Less would hold a few large events, and what is to be kept of each for a day.
const LEAST_BYTES = 16 * 1024 ** 2;

/** How much the journal may hold. */
export const byteLimit = z.string().transform((text, context) => {
  const bytes = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (bytes >= LEAST_BYTES) return bytes;
  context.addIssue({
    code: 'custom',
    message: `must be a number of bytes without a unit, at least ${LEAST_BYTES} (16 MiB)`,
  });
  return z.NEVER;
});

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const LEAST_RETENTION_MS = UNITS.h;
const MOST_RETENTION_MS = 30 * UNITS.d;

/** How long something is kept, as `90m`, `26h` or `2d`; in milliseconds. */
export const retention = z.string().transform((text, context) => {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * UNITS[(unit ?? 'm') as keyof typeof UNITS];
  if (ms >= LEAST_RETENTION_MS && ms <= MOST_RETENTION_MS) return ms;
  context.addIssue({ code: 'custom', message: 'must be between 1h and 30d, for instance 26h, 90m or 2d' });
  return z.NEVER;
});

const MOST_ATTEMPTS = 1_000;

/** How often something is tried. */
export const attempts = z.string().transform((text, context) => {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_ATTEMPTS) return count;
  context.addIssue({ code: 'custom', message: `must be a whole number from 1 to ${MOST_ATTEMPTS}` });
  return z.NEVER;
});

/** As in a host name, and as an index and a log line can hold it. */
export const replicaName = z
  .string()
  .regex(
    /^[A-Za-z0-9._-]{1,63}$/,
    'must consist of at most 63 letters, digits, dots, hyphens and underscores',
  );

/** The name of a host as the name of a replica. */
export function nameOfHost(host: string): string {
  return host.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 63) || 'replica';
}
