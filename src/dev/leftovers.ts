import { rm } from 'node:fs/promises';
import type { AutoKitteh, AutoKittehClient } from '../autokitteh/client.js';
import { errorMessage, PluginError } from '../core/errors.js';
import type { AuthorServer } from './author-server.js';
import { nameOnly } from './connection.js';
import { isRunning, journalFolder, type Made, type MadeFiles } from './made.js';
import { undo } from './undo.js';

/** What is needed to remove what runs have made. */
interface Leftovers {
  readonly files: MadeFiles;
  readonly finder: Pick<AutoKitteh, 'connectionsOf'>;
  /** A line to the server for one connection alone. */
  readonly limitedTo: (id: string) => AutoKittehClient;
  readonly author: AuthorServer;
  readonly tell: (line: string) => void;
}

/** Removes what runs that were killed have left at this server. */
export async function removeLeftoversAt(serverUrl: string, leftovers: Leftovers): Promise<void> {
  for (const made of await leftovers.files.all())
    if (made.serverUrl === serverUrl && !(await isRunning(made))) await removeLeftovers(made, leftovers);
}

/** Removes what a run that was killed has left at this server. */
async function removeLeftovers(left: Made, leftovers: Leftovers): Promise<void> {
  const outcome = await removeMade(left, leftovers);
  await rm(journalFolder(left), { recursive: true, force: true });
  if (outcome === 'removed') leftovers.tell(`removed what an earlier run left at ${left.name}`);
  if (outcome !== 'failed') await leftovers.files.remove(left);
}

/** Removes what a run has made; `failed` where it has to be tried again, and why was told. */
export async function removeMade(
  made: Made,
  leftovers: Leftovers,
): Promise<'removed' | 'nothing' | 'failed'> {
  const { finder, tell } = leftovers;
  try {
    const connectionId = made.connectionId || (await idOfCreated(made, finder));
    return connectionId === undefined ? 'nothing' : await removeAt(connectionId, made, leftovers);
  } catch (error) {
    tell(
      `what was made at ${made.name} could not be removed; the next run tries again: ${errorMessage(error)}`,
    );
    return 'failed';
  }
}

async function removeAt(
  connectionId: string,
  made: Made,
  { limitedTo, author, tell }: Leftovers,
): Promise<'removed' | 'nothing' | 'failed'> {
  const line = limitedTo(connectionId);
  try {
    // Somebody has set it up since: this run had not been told its id.
    if (made.connectionId === '' && (await line.variables(connectionId)).length > 0) return 'nothing';
    const { left, failed } = await undo({ ...made, connectionId }, line, author);
    for (const sentence of left) tell(sentence);
    return failed ? 'failed' : 'removed';
  } finally {
    await line.close();
  }
}

/** The connection that a run was just creating, by its name: the server had not answered yet. */
async function idOfCreated(
  made: Made,
  finder: Pick<AutoKitteh, 'connectionsOf'>,
): Promise<string | undefined> {
  const all = await finder.connectionsOf(made.projectId);
  return all.find(({ name, projectId }) => name === nameOnly(made) && projectId === made.projectId)?.id;
}

/** Notes the run; rejects with `bad_input` while the project has another one. */
export async function claimProject(made: Made, leftovers: Leftovers): Promise<void> {
  let other = await leftovers.files.claim(made);
  // The server may have been given by another name of its machine.
  if (other !== undefined && !(await isRunning(other))) {
    await removeLeftovers(other, leftovers);
    other = await leftovers.files.claim(made);
  }
  if (other === undefined) return;
  throw new PluginError(
    'bad_input',
    (await isRunning(other))
      ? `\`ak-slack dev\` already runs for ${other.name}${other.connectionId === made.connectionId ? '' : ', and leads the Python sessions of the whole project to its Slack'}${other.url && `: its page is ${other.url}`}`
      : `what an earlier run left at ${other.name} has to be removed first, and could not be: try again`,
  );
}
