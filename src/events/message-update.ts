import { objectAt, stringAt, type JsonObject, type JsonValue } from '../core/json.js';
import { cutText } from '../core/text.js';
import { objectsIn, unescape, writableAttachment, writableBlocks } from './writable-message.js';

/** Slack refuses a section with more text (Slack: Block Kit, section block). */
const SECTION_TEXT = 3_000;
/** Slack refuses a message with more blocks. */
const MESSAGE_BLOCKS = 50;

/** A message as it can be written. */
export interface ShownMessage {
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  /** By Slack's number of them within the message. */
  readonly attachments: readonly { readonly id: string; readonly content: JsonObject }[];
  readonly hasUnfurls: boolean;
}

/** A message to be sent to a `response_url`, and what the message then shows. */
export interface MessageUpdate {
  readonly url: string;
  readonly body: JsonObject;
  readonly shown: ShownMessage;
}

/** Which message was clicked, and how it looked to the person: both are equal for two clicks on one look of it. */
export interface ClickedMessage {
  readonly key: string;
  readonly look: string;
}

/** Deeper than any message of Slack's; much deeper ones exhaust the stack. */
const DEEPEST = 64;

/** Nothing for what is no click on a message, or nests deeper than a message can. */
export function clickedMessage(payload: JsonObject): ClickedMessage | undefined {
  const message = objectAt(payload, 'message');
  if (message === undefined || stringAt(payload, 'type') !== 'block_actions') return undefined;
  if (nestsDeeper(message, DEEPEST)) return undefined;
  const container = objectAt(payload, 'container');
  const channel = stringAt(container, 'channel_id') || stringAt(objectAt(payload, 'channel'), 'id');
  const { text, blocks, attachments, edited } = message;
  return {
    key: `${channel}\n${stringAt(container, 'message_ts') || stringAt(message, 'ts')}`,
    look: JSON.stringify([text, blocks, attachments, edited]),
  };
}

/**
 * How a message looks after one of its buttons was clicked: without its buttons, and with a line that says who clicked
 * which. Undefined where the message is to be left alone: a link was opened, another element was used, or the message
 * holds what cannot be written back. `before` is what the message shows by now, if that is not what was clicked.
 */
export function updateAfterButton(payload: JsonObject, before?: ShownMessage): MessageUpdate | undefined {
  const message = objectAt(payload, 'message');
  const url = stringAt(payload, 'response_url');
  if (stringAt(payload, 'type') !== 'block_actions' || message === undefined || url === '') return undefined;
  const buttons = objectsIn(payload['actions']).filter((action) => action['type'] === 'button');
  const clicked = buttons.filter((button) => !isLink(button));
  const start = before ?? shownMessage(message);
  if (clicked.length === 0 || start === undefined) return undefined;
  const lines = clicked.map((button) => section(clickLine(payload, button)));
  const shown = withLines(start, lines, attachmentOf(payload, message, clicked[0]));
  if (shown === undefined) return undefined;
  const ephemeral = objectAt(payload, 'container')?.['is_ephemeral'] === true;
  return { url, shown, body: { response_type: ephemeral ? 'ephemeral' : 'in_channel', ...bodyOf(shown) } };
}

function bodyOf({ text, blocks, attachments, hasUnfurls }: ShownMessage): JsonObject {
  const visible = attachments.map(({ content }) => content).filter(isVisible);
  return {
    text,
    replace_original: true,
    ...(blocks.length === 0 ? {} : { blocks: [...blocks] }),
    ...(visible.length === 0 ? {} : { attachments: visible }),
    // They are sent back as attachments; Slack would make them a second time.
    ...(hasUnfurls ? { unfurl_links: false, unfurl_media: false } : {}),
  };
}

/** Whether anything is left of an attachment: Slack refuses an empty one. */
function isVisible(attachment: JsonObject): boolean {
  const frame = ['fallback', 'color', 'ts', 'mrkdwn_in', 'blocks'];
  const hasText = Object.keys(attachment).some((key) => !frame.includes(key));
  return hasText || objectsIn(attachment['blocks']).length > 0;
}

function nestsDeeper(value: JsonValue | undefined, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => nestsDeeper(member, levels - 1));
}

