import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createCredentials } from '../../../src/autokitteh/credentials.js';
import { HandClock } from '../../helpers/hand-clock.js';

const hex = '0f'.repeat(32);

describe('The credentials for AutoKitteh', () => {
  it('Credentials return a given token as it is, and nothing when nothing is configured', async () => {
    const clock = new HandClock();
    expect(await createCredentials({ kind: 'token', token: 'abc' }, clock).token()).toBe('abc');
    expect(await createCredentials({ kind: 'none' }, clock).token()).toBeUndefined();
  });

  it("Credentials mint tokens of ten minutes from the server's HMAC key and renew them in time", async () => {
    const clock = new HandClock();
    const credentials = createCredentials({ kind: 'sign_key', key: `${hex}\n` }, clock);
    const first = (await credentials.token()) ?? '';
    await clock.advance(4 * 60_000);
    expect(await credentials.token()).toBe(first);
    await clock.advance(2 * 60_000);
    const second = (await credentials.token()) ?? '';
    expect(second).not.toBe(first);
    const { payload } = await jwtVerify(second, Buffer.from(hex, 'hex'), {
      currentDate: new Date(clock.now()),
    });
    expect(payload).toMatchObject({ sub: 'internal', iss: 'internal.autokitteh.cloud' });
    expect((payload.exp ?? 0) * 1000 - clock.now()).toBe(10 * 60_000);
  });

  it('Credentials mint a new token when the clock was set back', async () => {
    const late = new HandClock(2_000_000_000_000);
    const early = new HandClock(1_000_000_000_000);
    let clock = late;
    const credentials = createCredentials(
      { kind: 'sign_key', key: hex },
      { now: () => clock.now(), monotonic: () => 0, setTimer: () => ({ cancel: () => undefined }) },
    );
    await credentials.token();
    clock = early;
    expect(decodeJwt((await credentials.token()) ?? '').exp).toBe(1_000_000_600);
  });

  it('Credentials sign with RS256 when the key is an RSA key in PEM', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const type of ['pkcs8', 'pkcs1'] as const) {
      const key = privateKey.export({ type, format: 'pem' }).toString();
      const clock = new HandClock();
      const token = await createCredentials({ kind: 'sign_key', key }, clock).token();
      const verified = await jwtVerify(token ?? '', publicKey, { currentDate: new Date(clock.now()) });
      expect(verified.protectedHeader.alg).toBe('RS256');
    }
  });

  it('Credentials refuse at the start a text that is not a key, without repeating it', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const clock = new HandClock();
    for (const key of [
      'abcd',
      `${hex}00`,
      pem,
      '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----',
    ]) {
      const make = (): unknown => createCredentials({ kind: 'sign_key', key }, clock);
      expect(make).toThrow(expect.objectContaining({ code: 'bad_config' }));
      expect(make).not.toThrow(key.split('\n')[1] ?? key);
    }
  });
});
