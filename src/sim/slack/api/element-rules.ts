import { isJsonObject, stringAt, type JsonObject, type JsonValue } from '../../../core/json.js';
import { checkCount, checkText, checkWords, type Say } from './rule-checks.js';

/** Notes what Slack says against an element of a block. Source: Slack, "Block Kit reference", "Block elements". */
export function elementErrors(say: Say, at: string, element: JsonValue): void {
  if (!isJsonObject(element)) {
    say(at, 'must provide an object');
    return;
  }
  const type = stringAt(element, 'type');
  if (type === '') say(at, 'missing required field: type');
  checkWords(say, `${at}/action_id`, element['action_id'], 1, 255);
  if (element['placeholder'] !== undefined)
    checkText(say, `${at}/placeholder`, element['placeholder'], 'plain_text', 150);
  if (element['confirm'] !== undefined) checkConfirm(say, `${at}/confirm`, element['confirm']);
  if (type === 'button') checkButton(say, at, element);
  else if (type === 'overflow') checkOptions(say, `${at}/options`, element['options'], 5);
  else if (type === 'checkboxes' || type === 'radio_buttons')
    checkOptions(say, `${at}/options`, element['options'], 10);
  else if (type === 'static_select' || type === 'multi_static_select') checkSelect(say, at, element);
  else if (type === 'image') checkWords(say, `${at}/alt_text`, element['alt_text'] ?? '', 1, 2000);
  else if (type === 'plain_text_input')
    checkWords(say, `${at}/initial_value`, element['initial_value'], 0, 3000);
}

function checkButton(say: Say, at: string, button: JsonObject): void {
  checkText(say, `${at}/text`, button['text'], 'plain_text', 75);
  checkWords(say, `${at}/value`, button['value'], 0, 2000);
  const { url, style } = button;
  checkWords(say, `${at}/url`, url, 1, 3000);
  if (typeof url === 'string' && url !== '' && !/^[a-z][a-z0-9+.-]*:/i.test(url))
    say(`${at}/url`, 'must be a valid URL');
  if (style !== undefined && style !== 'primary' && style !== 'danger')
    say(`${at}/style`, 'failed to match the allowed values: ["primary","danger"]');
}

function checkSelect(say: Say, at: string, select: JsonObject): void {
  const groups = select['option_groups'];
  if (groups === undefined) {
    checkOptions(say, `${at}/options`, select['options'], 100);
    return;
  }
  for (const [index, group] of checkCount(say, `${at}/option_groups`, groups, 1, 100).entries()) {
    const pointer = `${at}/option_groups/${index}`;
    const given = isJsonObject(group) ? group : {};
    checkText(say, `${pointer}/label`, given['label'], 'plain_text', 75);
    checkOptions(say, `${pointer}/options`, given['options'], 100);
  }
}

function checkOptions(say: Say, at: string, options: JsonValue | undefined, most: number): void {
  for (const [index, option] of checkCount(say, at, options, 1, most).entries()) {
    const given = isJsonObject(option) ? option : {};
    checkText(say, `${at}/${index}/text`, given['text'], 'any', 75);
    checkWords(say, `${at}/${index}/value`, given['value'] ?? '', 1, 150);
    checkWords(say, `${at}/${index}/url`, given['url'], 1, 3000);
    if (given['description'] !== undefined)
      checkText(say, `${at}/${index}/description`, given['description'], 'any', 75);
  }
}

function checkConfirm(say: Say, at: string, confirm: JsonValue): void {
  const given = isJsonObject(confirm) ? confirm : {};
  checkText(say, `${at}/text`, given['text'], 'any', 300);
  for (const [name, most] of Object.entries({ title: 100, confirm: 30, deny: 30 }))
    if (given[name] !== undefined) checkText(say, `${at}/${name}`, given[name], 'plain_text', most);
}
