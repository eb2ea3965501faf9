import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How long each kind of value opens `/ops/`, milliseconds. */
export const LIVES_MS = { code: MINUTE, session: 8 * 60 * MINUTE } as const;

export type SignedKind = keyof typeof LIVES_MS;

/** What a valid value says. */
export interface SignedValue {
  /** Tells it from every other one. */
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

const SHAPE = /^([1-9]\d{9,12})\.([\w-]{22})\.([\w-]{43})$/;

/**
 * Values that stand for `OPS_TOKEN` for a while, and need no memory: each says when it ends and is signed with a key that
 * is derived from the token. So each process that has the token can check it, and another token ends all of them.
 */
export class SignedValues {
  readonly #clock: Pick<Clock, 'now'>;
  #key: Buffer;

  constructor(token: string, clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#key = keyFrom(token);
  }

  /** Values that were made with another token end. */
  replaceToken(token: string): void {
    this.#key = keyFrom(token);
  }

  /** A new value, of letters, digits, `-`, `_` and dots. */
  make(kind: SignedKind): string {
    const endsAt = Math.ceil((this.#clock.now() + LIVES_MS[kind]) / SECOND);
    const claims = `${endsAt}.${randomBytes(16).toString('base64url')}`;
    return `${claims}.${this.#sign(kind, claims).toString('base64url')}`;
  }

  /** What a value says; nothing if it is of another kind, was signed with another key, or has ended. */
  read(kind: SignedKind, value: string): SignedValue | undefined {
    const [, ends = '', nonce = '', signature = ''] = SHAPE.exec(value) ?? [];
    if (!timingSafeEqual(this.#sign(kind, `${ends}.${nonce}`), padded(signature))) return undefined;
    const endsAt = Number(ends) * SECOND;
    const left = endsAt - this.#clock.now();
    return left > 0 && left <= LIVES_MS[kind] + SECOND ? { nonce, endsAt } : undefined;
  }

  #sign(kind: SignedKind, claims: string): Buffer {
    return createHmac('sha256', this.#key).update(`${kind}.${claims}`).digest();
  }
}

// The comparison demands as many bytes as a signature has.
function padded(signature: string): Buffer {
  return Buffer.concat([Buffer.from(signature, 'base64url'), Buffer.alloc(32)]).subarray(0, 32);
}

function keyFrom(token: string): Buffer {
  return Buffer.from(hkdfSync('sha256', token, '', 'ak-slack /ops/ values', 32));
}
