import { errorMessage } from './errors.js';
import { scrub } from './scrub.js';

/** A host could not be reached. The message names the host and the cause, in a sentence without its full stop. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  /** `code` as Node and undici have them; `proxy` if that is what could not be reached, or what refused. */
  constructor(
    message: string,
    readonly code: string,
    readonly proxy?: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  /** `host` as people know it, with its port where that matters; `cause` as Node or undici report it. */
  static of(host: string, cause: unknown): UnreachableError {
    const inner = innermost(cause);
    if (inner instanceof UnreachableError) return inner;
    const code = codeOf(inner);
    return new UnreachableError(sentence(host, code, inner), code, undefined, { cause });
  }

  /** The same of a proxy on the way to the host. */
  static ofProxy(name: string, cause: unknown): UnreachableError {
    const { message, code } = UnreachableError.of(`the proxy ${name}`, cause);
    return new UnreachableError(message, code, name, { cause });
  }
}

// OpenSSL's names of a chain that ends at an authority which is not trusted (Node, "TLS: X509 certificate error codes").
const NOT_TRUSTED: ReadonlySet<string> = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function sentence(host: string, code: string, error: unknown): string {
  if (NOT_TRUSTED.has(code))
    return `the certificate of ${host} is not trusted (${code}): name the file of its authority in NODE_EXTRA_CA_CERTS`;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_FAIL':
      return `${host} cannot be resolved (${code})`;
    case 'ECONNREFUSED':
      return `${host} refused the connection`;
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return `${host} timed out`;
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return `the connection to ${host} was cut off`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return `there is no route to ${host} (${code})`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `the certificate of ${host} is not valid at this time (${code}): check the clock`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${host} is for another name`;
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${host} does not speak TLS (${code})`;
    default:
      return `${host}: ${scrub(errorMessage(error))}`;
  }
}

/** undici wraps "fetch failed" around what really happened. */
function innermost(error: unknown): unknown {
  let inner = error;
  for (let depth = 0; depth < 5 && inner instanceof Error; depth++) {
    if (inner instanceof UnreachableError || !(inner.cause instanceof Error)) break;
    inner = inner.cause;
  }
  return inner;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'UNREACHABLE';
}
