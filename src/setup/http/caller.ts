import type { CallerHeaders } from '../../autokitteh/client.js';

/** The credentials of the person who asks, to be passed on to the server as they came. */
export function callerHeaders(request: Request): CallerHeaders {
  return {
    authorization: request.headers.get('authorization') ?? undefined,
    cookie: request.headers.get('cookie') ?? undefined,
  };
}
