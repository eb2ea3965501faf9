import { PluginError } from '../../core/errors.js';
import { SCHEMA_MIGRATIONS } from '../postgres/migrations.js';
import type { Query } from '../postgres/session.js';
import { MARK, movedError, parseMark, PROGRESS, type MoveMark } from './mark.js';
import type { MoveStep } from './records.js';

/** What the journal keeps under a name. */
export async function valueIn(query: Query, name: string): Promise<string | undefined> {
  const sql = 'SELECT value FROM ak_slack.installation WHERE name = $1';
  const [row] = await query<{ value: string }>(sql, [name]);
  return row?.value;
}

/** Keeps a text under a name. */
export async function put(query: Query, name: string, text: string): Promise<void> {
  await query(
    `INSERT INTO ak_slack.installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [name, text],
  );
}

/**
 * Notes the progress, unless another process has gone on with the move or has ended it: what that one, or a program, has written
 * since would be written over. Two that come at once take turns.
 */
export async function takeStep(query: Query, { id, before, after }: MoveStep, place: string): Promise<void> {
  await query('LOCK TABLE ak_slack.installation IN SHARE ROW EXCLUSIVE MODE');
  const [mark, progress] = [await valueIn(query, MARK), await valueIn(query, PROGRESS)];
  const isOurs = mark !== undefined && parseMark(mark).id === id;
  if (!isOurs || progress !== (before === undefined ? undefined : JSON.stringify(before)))
    throw new PluginError(
      'journal_locked',
      `Another \`ak-slack journal move\` works on the journal ${place}, or has ended this move: wait until it has ended.`,
    );
  await put(query, PROGRESS, JSON.stringify(after));
}

/** Throws `journal_moved` where another process has written a mark since this one looked. */
export function refuseOtherMark(text: string | undefined, before: MoveMark | undefined, place: string): void {
  if (text === (before === undefined ? undefined : JSON.stringify(before))) return;
  if (text !== undefined) throw movedError(place, parseMark(text));
  throw new PluginError('bad_input', `The move of the journal ${place} was given up meanwhile.`);
}

/** Throws `journal_newer` for another version's: the tables of a journal that takes part in a move are not migrated. */
export function refuseOtherSchema(text: string | undefined, place: string): void {
  const known = SCHEMA_MIGRATIONS.length;
  if (Number(text) === known) return;
  throw new PluginError(
    'journal_newer',
    `The move of the journal ${place} was begun by another version (schema ${text ?? 'unknown'}, this one knows ${known}): end it, or give it up, with that version.`,
  );
}
