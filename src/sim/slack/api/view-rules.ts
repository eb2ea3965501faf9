import { isJsonObject, stringAt, type JsonObject } from '../../../core/json.js';
import { blockErrors } from './block-rules.js';
import { checkText, checkWords, type Say } from './rule-checks.js';

/** What a method takes. */
export type ViewType = 'modal' | 'home';

/** What Slack says against a view, in its own form; empty when it takes it. Source: Slack, "Views". */
export function viewErrors(view: JsonObject, wanted: ViewType): string[] {
  const errors: string[] = [];
  const say: Say = (pointer, message) => void errors.push(`[ERROR] ${message} [json-pointer:${pointer}]`);
  const { type, blocks, title, submit, close } = view;
  if (type === undefined) say('/view', 'missing required field: type');
  else if (type !== wanted) say('/view/type', `unsupported type: ${stringAt(view, 'type')}`);
  if (!Array.isArray(blocks)) say('/view', 'missing required field: blocks');
  else errors.push(...blockErrors(blocks, wanted, '/view/blocks'));
  checkWords(say, '/view/callback_id', view['callback_id'], 0, 255);
  checkWords(say, '/view/external_id', view['external_id'], 0, 255);
  checkWords(say, '/view/private_metadata', view['private_metadata'], 0, 3000);
  if (wanted === 'home') return errors;
  if (title === undefined) say('/view', 'missing required field: title');
  else checkText(say, '/view/title', title, 'plain_text', 24);
  // Absent and null are the same in a view that Slack gave and that is sent back.
  if (submit !== undefined && submit !== null) checkText(say, '/view/submit', submit, 'plain_text', 24);
  if (close !== undefined && close !== null) checkText(say, '/view/close', close, 'plain_text', 24);
  const hasInput =
    Array.isArray(blocks) &&
    blocks.some((each) => stringAt(isJsonObject(each) ? each : undefined, 'type') === 'input');
  if (hasInput && (submit === undefined || submit === null)) say('/view', 'missing required field: submit');
  return errors;
}
