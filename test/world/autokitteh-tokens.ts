import { toJson } from '@bufbuild/protobuf';
import { SignJWT } from 'jose';
import { UserSchema, type User } from '../../src/gen/autokitteh/users/v1/users_pb.js';

/** Makes the tokens that AutoKitteh itself would make, from its HMAC signing key (64 hex digits). */
export function tokensOf(signKey: string) {
  const key = new Uint8Array(Buffer.from(signKey, 'hex'));
  const sign = (claims: Record<string, unknown>): Promise<string> =>
    new SignJWT({ jti: crypto.randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(key);
  const now = (): number => Math.floor(Date.now() / 1_000);
  return {
    /** The system's identity, for `seconds` from now; a negative number makes an expired one. */
    system: (seconds = 600): Promise<string> =>
      sign({
        iss: 'internal.autokitteh.cloud',
        aud: ['internal.autokitteh.cloud'],
        sub: 'internal',
        exp: now() + seconds,
      }),
    user: (user: User): Promise<string> =>
      sign({
        iss: 'autokitteh.cloud',
        aud: ['api.autokitteh.cloud', 'internal.autokitteh.cloud'],
        sub: JSON.stringify({ User: toJson(UserSchema, user, { useProtoFieldName: true }) }),
        iat: now(),
      }),
  };
}
