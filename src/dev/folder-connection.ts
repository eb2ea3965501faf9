import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { PluginError } from '../core/errors.js';

const FILE = 'autokitteh.yaml';

// AutoKitteh: docs/autokitteh.yaml; what else is in it is of no use here.
const schema = z.object({
  project: z.object({
    name: z.string(),
    connections: z.array(z.object({ name: z.string(), integration: z.string() })).optional(),
  }),
});

/** The Slack connection of the project in this folder, as `project/connection`. Rejects with `bad_input` where there is not exactly one. */
export async function connectionInFolder(): Promise<string> {
  const name = 'name the connection, for instance my_project/my_slack';
  const text = await readFile(FILE, 'utf8').catch(() => undefined);
  if (text === undefined) throw new PluginError('bad_input', `there is no ${FILE} in this folder: ${name}`);
  const parsed = schema.safeParse(yamlOf(text));
  if (!parsed.success) throw new PluginError('bad_input', `${FILE} describes no project: ${name}`);
  const { project } = parsed.data;
  const ofSlack = (project.connections ?? []).filter(({ integration }) => integration === 'slack');
  const [first, second] = ofSlack;
  if (first === undefined)
    throw new PluginError('bad_input', `the project in ${FILE} has no Slack connection: ${name}`);
  if (second !== undefined)
    throw new PluginError(
      'bad_input',
      `the project in ${FILE} has several Slack connections; name one: ${ofSlack.map((each) => `${project.name}/${each.name}`).join(', ')}`,
    );
  return `${project.name}/${first.name}`;
}

function yamlOf(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 20 });
  } catch {
    return undefined;
  }
}
