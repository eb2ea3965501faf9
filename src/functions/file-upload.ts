import type { JsonObject } from '../core/json.js';
import { stringAt } from '../core/json.js';
import type { Value } from '../autokitteh/values.js';
import { slackArguments, textArgument } from './call-arguments.js';
import type { CallContext, CallSlack, SlackOutcome } from './slack-call.js';

/** Sends the bytes of a file to an address that Slack gave; rejects if they did not arrive. */
export type Upload = (url: string, bytes: Uint8Array, signal: AbortSignal) => Promise<void>;

const OWN = ['content', 'filename', 'title', 'channel', 'alt_txt', 'snippet_type', 'token'];

/** An upload in Slack's three steps: an address is given out, the bytes are sent there, the file is shared. */
export async function uploadFile(
  values: ReadonlyMap<string, Value>,
  callSlack: CallSlack,
  upload: Upload,
  context: CallContext,
): Promise<SlackOutcome> {
  const bytes = contentBytes(values.get('content'));
  if (bytes === undefined || bytes.length === 0) {
    return failed('bad_arguments', 'content must be text or bytes, and not empty', true);
  }
  const filename = textArgument(values, 'filename') || 'file';
  const place = await callSlack(
    'files.getUploadURLExternal',
    { filename, length: bytes.length, ...texts(values, ['alt_txt', 'snippet_type']) },
    context,
  );
  if (place.t === 'failed') return place;
  try {
    await upload(stringAt(place.response, 'upload_url'), bytes, context.signal);
  } catch {
    return failed('unreachable', 'the bytes of the file did not reach Slack: try again', true);
  }
  const file = { id: stringAt(place.response, 'file_id'), title: textArgument(values, 'title') || filename };
  const channel = textArgument(values, 'channel');
  const share: JsonObject = {
    ...slackArguments(values, OWN),
    ...(channel === '' ? {} : { channel_id: channel }),
    files: [file],
  };
  return callSlack('files.completeUploadExternal', share, context);
}

/** Sends bytes by POST, as Slack's own clients do. */
export function createUpload(
  fetch: (
    url: string,
    init: { method: string; body: Uint8Array; headers: Record<string, string>; signal: AbortSignal },
  ) => Promise<{ readonly ok: boolean; readonly status: number }>,
): Upload {
  return async (url, body, signal) => {
    const headers = { 'content-type': 'application/octet-stream' };
    const { ok, status } = await fetch(url, { method: 'POST', body, headers, signal });
    if (!ok) throw new Error(`the upload was answered with HTTP status ${status}`);
  };
}

function contentBytes(content: Value | undefined): Uint8Array | undefined {
  if (content?.bytes !== undefined) return content.bytes.v;
  return content?.string === undefined ? undefined : new TextEncoder().encode(content.string.v);
}

function texts(values: ReadonlyMap<string, Value>, names: readonly string[]): JsonObject {
  const given = names.filter((name) => textArgument(values, name) !== '');
  return Object.fromEntries(given.map((name) => [name, textArgument(values, name)]));
}

function failed(error: string, message: string, sure: boolean): SlackOutcome {
  return { t: 'failed', problem: { error, message }, sure };
}
