import { z } from 'zod';
import type { Address } from './core/listen.js';

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
  .refine(hasNoUserInfo, 'must have no user name and no password: take the part before the @ away');

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
