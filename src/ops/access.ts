import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie, deleteCookie } from 'hono/cookie';
import type { Clock } from '../core/clock.js';
import { Credential } from '../core/credential.js';
import { OPS_COOKIE } from '../http/ops-cookie.js';
import { isOwnOrigin } from '../http/request-sender.js';
import { LIVES_MS, SignedValues } from './signed-values.js';

const UNAUTHORIZED =
  'the credential is missing or wrong: run `ak-slack open` on the machine of the program; or send OPS_TOKEN, or the content of the file ops-token beside the journal, as a bearer credential or as the password of any user';

const CROSS_SITE =
  'requests from pages of other sites are refused: open this address in the browser, or send the request with a program';

const NO_ORIGIN =
  'this request changes something, and does not say which page or program sent it: send the header Origin with the address of this program, for instance http://127.0.0.1:9983';

const BAD_CODE = 'the code has been used, or has expired: run `ak-slack open` again';

/** What the page's script asks for. */
export const UNCHALLENGED = '/ops/now';

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Who may see `/ops/` and `/metrics`, and how browsers get in. */
export class OpsAccess {
  readonly #credential: Credential;
  readonly #values: SignedValues;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #publicUrl: string | undefined;
  /**
   * Codes that were used, by when they end: a code works once. Of this process alone: where several share the token, each
   * would take a code once within its minute.
   */
  readonly #used = new Map<string, number>();

  /** `publicUrl`: the address that people reach the program at, if it is configured. */
  constructor(token: string, clock: Pick<Clock, 'now'>, publicUrl: string | undefined) {
    this.#credential = new Credential(token);
    this.#values = new SignedValues(token, clock);
    this.#clock = clock;
    this.#publicUrl = publicUrl;
  }

  /** From here on this is the token; the one before, and all sessions, open nothing. */
  replaceToken(token: string): void {
    this.#credential.replace(token);
    this.#values.replaceToken(token);
  }

  /**
   * Lets requests pass that carry the token as a bearer credential or as the password of any user, or the cookie of a
   * session. Browsers send passwords and cookies by themselves, so what a page of another site sends is refused, and what
   * changes something has to say that it comes from here, whatever it carries.
   */
  readonly guard: MiddlewareHandler = async (context, next) => {
    context.header('cache-control', 'no-store');
    const refusal = this.#refusalOfSender(context);
    if (refusal !== undefined) return context.text(refusal, 403);
    const authorization = context.req.header('authorization') ?? '';
    const session = getCookie(context, OPS_COOKIE) ?? '';
    if (
      !this.#credential.isBearer(authorization) &&
      !this.#credential.isPassword(authorization) &&
      this.#values.read('session', session) === undefined
    ) {
      // The script of a page that is open must not make the browser ask for a password.
      if (context.req.path !== UNCHALLENGED)
        context.header('www-authenticate', 'Basic realm="operations", charset="UTF-8"');
      return context.text(UNAUTHORIZED, 401);
    }
    await next();
    return undefined;
  };

  /** A code for the link that `ak-slack open` prints. */
  newCode(): string {
    return this.#values.make('code');
  }

  /** Gives the browser a session for a code; it was sent by our own page, not by a link, which a prefetch could follow. */
  enter(context: Context, code: string): Response {
    const refusal = this.#refusalOfSender(context);
    if (refusal !== undefined) return context.text(refusal, 403);
    const value = this.#values.read('code', code);
    if (value === undefined || this.#used.has(value.nonce)) return context.text(BAD_CODE, 401);
    this.#forgetEnded();
    this.#used.set(value.nonce, value.endsAt);
    setCookie(context, OPS_COOKIE, this.#values.make('session'), {
      ...cookieOptions(context),
      maxAge: LIVES_MS.session / 1_000,
    });
    return context.body(null, 204);
  }

  /** Ends the session of this browser. */
  leave(context: Context): void {
    deleteCookie(context, OPS_COOKIE, cookieOptions(context));
  }

  /** Why a request is refused for who sent it; nothing if it is not. */
  #refusalOfSender({ req }: Context): string | undefined {
    const { headers } = req.raw;
    // Fetch Metadata: `none` is what people open by themselves. Older browsers tell the origin, at least of a POST.
    const site = headers.get('sec-fetch-site');
    const origin = headers.get('origin');
    if (site !== null && site !== 'same-origin' && site !== 'none') return CROSS_SITE;
    const isOurs = origin !== null && isOwnOrigin(origin, headers, this.#publicUrl);
    if (origin !== null && !isOurs) return CROSS_SITE;
    if (SAFE.has(req.method) || site === 'same-origin' || isOurs) return undefined;
    return NO_ORIGIN;
  }

  #forgetEnded(): void {
    const now = this.#clock.now();
    for (const [nonce, endsAt] of this.#used) if (endsAt <= now) this.#used.delete(nonce);
  }
}

// The plugin's port speaks no TLS itself: a proxy in front of it says whether it did.
function cookieOptions(context: Context) {
  const [proto = ''] = (context.req.header('x-forwarded-proto') ?? '').split(',');
  const secure = proto.trim().toLowerCase() === 'https';
  return { path: '/ops/', httpOnly: true, sameSite: 'Strict', secure } as const;
}
