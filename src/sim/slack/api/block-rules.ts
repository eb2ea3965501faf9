import { isJsonObject, objectAt, stringAt, type JsonObject, type JsonValue } from '../../../core/json.js';
import { elementErrors } from './element-rules.js';
import { checkCount, checkText, checkWords, type Say } from './rule-checks.js';

/** Where blocks are shown. */
export type Surface = 'message' | 'modal' | 'home';

// Slack, "Block Kit reference": so many blocks in a message, and in a view.
const MOST: Readonly<Record<Surface, number>> = { message: 50, modal: 100, home: 100 };

/**
 * What Slack says against blocks, in its own form, for `response_metadata.messages`; empty when it takes them. Only what Slack
 * documents is refused: fields and kinds of blocks that are unknown here are let through. Source: Slack, "Block Kit reference".
 */
export function blockErrors(blocks: readonly JsonValue[], surface: Surface, at = '/blocks'): string[] {
  const errors: string[] = [];
  const say: Say = (pointer, message) => void errors.push(`[ERROR] ${message} [json-pointer:${pointer}]`);
  checkCount(say, at, blocks, 0, MOST[surface]);
  const ids = new Set<string>();
  for (const [index, block] of blocks.entries()) {
    const pointer = `${at}/${index}`;
    if (!isJsonObject(block)) {
      say(pointer, 'must provide an object');
      continue;
    }
    const id = stringAt(block, 'block_id');
    if (id !== '' && ids.has(id)) say(`${pointer}/block_id`, `\`block_id\` "${id}" already exists`);
    ids.add(id);
    checkWords(say, `${pointer}/block_id`, block['block_id'], 0, 255);
    checkBlock(say, pointer, block);
  }
  return errors;
}

function checkBlock(say: Say, at: string, block: JsonObject): void {
  const type = stringAt(block, 'type');
  if (type === '') {
    say(at, 'missing required field: type');
    return;
  }
  BLOCKS[type]?.(say, at, block);
}

const BLOCKS: Readonly<Record<string, (say: Say, at: string, block: JsonObject) => void>> = {
  section(say, at, { text, fields, accessory }) {
    if (text === undefined && fields === undefined) say(at, 'must define either `text` or `fields`');
    if (text !== undefined) checkText(say, `${at}/text`, text, 'any', 3000);
    if (fields !== undefined)
      for (const [index, field] of checkCount(say, `${at}/fields`, fields, 1, 10).entries())
        checkText(say, `${at}/fields/${index}`, field, 'any', 2000);
    if (accessory !== undefined) elementErrors(say, `${at}/accessory`, accessory);
  },
  header(say, at, block) {
    checkText(say, `${at}/text`, block['text'], 'plain_text', 150);
  },
  actions(say, at, { elements }) {
    checkElements(say, `${at}/elements`, elements, 25);
  },
  context(say, at, { elements }) {
    for (const [index, element] of checkCount(say, `${at}/elements`, elements, 1, 10).entries()) {
      if (isJsonObject(element) && stringAt(element, 'type') === 'image')
        checkImage(say, `${at}/elements/${index}`, element);
      else checkText(say, `${at}/elements/${index}`, element, 'any', 2000);
    }
  },
  image(say, at, block) {
    checkImage(say, at, block);
    if (block['title'] !== undefined) checkText(say, `${at}/title`, block['title'], 'plain_text', 2000);
  },
  input(say, at, block) {
    checkText(say, `${at}/label`, block['label'], 'plain_text', 2000);
    if (block['hint'] !== undefined) checkText(say, `${at}/hint`, block['hint'], 'plain_text', 2000);
    const element = objectAt(block, 'element');
    if (element === undefined) say(at, 'missing required field: element');
    else elementErrors(say, `${at}/element`, element);
  },
};

function checkElements(say: Say, at: string, elements: JsonValue | undefined, most: number): void {
  const ids = new Set<string>();
  for (const [index, element] of checkCount(say, at, elements, 1, most).entries()) {
    elementErrors(say, `${at}/${index}`, element);
    const id = stringAt(isJsonObject(element) ? element : undefined, 'action_id');
    if (id !== '' && ids.has(id)) say(`${at}/${index}/action_id`, `\`action_id\` "${id}" already exists`);
    ids.add(id);
  }
}

function checkImage(say: Say, at: string, image: JsonObject): void {
  if (image['image_url'] === undefined && image['slack_file'] === undefined)
    say(at, 'missing required field: image_url');
  checkWords(say, `${at}/alt_text`, image['alt_text'] ?? '', 1, 2000);
}
