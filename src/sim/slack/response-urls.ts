import type { Clock } from '../../core/clock.js';
import type { JsonObject } from '../../core/json.js';
import { forgetOldest } from './bounded-map.js';
import type { Identifiers } from './directory/identifiers.js';

/** Slack: handling user interaction, response_url: five uses within half an hour. */
const USES = 5;
const LIFETIME = 30 * 60_000;
/** As many addresses work at a time. */
const REMEMBERED = 10_000;

/** What was posted to a response_url. */
export interface ResponsePost {
  readonly channelId: string;
  readonly body: JsonObject;
}

/** The addresses that payloads carry for answers. */
export interface ResponseUrls {
  /** A new address' path. */
  issue(kind: 'commands' | 'actions' | 'app', teamId: string, channelId: string): string;
  knows(path: string): boolean;
  /** Posts to it; the error that Slack gives, or undefined. */
  post(path: string, body: JsonObject): string | undefined;
  readonly posts: readonly ResponsePost[];
}

export function createResponseUrls(clock: Clock, ids: Identifiers): ResponseUrls {
  const issued = new Map<string, { channelId: string; until: number; left: number }>();
  const posts: ResponsePost[] = [];
  return {
    posts,
    issue(kind, teamId, channelId) {
      const path = `/${kind}/${teamId}/${ids.digits(13)}/${ids.secret(24)}`;
      issued.set(path, { channelId, until: clock.monotonic() + LIFETIME, left: USES });
      forgetOldest(issued, REMEMBERED);
      return path;
    },
    knows: (path) => issued.has(path),
    post(path, body) {
      const url = issued.get(path);
      if (url === undefined || clock.monotonic() > url.until) return 'expired_url';
      if (url.left === 0) return 'used_url';
      url.left -= 1;
      posts.push({ channelId: url.channelId, body });
      return undefined;
    },
  };
}
