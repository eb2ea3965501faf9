import { isJsonObject, stringAt, type JsonObject, type JsonValue } from '../../../core/json.js';
import type { Identifiers } from '../directory/identifiers.js';

// Elements without an action_id (Slack, "Block elements").
const WITHOUT = new Set(['image', 'plain_text', 'mrkdwn']);

/** The blocks with the ids that Slack gives where there are none: interactions name blocks and elements by them. */
export function withIds(blocks: readonly JsonValue[], ids: Identifiers): JsonValue[] {
  return blocks.map((block) => {
    if (!isJsonObject(block)) return block;
    const blockId = stringAt(block, 'block_id') || ids.secret(5);
    const named: JsonObject = { ...block, block_id: blockId };
    if (stringAt(block, 'type') === 'actions' && Array.isArray(block['elements']))
      named['elements'] = block['elements'].map((element) => withActionId(element, ids));
    for (const name of ['accessory', 'element'])
      if (block[name] !== undefined) named[name] = withActionId(block[name], ids);
    return named;
  });
}

function withActionId(element: JsonValue, ids: Identifiers): JsonValue {
  if (!isJsonObject(element) || WITHOUT.has(stringAt(element, 'type'))) return element;
  return stringAt(element, 'action_id') === '' ? { ...element, action_id: ids.secret(5) } : element;
}
