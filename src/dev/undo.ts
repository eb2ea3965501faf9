import type { AutoKitteh } from '../autokitteh/client.js';
import { errorMessage } from '../core/errors.js';
import type { AuthorServer } from './author-server.js';
import type { ChangedVariable, Made } from './made.js';

type Line = Pick<
  AutoKitteh,
  'connection' | 'variables' | 'setVariables' | 'deleteVariables' | 'listTriggers'
>;

/**
 * Removes at the server what a run made there, and puts back what it changed; whatever somebody else has written meanwhile
 * stays. Resolves with sentences about what is left, and whether a later run has to try again.
 */
export async function undo(
  made: Made,
  line: Line,
  author: AuthorServer,
): Promise<{ readonly left: readonly string[]; readonly failed: boolean }> {
  const left: string[] = [];
  let failed = false;
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => {
      failed = true;
      left.push(
        `${what} could not be removed; the next \`ak-slack dev\` tries again: ${errorMessage(error)}`,
      );
    });
  };
  await attempt('the variables of the connection', () => undoConnection(made, line));
  await attempt('the variables of the project', () => undoProject(made, author));
  if (made.madeConnection) {
    await attempt(`the connection ${made.name}`, async () => {
      const triggers = await line.listTriggers(made.connectionId);
      if (triggers.length === 0) return author.deleteConnection(made.connectionId);
      left.push(`The connection ${made.name} stays, because triggers of the project use it now.`);
      return undefined;
    });
  }
  return { left, failed };
}

async function undoConnection(
  { connectionId, connectionVariables }: Made,
  line: Omit<Line, 'listTriggers'>,
): Promise<void> {
  if ((await line.connection(connectionId)) === undefined) return;
  const present = new Map((await line.variables(connectionId)).map(({ name, value }) => [name, value]));
  const ours = connectionVariables.filter(({ name, wrote }) => present.get(name) === wrote);
  // In one call each: the server asks for the status anew after every one.
  await line.deleteVariables(
    connectionId,
    ours.filter(({ before }) => before === null).map(({ name }) => name),
  );
  await line.setVariables(
    connectionId,
    ours.flatMap(({ name, before, isSecret }) =>
      before === null ? [] : [{ name, value: before, isSecret }],
    ),
  );
}

async function undoProject({ projectId, projectVariables }: Made, author: AuthorServer): Promise<void> {
  for (const changed of projectVariables) await undoVariable(projectId, changed, author);
}

async function undoVariable(
  projectId: string,
  { name, wrote, before }: ChangedVariable,
  author: AuthorServer,
): Promise<void> {
  if ((await author.projectVariable(projectId, name)) !== wrote) return;
  if (before === null) await author.deleteProjectVariable(projectId, name);
  else await author.setProjectVariable(projectId, name, before);
}
