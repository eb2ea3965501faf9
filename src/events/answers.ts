import { cutText } from '../core/text.js';
import type { JsonObject, JsonValue } from '../core/json.js';
import { isJsonObject, objectAt, stringAt } from '../core/json.js';
import type { FrameKind } from './frame.js';

/** Slack refuses a section with more text (Slack: Block Kit, section block). */
const SECTION_TEXT = 3_000;
/** Slack refuses a message with more blocks. */
const MESSAGE_BLOCKS = 50;

/** The frame of which an acknowledgement is made. */
export interface Answerable {
  readonly kind: FrameKind;
  readonly payload: JsonObject;
}

/** What goes into the acknowledgement unless a workflow says otherwise: a slash command is echoed, the rest is empty. */
export function defaultAck({ kind, payload }: Answerable): JsonObject | undefined {
  if (kind !== 'slash_commands') return undefined;
  const typed = `${stringAt(payload, 'command')} ${stringAt(payload, 'text')}`.trim();
  const text = `Your command: \`${cutText(typed, SECTION_TEXT - 20)}\``;
  return { blocks: [section(text)] };
}

/** A message to be sent to a `response_url`. */
export interface MessageUpdate {
  readonly url: string;
  readonly body: JsonObject;
}

/**
 * How a message looks after one of its buttons was clicked: without its buttons, and with a line that says who clicked
 * which. Undefined for everything else: other interactions, other elements, views, payloads with parts missing.
 */
export function updateAfterButton(payload: JsonObject): MessageUpdate | undefined {
  const message = objectAt(payload, 'message');
  const url = stringAt(payload, 'response_url');
  const buttons = objectsAt(payload, 'actions').filter((action) => action['type'] === 'button');
  if (stringAt(payload, 'type') !== 'block_actions' || message === undefined || url === '') return undefined;
  if (buttons.length === 0) return undefined;
  const clicks = buttons.slice(0, MESSAGE_BLOCKS).map((button) => section(clickLine(payload, button)));
  const blocks = objectsAt(message, 'blocks').filter((block) => block['type'] !== 'actions');
  const ephemeral = objectAt(payload, 'container')?.['is_ephemeral'] === true;
  return {
    url,
    body: {
      text: stringAt(message, 'text'),
      response_type: ephemeral ? 'ephemeral' : 'in_channel',
      replace_original: true,
      blocks: [...blocks.slice(0, MESSAGE_BLOCKS - clicks.length).map(asWritten), ...clicks],
    },
  };
}

function clickLine(payload: JsonObject, button: JsonObject): string {
  const label = unescape(stringAt(objectAt(button, 'text'), 'text')) || stringAt(button, 'action_id');
  const id = stringAt(objectAt(payload, 'user'), 'id');
  const who = /^[A-Z0-9]+$/.test(id) ? `<@${id}>` : 'Someone';
  // A backtick would end the label; Slack has no way to escape one.
  const shown = escape(cutText(label.replaceAll('`', "'"), SECTION_TEXT / 2));
  return `${styleMark(stringAt(button, 'style'))}${who} clicked the \`${shown}\` button`;
}

function styleMark(style: string): string {
  if (style === 'primary') return ':large_green_square: ';
  return style === 'danger' ? ':large_red_square: ' : '';
}

/** A header is plain text, which Slack escapes when it sends it and takes as it is when it gets it. */
function asWritten(block: JsonObject): JsonObject {
  const text = objectAt(block, 'text');
  if (block['type'] !== 'header' || text === undefined) return block;
  return { ...block, text: { ...text, text: unescape(stringAt(text, 'text')) } };
}

function section(text: string): JsonObject {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

function objectsAt(object: JsonObject, key: string): JsonObject[] {
  const value: JsonValue | undefined = object[key];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** What Slack asks to be escaped in text (Slack: Formatting text, escaping). */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
