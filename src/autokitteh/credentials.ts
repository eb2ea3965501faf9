import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';

/** What this program shows to the server. */
export interface Credentials {
  /** A bearer token that is valid for minutes at least, or nothing when none is configured. */
  token(): Promise<string | undefined>;
}

/** Credentials that may be given anew while the program runs. */
export interface ReplaceableCredentials extends Credentials {
  /** Throws `bad_config` when the key is none that AutoKitteh can sign with; then the old one stays. */
  replace(source: CredentialSource): void;
}

/** Where the credentials come from: a token as it is, the server's signing key, or nowhere. */
export type CredentialSource =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'sign_key'; readonly key: string }
  | { readonly kind: 'none' };

// As long as AutoKitteh's own internal tokens live; a stolen one is worth little.
const LIFETIME_MS = 10 * 60_000;
// Renewed at half its life, so that one that is handed out lasts for any call, even if the clocks differ by minutes.
const RENEW_AFTER_MS = LIFETIME_MS / 2;

/** Throws `bad_config` at once when the key is none that AutoKitteh can sign with. */
export function createCredentials(source: CredentialSource, clock: Clock): ReplaceableCredentials {
  let current = credentialsFrom(source, clock);
  return {
    token: () => current.token(),
    replace(next) {
      current = credentialsFrom(next, clock);
    },
  };
}

function credentialsFrom(source: CredentialSource, clock: Clock): Credentials {
  switch (source.kind) {
    case 'none':
      return { token: () => Promise.resolve(undefined) };
    case 'token':
      return { token: () => Promise.resolve(source.token) };
    case 'sign_key':
      return mintingCredentials(signingKey(source.key.trim()), clock);
  }
}

interface SigningKey {
  readonly algorithm: 'HS256' | 'RS256';
  readonly key: Uint8Array | KeyObject;
}

function signingKey(text: string): SigningKey {
  if (/^[0-9a-f]{64}$/i.test(text))
    return { algorithm: 'HS256', key: new Uint8Array(Buffer.from(text, 'hex')) };
  if (text.startsWith('-----BEGIN ') && text.includes('PRIVATE KEY-----')) return rsaKey(text);
  throw new PluginError(
    'bad_config',
    'AUTOKITTEH_SIGN_KEY must be 64 hexadecimal digits (authjwttokens.hmac.sign_key of the server) or an RSA private key in PEM (authjwttokens.rsa.private_key)',
  );
}

function rsaKey(pem: string): SigningKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The parser's own error may quote the key, so it is not kept as the cause.
    throw new PluginError('bad_config', 'AUTOKITTEH_SIGN_KEY is not a readable private key in PEM');
  }
  if (key.asymmetricKeyType !== 'rsa') {
    throw new PluginError(
      'bad_config',
      'AUTOKITTEH_SIGN_KEY must be an RSA key: AutoKitteh signs with RS256',
    );
  }
  return { algorithm: 'RS256', key };
}

/**
 * Mints the server's internal token: the server takes any token that its key signed, and that is no user's, for the
 * system's (AutoKitteh: internal tokens; issuer, audience and subject are as in its own).
 */
function mintingCredentials(signing: SigningKey, clock: Clock): Credentials {
  let minted: { token: Promise<string>; at: number } | undefined;
  return {
    token() {
      const now = clock.now();
      // A clock that was set back must not keep an old token alive.
      if (minted === undefined || now - minted.at >= RENEW_AFTER_MS || now < minted.at) {
        minted = { token: mint(signing, now), at: now };
      }
      return minted.token;
    },
  };
}

function mint(signing: SigningKey, now: number): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: signing.algorithm, typ: 'JWT' })
    .setIssuer('internal.autokitteh.cloud')
    .setAudience('internal.autokitteh.cloud')
    .setSubject('internal')
    .setExpirationTime(Math.floor((now + LIFETIME_MS) / 1000))
    .sign(signing.key);
}
