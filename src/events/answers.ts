import { cutText } from '../core/text.js';
import { stringAt, type JsonObject } from '../core/json.js';
import type { EnvelopeKind } from '../slack/envelope.js';

/** Slack refuses a section with more text (Slack: Block Kit, section block). */
const SECTION_TEXT = 3_000;

/** The frame of which an acknowledgement is made. */
export interface Answerable {
  readonly kind: EnvelopeKind;
  readonly payload: JsonObject;
}

/** What goes into the acknowledgement unless a workflow says otherwise: a slash command is echoed, the rest is empty. */
export function defaultAck({ kind, payload }: Answerable): JsonObject | undefined {
  if (kind !== 'slash_commands') return undefined;
  const typed = `${stringAt(payload, 'command')} ${stringAt(payload, 'text')}`.trim();
  const text = `Your command: \`${cutText(typed, SECTION_TEXT - 20)}\``;
  return { blocks: [section(text)] };
}

function section(text: string): JsonObject {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}
