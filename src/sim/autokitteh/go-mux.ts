import { posix } from 'node:path';

/** What Go's `net/http` makes of a request's target before a handler sees it. */
export type Target =
  /** A malformed percent escape: answered by the server itself. */
  | { readonly t: 'malformed' }
  /** `//`, `./` or `../` in the path: redirected, whoever asks. */
  | { readonly t: 'unclean'; readonly location: string }
  /** The target with every segment of its path decoded; undefined where no handler's path can be equal to it. */
  | { readonly t: 'clean'; readonly target: string | undefined };

/**
 * Reads a target as `http.ServeMux` does: it cleans the path as it was written, then compares the segments after
 * decoding each. So `/slack/%73ave` is `/slack/save`, but `/slack%2Fsave` is one segment of another name.
 */
export function readTarget(url: string): Target {
  const { path, query } = split(url);
  if (/%(?![0-9a-f]{2})/i.test(path)) return { t: 'malformed' };
  const clean = posix.normalize(path.startsWith('/') ? path : `/${path}`);
  // It takes the cleaned path for a decoded one, and escapes its percent signs once more.
  if (clean !== path) return { t: 'unclean', location: escapePath(clean) + query };
  const segments = path.split('/').map(decodeSegment);
  const routable = segments.every((segment) => segment !== undefined && !/^\.{1,2}$|[/?#\\%]/.test(segment));
  return { t: 'clean', target: routable ? escapePath(segments.join('/')) + query : undefined };
}

/** Path and query of a target, which may also be a whole URL of any scheme. */
function split(url: string): { path: string; query: string } {
  const [, path = '', query = ''] = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?]*)?([^?]*)(.*)$/is.exec(url) ?? [];
  return { path: path === '' ? '/' : path, query };
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

// encodeURIComponent leaves !'()* as they are, and escapes what Go leaves in a path.
function escapePath(path: string): string {
  return encodeURIComponent(path)
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, decodeURIComponent);
}
