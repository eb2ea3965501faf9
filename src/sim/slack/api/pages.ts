import type { JsonObject } from '../../../core/json.js';
import { refuse, text, type MethodAnswer } from './method.js';

const DEFAULT_LIMIT = 100;

/** One page of `items` under `name`, by Slack's `limit` and `cursor`. */
export function paged(args: JsonObject, name: string, items: readonly JsonObject[]): MethodAnswer {
  const limit = Number(text(args, 'limit')) || DEFAULT_LIMIT;
  const cursor = text(args, 'cursor');
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString());
  if (!Number.isInteger(start) || start < 0 || limit < 0) return refuse('invalid_cursor');
  const end = start + limit;
  const next = end < items.length ? Buffer.from(String(end)).toString('base64') : '';
  return { ok: true, [name]: items.slice(start, end), response_metadata: { next_cursor: next } };
}
