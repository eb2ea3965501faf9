import type { IncomingMessage } from 'node:http';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.js';

/** Slack's own limits differ by method; this only keeps a broken client from filling the memory. */
const LONGEST_BODY = 20 * 1024 * 1024;

/** The arguments of a call, or Slack's error for a body that cannot be read. */
export type ReadArguments =
  | { readonly ok: true; readonly args: JsonObject; readonly contentType: string }
  | { readonly ok: false; readonly error: string; readonly contentType: string };

/** Query and body together, as Slack takes them: urlencoded, JSON (an empty one too), or nothing. */
export async function readArguments(
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<ReadArguments> {
  const contentType = request.headers['content-type'] ?? '';
  const args: JsonObject = Object.fromEntries(query);
  const text = await readBody(request);
  if (text === undefined) return { ok: false, error: 'request_entity_too_large', contentType };
  if (text === '') return { ok: true, args, contentType };
  if (/^application\/json\b/i.test(contentType)) {
    const body = parseJson(text);
    if (!isJsonObject(body))
      return { ok: false, error: body === undefined ? 'invalid_json' : 'json_not_object', contentType };
    return { ok: true, args: { ...args, ...body }, contentType };
  }
  if (/^multipart\//i.test(contentType)) return { ok: false, error: 'invalid_post_type', contentType };
  return { ok: true, args: { ...args, ...Object.fromEntries(new URLSearchParams(text)) }, contentType };
}

/** An argument that is a list or an object, or a string that holds one, as clients send `blocks` and `view`. */
export function structureAt(args: JsonObject, name: string): JsonValue | undefined {
  const value = args[name];
  return typeof value === 'string' ? parseJson(value) : value;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