/** What a message shows besides its buttons; undefined if that cannot be written back. */
function shownMessage(message: JsonObject): ShownMessage | undefined {
  if (objectsIn(message['files']).length > 0) return undefined;
  const blocks = writableBlocks(withoutButtons(objectsIn(message['blocks'])));
  if (blocks === undefined) return undefined;
  const attachments: { id: string; content: JsonObject }[] = [];
  const sent = objectsIn(message['attachments']);
  for (const [index, attachment] of sent.entries()) {
    const { blocks: inner, ...rest } = attachment;
    const content = writableAttachment(
      inner === undefined ? rest : { blocks: withoutButtons(objectsIn(inner)), ...rest },
    );
    if (content === undefined) return undefined;
    attachments.push({ id: idOf(attachment, index), content });
  }
  const hasUnfurls = sent.some((attachment) => 'from_url' in attachment || 'original_url' in attachment);
  return { text: stringAt(message, 'text'), blocks, attachments, hasUnfurls };
}

/** Links stay; of blocks with other elements that can be used, nothing does. */
function withoutButtons(blocks: readonly JsonObject[]): JsonObject[] {
  return blocks.flatMap((block) => {
    if (block['type'] !== 'actions') return [block];
    const { elements, ...rest } = block;
    const links = objectsIn(elements).filter(isLink);
    return links.length === 0 ? [] : [{ elements: links, ...rest }];
  });
}

/** Adds lines where the button was; undefined if there is no room. */
function withLines(
  shown: ShownMessage,
  lines: readonly JsonObject[],
  attachmentId: string | undefined,
): ShownMessage | undefined {
  const { text, attachments: before, hasUnfurls } = shown;
  if (attachmentId === undefined) {
    const blocks = [...shown.blocks, ...lines];
    return blocks.length > MESSAGE_BLOCKS ? undefined : { text, blocks, attachments: before, hasUnfurls };
  }
  const attachments = before.map(({ id, content }) => {
    if (id !== attachmentId) return { id, content };
    const { blocks, ...rest } = content;
    return { id, content: { blocks: [...objectsIn(blocks), ...lines], ...rest } };
  });
  const hasRoom = attachments.every(({ content }) => objectsIn(content['blocks']).length <= MESSAGE_BLOCKS);
  return hasRoom ? { text, blocks: shown.blocks, attachments, hasUnfurls } : undefined;
}

/** The attachment that holds the button, if one does. */
function attachmentOf(
  payload: JsonObject,
  message: JsonObject,
  button: JsonObject | undefined,
): string | undefined {
  const attachments = objectsIn(message['attachments']);
  const named = objectAt(payload, 'container')?.['attachment_id'];
  const blockId = stringAt(button, 'block_id');
  const at = attachments.findIndex((attachment, index) =>
    typeof named === 'number'
      ? idOf(attachment, index) === String(named)
      : objectsIn(attachment['blocks']).some((block) => blockId !== '' && block['block_id'] === blockId),
  );
  const found = attachments[at];
  return found === undefined ? undefined : idOf(found, at);
}

/** Slack tells of a click on a link, too: it opens a page and decides nothing. */
function isLink(element: JsonObject): boolean {
  return element['type'] === 'button' && stringAt(element, 'url') !== '';
}

function clickLine(payload: JsonObject, button: JsonObject): string {
  const label = unescape(stringAt(objectAt(button, 'text'), 'text')) || stringAt(button, 'action_id');
  const id = stringAt(objectAt(payload, 'user'), 'id');
  const who = /^[A-Z0-9]+$/.test(id) ? `<@${id}>` : 'Someone';
  // A backtick would end the label; Slack has no way to escape one. Escaping makes a text longer, up to five times.
  const shown = escape(cutText(label.replaceAll('`', "'"), SECTION_TEXT / 6));
  return `${styleMark(stringAt(button, 'style'))}${who} clicked the \`${shown}\` button`;
}

function styleMark(style: string): string {
  if (style === 'primary') return ':large_green_square: ';
  return style === 'danger' ? ':large_red_square: ' : '';
}

function section(text: string): JsonObject {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

/** What Slack asks to be escaped in text (Slack: Formatting text, escaping). */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Slack numbers attachments from 1. */
function idOf({ id }: JsonObject, index: number): string {
  return String(typeof id === 'number' ? id : index + 1);
}
