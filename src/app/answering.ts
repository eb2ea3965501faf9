import { ANSWERS_PATH } from '../connection/answers/answer-routes.js';
import type { AnswerDesk } from '../connection/answers/answer-desk.js';
import { answerKindsOf, ANSWERS_VARIABLE, type AnswerKind } from '../connection/answers/answer-kind.js';
import { BUTTON_UPDATE_VARIABLE, type ButtonUpdater } from '../connection/live/button-update.js';
import type { LiveConnections } from '../connection/live/live-connections.js';
import { isJsonObject, objectAt } from '../core/json.js';
import { updateAfterButton } from '../events/answers.js';
import type { JournalRow } from '../storage/journal.js';

/** Whether workflows of one of these connections chose to answer this kind. */
export function answersKind(
  live: LiveConnections,
  connectionIds: readonly string[],
  kind: AnswerKind,
): boolean {
  return connectionIds.some((id) =>
    answerKindsOf(live.entry(id)?.variables?.get(ANSWERS_VARIABLE)).has(kind),
  );
}

/** The address at which this row's event can still be answered by a workflow of its connection. */
export function answerUrlOf(
  row: JournalRow,
  live: LiveConnections,
  desk: AnswerDesk,
  publicUrl: string,
): string | undefined {
  const kind = desk.awaited(row.appId, row.key);
  // Another connection of the same installation may have chosen what this one did not.
  if (kind === undefined || !answersKind(live, [row.connectionId], kind)) return undefined;
  return `${publicUrl}${ANSWERS_PATH}/${desk.ticket(row.appId, row.key)}`;
}

/** After a click on a button of a message was delivered: what the message shows instead, unless the connection says no. */
export async function updateClicked(
  row: JournalRow,
  live: LiveConnections,
  updater: ButtonUpdater,
): Promise<void> {
  if (row.kind !== 'interactive') return;
  if (live.entry(row.connectionId)?.variables?.get(BUTTON_UPDATE_VARIABLE) === 'off') return;
  const frame: unknown = JSON.parse(row.body);
  const payload = isJsonObject(frame) ? objectAt(frame, 'payload') : undefined;
  const update = payload === undefined ? undefined : updateAfterButton(payload);
  if (update !== undefined) await updater.update(`${row.appId}\n${row.key}`, update);
}
