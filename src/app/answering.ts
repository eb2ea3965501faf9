import { ANSWERS_PATH } from '../connection/answers/answer-routes.js';
import type { AnswerDesk } from '../connection/answers/answer-desk.js';
import { answerKindsOf, ANSWERS_VARIABLE, type AnswerKind } from '../connection/answers/answer-kind.js';
import { BUTTON_UPDATE_VARIABLE, type ButtonUpdater } from '../connection/live/button-update.js';
import type { LiveConnections } from '../connection/live/live-connections.js';
import type { Envelope } from '../slack/envelope.js';
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

/** After a click on a button of a message was journaled: what the message shows instead, unless its connections say no. */
export async function updateClicked(
  { appId, kind, payload, receivedAt }: Envelope,
  key: string,
  connectionIds: readonly string[],
  live: LiveConnections,
  updater: ButtonUpdater,
): Promise<void> {
  if (kind !== 'interactive') return;
  const isOff = (id: string): boolean => live.entry(id)?.variables?.get(BUTTON_UPDATE_VARIABLE) === 'off';
  if (!connectionIds.every(isOff)) await updater.update({ appId, key, payload, receivedAt });
}
