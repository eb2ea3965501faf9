import { posix } from 'node:path';

// Nearly every path is plain: neither an escape, nor an empty or a dot segment.
const NOT_PLAIN = /%|\/\/|\/\.{1,2}(?:\/|$)/;

/**
 * The path that AutoKitteh's router, Go's `http.ServeMux`, makes of a path: cleaned as it is written, then every segment
 * decoded. Undefined where a segment decodes to what no path of ours has: a slash, a dot segment, no text.
 */
export function plainPath(path: string): string | undefined {
  if (!NOT_PLAIN.test(path)) return path;
  try {
    const segments = posix.normalize(path).split('/').map(decodeURIComponent);
    return segments.some((segment) => /^\.{1,2}$|[^!-~]|[/?#%\\]/.test(segment))
      ? undefined
      : segments.join('/');
  } catch {
    return undefined;
  }
}
