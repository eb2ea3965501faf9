import type { JsonObject } from '../../../src/core/json.js';

/** Payloads of a click that grow with `size`, each of a kind that could cost more than its length. */
export const HOSTILE_CLICKS: Readonly<Record<string, (size: number) => JsonObject>> = {
  'blocks of a message': (size) => click({ blocks: many(size, section) }),
  'buttons of a block': (size) => click({ blocks: [{ type: 'actions', elements: many(size, button) }] }),
  'links of a block': (size) => click({ blocks: [{ type: 'actions', elements: many(size, link) }] }),
  'elements of a block': (size) =>
    click({ blocks: [{ type: 'context', elements: many(size, () => ({ type: 'image', title: {} })) }] }),
  'attachments of a message': (size) =>
    click({ attachments: many(size, () => ({ text: 'x', blocks: [section()] })) }),
  'blocks of the last attachment': (size) =>
    click({ attachments: [{ text: 'x' }, { id: 2, blocks: many(size, section) }] }, [button()], 2),
  'buttons that were clicked': (size) => click({ attachments: many(20, attachment) }, many(size, button)),
};

function click(message: JsonObject, actions: JsonObject[] = [button()], attachmentId?: number): JsonObject {
  return {
    type: 'block_actions',
    user: { id: 'U1' },
    response_url: 'https://hooks.slack.com/a',
    container: { type: 'message', message_ts: '1.1', channel_id: 'C1', attachment_id: attachmentId ?? null },
    message: { text: 'Deploy?', ...message },
    actions,
  };
}

function many(size: number, make: () => JsonObject): JsonObject[] {
  return Array.from({ length: size }, make);
}

function section(): JsonObject {
  return { type: 'section', text: { type: 'plain_text', text: 'x' } };
}

function attachment(): JsonObject {
  return { text: 'x', blocks: [section()] };
}

function button(): JsonObject {
  return { type: 'button', block_id: 'a', text: { text: 'Approve' } };
}

function link(): JsonObject {
  return { type: 'button', url: 'https://example.com/' };
}
