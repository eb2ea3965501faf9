import { rm } from 'node:fs/promises';
import type { AutoKittehClient } from '../autokitteh/client.js';
import { PluginError } from '../core/errors.js';
import type { AuthorServer } from './author-server.js';
import { isRunning, journalFolder, type Made, type MadeFiles } from './made.js';
import { undo } from './undo.js';

/** What is needed to remove what other runs have left. */
interface Leftovers {
  readonly files: MadeFiles;
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
async function removeLeftovers(left: Made, { files, limitedTo, author, tell }: Leftovers): Promise<void> {
  const line = limitedTo(left.connectionId);
  const { left: sentences, failed } = await undo(left, line, author);
  await line.close();
  await rm(journalFolder(left), { recursive: true, force: true });
  for (const sentence of sentences) tell(sentence);
  if (failed) return;
  tell(`removed what an earlier run left at ${left.name}`);
  await files.remove(left);
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
      ? `\`ak-slack dev\` already runs for ${other.name}${other.connectionId === made.connectionId ? '' : ', and leads the Python sessions of the whole project to its Slack'}: its page is ${other.url}`
      : `what an earlier run left at ${other.name} has to be removed first, and could not be: try again`,
  );
}
