import type { MiddlewareHandler } from 'hono';
import { Credential } from '../core/credential.js';

const UNAUTHORIZED =
  'the credential is missing or wrong: send OPS_TOKEN, or what the file ops-token beside the journal holds, as a bearer credential or as the password of any user';

const CROSS_SITE =
  'requests from pages of other sites are refused: open this address itself, or send the request with a program';

/**
 * Lets requests pass that carry `token` as a bearer credential or, for browsers, as the password of any user. Browsers send
 * a password that they know by themselves, so what a page of another site sends is refused, whatever it carries.
 */
export function opsGuard(token: string): MiddlewareHandler {
  const credential = new Credential(token);
  return async (context, next) => {
    context.header('cache-control', 'no-store');
    const { req } = context;
    if (isCrossSite(req.header('sec-fetch-site'), req.header('origin'), req.header('host')))
      return context.text(CROSS_SITE, 403);
    const authorization = req.header('authorization') ?? '';
    if (!credential.isBearer(authorization) && !credential.isPassword(authorization)) {
      context.header('www-authenticate', 'Basic realm="operations", charset="UTF-8"');
      return context.text(UNAUTHORIZED, 401);
    }
    await next();
    return undefined;
  };
}

// Fetch Metadata: `none` is what people open by themselves. Older browsers tell the origin, at least of a POST.
function isCrossSite(
  site: string | undefined,
  origin: string | undefined,
  host: string | undefined,
): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}
