/** Pages that may make a person's browser send a form here. */
export interface TrustedPages {
  /** The address that people reach these pages at, if it is known. */
  readonly publicUrl?: string | undefined;
  /** Other origins, such as AutoKitteh's web UI, that may act with a person's cookies. */
  readonly trustedOrigins: readonly string[];
}

/**
 * Whether another site made a browser send this. A request with an `Authorization` header is never forged: no foreign
 * page can set it without knowing the credential. Browsers tell the sending page in `Sec-Fetch-Site` (over TLS and on
 * this machine) or `Origin`; programs that are no browsers send neither and carry no one's cookies by accident.
 */
export function isForged(request: Request, pages: TrustedPages): boolean {
  const { headers } = request;
  if (headers.has('authorization')) return false;
  const origin = headers.get('origin');
  if (origin !== null && pages.trustedOrigins.includes(origin)) return false;
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  return origin !== null && !isOwnOrigin(origin, request, pages.publicUrl);
}

// Hosts are compared, not schemes: a proxy in front may have ended TLS.
function isOwnOrigin(origin: string, request: Request, publicUrl: string | undefined): boolean {
  const host = hostOf(origin);
  if (host === undefined) return false;
  const own = [
    request.headers.get('host'),
    request.headers.get('x-forwarded-host'),
    hostOf(request.url),
    publicUrl === undefined ? undefined : hostOf(publicUrl),
  ];
  return own.includes(host);
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
