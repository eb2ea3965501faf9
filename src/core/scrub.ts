import { cutText } from './text.js';
import { Buffer } from 'node:buffer';

// The rest of a word. A backslash and a percent sign belong to it: they begin an escaped character.
const WORD = `[^\\s"'<>,;&]`;

// The names under which others keep their secrets, as the end of a longer name too: `socket_mode_app_token`.
const NAMES =
  'ticket|token|secret|passwd|password|session|signature|credentials?|(?:api|sign|signing|private)[_-]?key';

const SPACE = '(?:[\\s+]|\\\\n)+';

/** What must never leave the process, wherever in a text it stands, and what is shown in its place. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[private key]'],
  [/((?:set-)?cookie[\\"']*\s*[:=]\s*)[^\r\n]+/gi, '$1[cookies]'],
  [/((?:proxy-)?authorization[\\"']*\s*[:=]\s*)[^\r\n]+/gi, '$1[credential]'],
  [new RegExp(`(Bearer|Negotiate)${SPACE}${WORD}+`, 'gi'), '$1 [credential]'],
  // "basic authentication" is no credential; base64 of one has a capital letter, a digit or padding.
  [new RegExp(`(Basic|basic|BASIC)${SPACE}(?=[a-z]*[A-Z0-9+/=_%-])${WORD}+`, 'g'), '$1 [credential]'],
  // Slack: "Token types". No word boundary before it: what precedes may be an escape, as in `\nxoxb-1`.
  [new RegExp(`x(?:ox[a-z]|app|wfp)[-.]${WORD}+`, 'g'), '[slack token]'],
  [/eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+/g, '[jwt]'],
  // Whoever has one of these addresses may post to it (Slack: "Incoming webhooks", "Handling user interaction").
  [new RegExp(`(?:https?:[\\\\/]+)?hooks\\.slack(?:-gov)?\\.com${WORD}*`, 'gi'), '[response url]'],
  [
    new RegExp(
      `(https?:[\\\\/]+[^\\s"'<>\\\\/]+)[\\\\/]+(?:actions|commands|services|workflows|triggers|upload)[\\\\/]+${WORD}+`,
      'gi',
    ),
    '$1/[response url]',
  ],
  [new RegExp(`(\\banswers[\\\\/]+)${WORD}{16,}`, 'gi'), '$1[answer address]'],
  [/\b([a-z][a-z0-9+.-]{0,15}:[\\/]{2,})[^\s\\/"'<>?#]*@/gi, '$1[credential]@'],
  [new RegExp(`((?:${NAMES})(?:=|%3d))(?!ses_)(?:"[^"]*"|${WORD}+)`, 'gi'), '$1[secret]'],
  [new RegExp(`((?:${NAMES})\\\\*["']\\s*[:=]\\s*\\\\*["'])[^"']*`, 'gi'), '$1[secret]'],
  [/((?:client_secret|signing_secret|password|passwd):\s+)\S+/gi, '$1[secret]'],
  // OAuth's code for a token.
  [new RegExp(`([?&]code=)${WORD}+`, 'gi'), '$1[secret]'],
];

// Enough for any text of this program. Others' is cut, but not within a secret: those are shorter than the margin.
const LONGEST = 8 * 1024;
const MARGIN = 4 * 1024;

// A secret that was escaped more often than this is not found.
const LAYERS = 6;

// Shorter ones would take too much of a log along.
const SHORTEST_OWN = 8;

/** The secrets that this program was given or has made. They have no form to know them by. */
export class OwnSecrets {
  readonly #literals = new Set<string>();
  #pattern: RegExp | undefined;

  constructor(secrets: Iterable<string | undefined> = []) {
    for (const secret of secrets) if (secret !== undefined) this.hide(secret);
  }

  /** From here on `secret` is hidden; one shorter than 8 characters cannot be. */
  hide(secret: string): void {
    // A key of several lines is often shown line by line.
    for (const literal of [secret, ...secret.split(/[\r\n]+/)])
      if (literal.length >= SHORTEST_OWN) this.#literals.add(literal);
    const longestFirst = [...this.#literals].sort((one, other) => other.length - one.length);
    const escaped = longestFirst.map((literal) => literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    this.#pattern = escaped.length === 0 ? undefined : new RegExp(escaped.join('|'), 'gi');
  }

  /** `text` without them. */
  scrub(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, '[secret]');
  }
}

const NO_SECRETS = new OwnSecrets();

/**
 * `text` without anything that looks like a secret, also where it is percent-encoded, escaped as in JSON, or in base64;
 * such a text is shown decoded. One longer than 8 KiB is cut.
 */
export function scrub(text: string, own: OwnSecrets = NO_SECRETS): string {
  let shown = scrubPlain(text.slice(0, LONGEST + MARGIN), own);
  let decoded = shown;
  for (let layer = 0; layer < LAYERS; layer++) {
    const next = decodeOnce(decoded);
    if (next === decoded) break;
    decoded = scrubPlain(next, own);
    if (decoded !== next) shown = decoded;
  }
  return text.length > LONGEST ? `${cutText(shown, LONGEST)} [cut, ${text.length} characters]` : shown;
}

function scrubPlain(text: string, own: OwnSecrets): string {
  const scrubbed = scrubByForm(own.scrub(text));
  return scrubbed.replace(/[A-Za-z0-9+/_-]{12,}={0,2}/g, (run) => {
    const inside = Buffer.from(run, 'base64').toString('latin1');
    return scrubByForm(own.scrub(inside)) === inside ? run : '[secret in base64]';
  });
}

function scrubByForm(text: string): string {
  return SECRETS.reduce((scrubbed, [pattern, replacement]) => scrubbed.replace(pattern, replacement), text);
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** Takes one layer of percent-encoding and of JSON's escapes away; what is neither stays. */
function decodeOnce(text: string): string {
  return text
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/\\(?:u([0-9a-f]{4})|(["\\/nrtbf]))/gi, (_, hex: string | undefined, plain: string) =>
      hex === undefined ? (ESCAPED[plain] ?? plain) : String.fromCharCode(parseInt(hex, 16)),
    );
}
