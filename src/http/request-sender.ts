/** Pages that may make a person's browser send a form here. */
export interface TrustedPages {
  /** The address that people reach these pages at, if it is known. */
  readonly publicUrl?: string | undefined;
  /** Other origins, such as AutoKitteh's web UI, that may act with a person's cookies. */
  readonly trustedOrigins: readonly string[];
}

/** Headers by name in small letters; null where one is absent. */
export type RequestHeaders = Pick<Headers, 'get'>;

/**
 * Whether another site made a browser send this. Browsers tell the sending page in `Sec-Fetch-Site` (over TLS and on
 * this machine) or `Origin`; programs that are no browsers send neither and carry no one's cookies by accident. A
 * bearer token is set by whoever knows it, so it stands for the sender, unless the browser says that the page belongs
 * to another site; Basic and Negotiate credentials are sent by browsers themselves and prove nothing.
 */
export function isForged(headers: RequestHeaders, pages: TrustedPages): boolean {
  const origin = headers.get('origin');
  if (origin !== null && pages.trustedOrigins.includes(origin)) return false;
  const site = headers.get('sec-fetch-site');
  if (site === 'cross-site') return true;
  if (hasBearer(headers)) return false;
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  return origin !== null && !isOwnOrigin(origin, headers, pages.publicUrl);
}

/** Who sent a request that changes something, as far as its headers tell. */
export type Sender = 'trusted' | 'unknown' | 'forged';

/** Judges a request that changes something. Browsers send an `Origin` with a POST, and with the other methods none. */
export function senderOf(method: string, headers: RequestHeaders, pages: TrustedPages): Sender {
  if (method !== 'POST') return senderOfLink(headers, pages);
  return isForged(headers, pages) ? 'forged' : 'trusted';
}

/**
 * Judges a GET or HEAD, which links, images and frames of other sites send without an `Origin`. `unknown` is a window
 * that any page may have opened, or a request that says nothing of its sender: a person has to be asked.
 */
function senderOfLink(headers: RequestHeaders, pages: TrustedPages): Sender {
  if (isTrustedOrigin(headers.get('origin'), pages)) return 'trusted';
  const site = headers.get('sec-fetch-site');
  if (site === 'same-origin') return 'trusted';
  if (site !== 'cross-site' && hasBearer(headers)) return 'trusted';
  if (headers.get('origin') !== null || !isWindow(headers)) return 'forged';
  return isTrustedOrigin(headers.get('referer'), pages) ? 'trusted' : 'unknown';
}

/** The origin of the page that a request came from, if its browser tells. */
export function refererOf(headers: RequestHeaders): string | undefined {
  const referer = headers.get('referer');
  return referer !== null && /^https?:/i.test(referer) && URL.canParse(referer)
    ? new URL(referer).origin
    : undefined;
}

function isTrustedOrigin(url: string | null, { trustedOrigins }: TrustedPages): boolean {
  return url !== null && URL.canParse(url) && trustedOrigins.includes(new URL(url).origin);
}

/** Whether a window was opened, as far as the browser tells what it loads. */
function isWindow(headers: RequestHeaders): boolean {
  const [mode, destination] = [headers.get('sec-fetch-mode'), headers.get('sec-fetch-dest')];
  return (mode ?? 'navigate') === 'navigate' && (destination ?? 'document') === 'document';
}

function hasBearer(headers: RequestHeaders): boolean {
  return /^Bearer +\S/i.test(headers.get('authorization') ?? '');
}

/**
 * Whether a page of this program has this origin. Hosts are compared, not schemes: a proxy in front may have ended TLS.
 * Anybody can set X-Forwarded-Host where no proxy does, so it counts only where no public address is configured.
 */
export function isOwnOrigin(origin: string, headers: RequestHeaders, publicUrl: string | undefined): boolean {
  const host = hostOf(origin);
  if (host === undefined) return false;
  const forwarded = publicUrl === undefined ? headers.get('x-forwarded-host') : hostOf(publicUrl);
  return host === headers.get('host') || host === forwarded;
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
