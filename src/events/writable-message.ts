import { isJsonObject, objectAt, stringAt, type JsonObject, type JsonValue } from '../core/json.js';

/*
 * What Slack sends of a message is not all accepted when it is written back: it adds keys of its own to images, escapes
 * plain text, and shows blocks that no app can write (Slack: Block Kit, reference of blocks; secondary attachments).
 */

/** The keys that may be written, of each block that may be. */
const BLOCKS: Readonly<Record<string, string>> = {
  actions: 'type block_id elements',
  call: 'type block_id call_id',
  context: 'type block_id elements',
  context_actions: 'type block_id elements',
  divider: 'type block_id',
  header: 'type block_id text',
  image: 'type block_id alt_text image_url slack_file title',
  input: 'type block_id label element dispatch_action hint optional',
  markdown: 'type block_id text',
  rich_text: 'type block_id elements',
  section: 'type block_id text fields accessory expand',
  table: 'type block_id rows column_settings',
  video:
    'type block_id alt_text author_name description provider_icon_url provider_name title title_url thumbnail_url video_url',
};

const ATTACHMENT =
  'fallback color pretext author_name author_link author_icon title title_link text fields image_url thumb_url footer ' +
  'footer_icon ts mrkdwn_in blocks';

/** Of an image as an element of another block. */
const IMAGE = 'type alt_text image_url slack_file';

/** Blocks as Slack takes them; undefined if one of them cannot be written. */
export function writableBlocks(blocks: readonly JsonObject[]): JsonObject[] | undefined {
  const written = blocks.map((block) => {
    const keys = BLOCKS[stringAt(block, 'type')];
    return keys === undefined ? undefined : only(keys, asObject(writable(block)));
  });
  return written.every((block) => block !== undefined) ? written : undefined;
}

/** An attachment as Slack takes it; undefined if it cannot be written, as a message that somebody shared. */
export function writableAttachment(attachment: JsonObject): JsonObject | undefined {
  const isShared = attachment['is_msg_unfurl'] === true || attachment['is_share'] === true;
  if (isShared || 'files' in attachment || 'message_blocks' in attachment) return undefined;
  const { blocks: sent, ...rest } = only(ATTACHMENT, attachment);
  if (sent === undefined) return rest;
  const blocks = writableBlocks(objectsIn(sent));
  return blocks === undefined ? undefined : { blocks, ...rest };
}

/** The objects in a list, if it is one. */
export function objectsIn(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** Slack escapes plain text when it sends it and takes it as it is when it gets it. */
export function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function writable(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(writable);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, writable(member ?? null)] as const);
  const written: JsonObject = Object.fromEntries(entries);
  const isEscaped = value['type'] === 'plain_text' && typeof value['text'] === 'string';
  if (isEscaped) {
    const { text: _, ...rest } = written;
    return { text: unescape(stringAt(value, 'text')), ...rest };
  }
  return value['type'] === 'image' && objectAt(value, 'title') === undefined ? image(written) : written;
}

/** Slack shows the address of a file of its own, which it does not take back beside the file. */
function image(written: JsonObject): JsonObject {
  const kept = only(`block_id ${IMAGE}`, written);
  if (objectAt(kept, 'slack_file') === undefined) return kept;
  const { image_url: _, ...rest } = kept;
  return rest;
}

function only(keys: string, object: JsonObject): JsonObject {
  const kept = keys.split(' ').filter((key) => object[key] !== undefined && object[key] !== null);
  return Object.fromEntries(kept.map((key) => [key, object[key] ?? null]));
}

function asObject(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}
