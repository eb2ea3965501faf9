import { createHash, timingSafeEqual } from 'node:crypto';

/** A secret that callers present; comparing takes the same time whatever they sent. */
export class Credential {
  #digest: Buffer;

  constructor(secret: string) {
    this.#digest = digest(secret);
  }

  /** From here on this is the secret, and the one before is none. */
  replace(secret: string): void {
    this.#digest = digest(secret);
  }

  /** Whether an `Authorization` header carries the secret as a bearer credential (RFC 6750). */
  isBearer(header: string): boolean {
    const [scheme, presented] = parted(header);
    return this.#is(presented) && scheme === 'bearer';
  }

  /** Whether it carries the secret as the password of any user (RFC 7617). */
  isPassword(header: string): boolean {
    const [scheme, encoded] = parted(header);
    const pair = Buffer.from(encoded, 'base64').toString('utf8');
    return this.#is(pair.slice(pair.indexOf(':') + 1)) && pair.includes(':') && scheme === 'basic';
  }

  // Digests have one length, as the comparison demands.
  #is(presented: string): boolean {
    return timingSafeEqual(digest(presented), this.#digest);
  }
}

/** The scheme, whose case does not count, and what it presents. */
function parted(header: string): [scheme: string, presented: string] {
  const [, scheme = '', presented = ''] = /^(\S+) +(.*)$/.exec(header) ?? [];
  return [scheme.toLowerCase(), presented];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
