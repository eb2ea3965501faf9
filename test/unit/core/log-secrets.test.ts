import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrub } from '../../../src/core/scrub.js';
import { OWN, logged } from './logged.js';

type Rest = string;

/** Each secret: its text around `rest`, which alone would be enough to know it by. */
const KINDS: Readonly<Record<string, (rest: Rest) => string>> = {
  'a bot token': (rest) => `xoxb-1234567890-0987654321-${rest}`,
  'a user token': (rest) => `xoxp-1-2-3-${rest}`,
  'an app-level token': (rest) => `xapp-1-A012345-678-${rest}`,
  'a refreshed token': (rest) => `xoxe.xoxp-1-${rest}`,
  'a refresh token': (rest) => `xoxe-1-${rest}`,
  'a workflow token': (rest) => `xwfp-${rest}`,
  'a legacy token': (rest) => `xoxa-2-${rest}`,
  'a session token': (rest) => `xoxs-${rest}`,
  'a cookie token': (rest) => `d=xoxd-${rest}%2F%2B`,
  'a JWT': (rest) => `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJpbnRlcm5hbCJ9.${rest}`,
  'a bearer credential': (rest) => `Bearer ${rest}`,
  'a negotiated credential': (rest) => `Negotiate ${rest}`,
  'a Basic credential': (rest) => `Basic ${Buffer.from(`somebody:${rest}`).toString('base64')}`,
  'an authorization header': (rest) => `Authorization: Digest username="x", response="${rest}"`,
  'the ticket of a WebSocket': (rest) => `wss://wss-primary.slack.com/link/?ticket=${rest}&app_id=x`,
  'the ticket of a government WebSocket': (rest) => `wss://wss.slack-gov.com/link/?app_id=x&ticket=${rest}`,
  'a webhook': (rest) => `https://hooks.slack.com/services/T1/B2/${rest}`,
  'a government webhook': (rest) => `https://hooks.slack-gov.com/services/T1/B2/${rest}`,
  'a response URL': (rest) => `https://hooks.slack.com/actions/T1/2/${rest}`,
  'the response URL of a command': (rest) => `https://hooks.slack-gov.com/commands/T1/2/${rest}`,
  'the trigger of a workflow': (rest) => `https://hooks.slack.com/triggers/T1/2/${rest}`,
  'a response URL of the scripted Slack': (rest) => `http://127.0.0.1:4321/actions/T1/2/${rest}`,
  'the address of an upload': (rest) => `https://files.slack.com/upload/v1/${rest}`,
  'a session cookie': (rest) => `ak_user_session=${rest}`,
  'a line of cookies': (rest) => `Cookie: ak_logged_in=true; theme=dark; other=${rest}`,
  'a client secret in a form': (rest) => `client_id=1.2&client_secret=${rest}&code=5`,
  'a client secret in JSON': (rest) => `{"client_secret":"${rest}"}`,
  'a code of OAuth': (rest) => `https://ak.example/oauth/redirect?state=1&code=${rest}`,
  'the address of an answer': (rest) => `https://ak.example/slack/assets/answers/${rest}${rest}`,
  'a password in an address': (rest) => `http://somebody:${rest}@ak.example/`,
  'a token without a password in an address': (rest) => `https://${rest}@ak.example/`,
  'a private key': (rest) => `-----BEGIN RSA PRIVATE KEY-----\n${rest}\n-----END RSA PRIVATE KEY-----`,
};

const rests = fc.stringMatching(/^[a-zA-Z0-9]{16,24}$/);

const percentAll = (text: string): string =>
  [...Buffer.from(text, 'latin1')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const unicodeAll = (text: string): string =>
  text.replace(/[^]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  'percent-encoded': encodeURIComponent,
  'percent-encoded in every character': percentAll,
  'escaped as in JSON': (text) => JSON.stringify(text).slice(1, -1),
  'escaped as Slack and PHP do': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'escaped in every character': unicodeAll,
};

const positions = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => `request failed: ${text}`,
  (text) => `first line\n${text}\nlast line`,
  (text) => `first line\\n${text}`,
  (text) => `(${text})`,
  (text) => `"${text}"`,
  (text) => `{"text":"${text}"}`,
  (text) => `a=1&text=${text}&b=2`,
  (text) => `\t${text}\r\n`,
  (text) => `%22${text}%22`,
  (text) => `${'long '.repeat(500)}${text}`,
);

const nestings = fc.constantFrom<(text: string) => unknown>(
  (text) => text,
  (text) => ({ deep: { er: [{ text }] } }),
  (text) => ({ [text]: 1 }),
  (text) => new Map<unknown, unknown>([['text', new Set([text])]]),
  (text) => new Map([[text, 1]]),
  (text) => new Error('outer', { cause: new Error(text) }),
  (text) => new AggregateError([new TypeError(text)], 'several'),
  (text) => Object.assign(new Error('with fields'), { response: { body: text } }),
  (text) => Object.assign(new Error(text), { name: text }),
  (text) => new Headers({ 'x-text': text.replace(/[^\x20-\x7e]/g, '') }),
  (text) => ['X-Text', text],
  (text) => ({ toJSON: () => ({ text }) }),
  (text) => ({
    get text() {
      return text;
    },
  }),
  (text) => {
    const cyclic: Record<string, unknown> = { text };
    cyclic['self'] = [cyclic];
    return cyclic;
  },
  (text) => JSON.stringify({ nested: JSON.stringify({ text }) }),
);

