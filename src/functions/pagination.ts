import type { JsonObject } from '../core/json.js';
import { objectAt, stringAt } from '../core/json.js';
import type { SlackOutcome } from './slack-call.js';

/** Slack recommends no more than 200 for a page (Slack: Web API, pagination). */
const PAGE = 200;
/** Against a cursor that leads in circles. */
const MOST_PAGES = 1_000;

/**
 * Calls `page` until Slack gives no further cursor or a list has `maxItems`, and joins the lists. Where it stopped
 * early, the response's own `response_metadata.next_cursor` says where to go on.
 */
export async function joinPages(
  args: JsonObject,
  maxItems: number,
  page: (args: JsonObject) => Promise<SlackOutcome>,
): Promise<SlackOutcome> {
  let joined: JsonObject = {};
  let next: JsonObject = { limit: PAGE, ...args };
  for (let number = 1; ; number++) {
    const outcome = await page(next);
    if (outcome.t === 'failed') return outcome;
    joined = join(joined, outcome.response);
    const cursor = stringAt(objectAt(outcome.response, 'response_metadata'), 'next_cursor');
    const enough = longestList(joined) >= maxItems || number >= MOST_PAGES || cursor === next['cursor'];
    if (cursor === '' || enough) return { t: 'done', response: joined };
    next = { ...next, cursor };
  }
}

function join(before: JsonObject, page: JsonObject): JsonObject {
  const joined = { ...before, ...page };
  for (const [key, value] of Object.entries(page)) {
    const earlier = before[key];
    if (Array.isArray(value) && Array.isArray(earlier)) joined[key] = [...earlier, ...value];
  }
  return joined;
}

function longestList(response: JsonObject): number {
  return Math.max(0, ...Object.values(response).map((value) => (Array.isArray(value) ? value.length : 0)));
}
