import { isJsonObject, stringAt, type JsonObject } from '../../core/json.js';

/** The two calls that the built-in integration makes, and what Slack or the transport said. */
export type SlackAnswer =
  { readonly ok: true; readonly body: JsonObject } | { readonly ok: false; readonly error: string };

// The built-in's own time limit for a call of Slack's Web API.
const LIMIT_MS = 3_000;

/** Calls a Web API method as the built-in integration does. */
export async function callSlack(
  apiUrl: string,
  method: string,
  token: string,
  query: Record<string, string> = {},
): Promise<SlackAnswer> {
  const url = new URL(method, apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`);
  url.search = new URLSearchParams(query).toString();
  try {
    const response = await fetch(url, {
      method: Object.keys(query).length > 0 ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const body: unknown = await response.json();
    if (!isJsonObject(body)) return { ok: false, error: 'not an object' };
    return body['ok'] === true ? { ok: true, body } : { ok: false, error: stringAt(body, 'error') };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : 'no reply' };
  }
}
