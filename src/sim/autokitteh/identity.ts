import type { IncomingHttpHeaders } from 'node:http';
import { toJson, create } from '@bufbuild/protobuf';
import { createContextKey, type ContextKey } from '@connectrpc/connect';
import { jwtVerify, SignJWT } from 'jose';
import { DEFAULT_USER_ID, SYSTEM_USER_ID } from './ids.js';
import type { Store, UserRow } from './store.js';
import { UserSchema, UserStatus, type User } from '../../gen/autokitteh/users/v1/users_pb.js';

/** Who is asking: the server's own identity, which may do everything, or a user. */
export type Caller = { readonly t: 'system' } | { readonly t: 'user'; readonly userId: string };

export const SYSTEM: Caller = { t: 'system' };

/** Where services find the caller of a request. */
export const callerKey: ContextKey<Caller> = createContextKey<Caller>({ t: 'user', userId: '' });

export function callerId(caller: Caller): string {
  return caller.t === 'system' ? SYSTEM_USER_ID : caller.userId;
}

export function userMessage(row: UserRow): User {
  return create(UserSchema, row);
}

export interface RightsCheckOptions {
  /** The signing key: 64 hex digits. */
  readonly signKey: string;
  /** Whether a request without a valid credential acts as the default user, as in AutoKitteh's dev and test modes. */
  readonly defaultUser: boolean;
}

/** AutoKitteh's tokens and the order in which it looks for a credential: bearer, cookies, default user. */
export class Identity {
  readonly #store: Store;
  readonly #defaultUser: boolean;
  #key: Uint8Array;

  constructor(store: Store, options: RightsCheckOptions) {
    this.#store = store;
    this.#defaultUser = options.defaultUser;
    this.#key = keyOf(options.signKey);
  }

  /** From now on only tokens of this key are valid. */
  rotate(signKey: string): void {
    this.#key = keyOf(signKey);
  }

  /** A token for a user, as AuthService.CreateToken mints them: without an end. */
  mint(row: UserRow): Promise<string> {
    return new SignJWT({
      sub: JSON.stringify({ User: toJson(UserSchema, userMessage(row), { useProtoFieldName: true }) }),
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer('autokitteh.cloud')
      .setAudience(['api.autokitteh.cloud', 'internal.autokitteh.cloud'])
      .setIssuedAt()
      .setJti(crypto.randomUUID())
      .sign(this.#key);
  }

  /** The caller that the headers stand for, or the words of the 401. */
  async authenticate(
    headers: IncomingHttpHeaders,
  ): Promise<Caller | { readonly t: 'refused'; readonly words: string }> {
    const { authorization } = headers;
    const bearer = /^Bearer (.*)$/.exec(authorization ?? '')?.[1];
    const caller =
      (bearer === undefined ? undefined : await this.#callerOf(bearer)) ??
      (await this.#callerOf(sessionCookie(headers.cookie), 'users only'));
    if (caller?.t === 'user' && this.#store.users.get(caller.userId)?.status !== UserStatus.ACTIVE)
      return { t: 'refused', words: 'unknown user' };
    if (caller !== undefined) return caller;
    if (this.#defaultUser) return { t: 'user', userId: DEFAULT_USER_ID };
    if (authorization === undefined) return { t: 'refused', words: 'unauthenticated' };
    return { t: 'refused', words: bearer === undefined ? 'invalid authorization header' : 'invalid token' };
  }

  async #callerOf(token: string | undefined, whose?: 'users only'): Promise<Caller | undefined> {
    if (token === undefined) return undefined;
    let subject: string | undefined;
    try {
      const { payload } = await jwtVerify(token, this.#key, { algorithms: ['HS256'] });
      subject = payload.sub;
    } catch {
      return undefined;
    }
    const userId = userIdIn(subject);
    if (userId === undefined) return whose === 'users only' ? undefined : SYSTEM;
    return { t: 'user', userId };
  }
}

function keyOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** The user in a token's subject; undefined for an internal token, which is the system's. */
function userIdIn(subject: string | undefined): string | undefined {
  try {
    const parsed = JSON.parse(subject ?? '') as { User?: { user_id?: string; userId?: string } } | null;
    return parsed?.User?.user_id ?? parsed?.User?.userId;
  } catch {
    return undefined;
  }
}

function sessionCookie(header: string | undefined): string | undefined {
  const cookies = new Map(
    (header ?? '').split(/; */).map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
  return cookies.get('ak_logged_in') === 'true' ? cookies.get('ak_user_session') : undefined;
}