/** Everything that a reader of the log could make of it without guessing. */
function readable(output: string): string {
  const readings = [output];
  for (let layer = 0; layer < 9; layer++) {
    const last = readings.at(-1) ?? '';
    readings.push(
      last
        .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
        .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
        .replace(/\\(["\\/])/g, '$1'),
    );
  }
  const inBase64 = readings
    .flatMap((reading) => reading.match(/[A-Za-z0-9+/_-]{8,}={0,2}/g) ?? [])
    .map((run) => Buffer.from(run, 'base64').toString('latin1'));
  return [...readings, ...inBase64].join('\n');
}

describe.each(['json', 'pretty'] as const)('a %s log', (format) => {
  it.each(Object.keys(KINDS))(
    'A log shows nothing of %s, in whatever position, encoding and nesting',
    (kind) => {
      fc.assert(
        fc.property(
          rests,
          fc.array(fc.constantFrom(...Object.keys(ENCODINGS)), { maxLength: 3 }),
          positions,
          nestings,
          (rest, encodings, position, nesting) => {
            const secret = KINDS[kind]?.(rest) ?? '';
            const encoded = encodings.reduce((text, name) => ENCODINGS[name]?.(text) ?? '', secret);
            const value = nesting(position(encoded));
            const output = logged(format, (log) => {
              log.info({ value }, 'as a field');
              log.error({ err: new Error('as a cause', { cause: value }) }, 'in an error');
              if (typeof value === 'string') log.warn(value);
              if (value instanceof Error) log.error(value);
            });
            expect(readable(output)).not.toContain(rest);
            expect(output).toContain('as a field');
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  it.each(Object.keys(OWN) as (keyof typeof OWN)[])('A log shows nothing of the own secret %s', (name) => {
    const secret = OWN[name];
    for (const encoded of [
      secret,
      secret.toUpperCase(),
      ...Object.values(ENCODINGS).map((encode) => encode(secret)),
      `Basic ${Buffer.from(`operator:${secret}`).toString('base64')}`,
      `x${Buffer.from(secret).toString('base64url')}`.slice(1),
    ]) {
      const output = logged(format, (log) => log.info({ deep: [{ encoded }] }, `said ${encoded}!`));
      expect(readable(output).toLowerCase()).not.toContain(secret);
    }
  });

  it.each([
    'authorization',
    'Cookie',
    'set-cookie',
    'botToken',
    'client_secret',
    'response_url',
    'PLUGIN_TOKEN',
    'sign-key',
    'ticket',
    'password',
    'ak_user_session',
  ])('A log shows no value under the name %s, whatever it looks like', (name) => {
    const output = logged(format, (log) => {
      for (const value of ['plainwords', ['plainwords'], { inner: ['plainwords'] }, 424_242_424]) {
        log.info({ [name]: value, kept: 'visible' }, 'as a key');
        log.info({ map: new Map([[name, value]]) }, 'as a key of a map');
        log.info({ variables: [{ name, value }] }, 'as a variable of AutoKitteh');
        log.info({ rawHeaders: ['Host', 'ak.example', name, 'plainwords', 'Accept', '*/*'] }, 'as a header');
      }
    });
    expect(output).not.toMatch(/plainwords|424242424/);
    expect(output).toContain('visible');
    expect(output).toContain('*/*');
  });

  it('A log names bytes, dates, functions and what cannot be read, and never fails', () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const output = logged(format, (log) => {
      for (const value of [
        Buffer.from('xoxb-1-abcdefgh'),
        new Uint8Array(3),
        new Date(0),
        new Date(NaN),
        10n ** 30n,
        Symbol('xoxb-1-abcdefgh'),
        () => 'xoxb-1-abcdefgh',
        {
          get broken(): never {
            throw new Error('xoxb-1-abcdefgh');
          },
        },
        {
          toJSON: (): never => {
            throw new Error('no');
          },
        },
        revoked.proxy,
        undefined,
        null,
      ])
        log.info({ value }, 'a value');
      log.info({ many: Array.from({ length: 100_000 }, () => 'x') }, 'many');
      log.info({ long: 'x'.repeat(1_000_000) }, 'long');
    });
    expect(output).not.toContain('abcdefgh');
    expect(output).toContain('[15 bytes]');
    expect(output).toContain('1970-01-01T00:00:00.000Z');
    expect(output.length).toBeLessThan(20_000);
  });

  it('A log leaves ordinary texts as they are', () => {
    const texts = [
      'The server needs basic authentication: log in first.',
      'Slack refused: invalid_auth (needed: connections:write)',
      'AutoKitteh, Dispatch: 100% of con_01kxyz failed\twith "EOF"',
      'C:\\new\\table',
      'session ses_01jabcdefghjkmnpqrstvwxyz0 ended, session=ses_01jabcdefghjkmnpqrstvwxyz0',
      'https://api.slack.com/apps?new_app=1&manifest_json=%7B%7D',
      'http://localhost:9980/connections/con_1/test',
      '/home/somebody/.local/share/autokitteh-slack/journal.sqlite',
    ];
    for (const text of texts) expect(scrub(text)).toBe(text);
  });
});
