import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** A variable that was written, and what it held before; null where there was none. */
const change = z.object({
  name: z.string(),
  wrote: z.string(),
  before: z.string().nullable(),
  isSecret: z.boolean(),
});

const schema = z.object({
  /** Tells this run from every other one. */
  instance: z.string(),
  /** Where the page of the run is. */
  url: z.string(),
  serverUrl: z.string(),
  connectionId: z.string(),
  projectId: z.string(),
  /** As `project/connection`. */
  name: z.string(),
  madeConnection: z.boolean(),
  connectionVariables: z.array(change),
  projectVariables: z.array(change),
});

/** What one run of `ak-slack dev` makes at the author's server, so that it is removed at the end of this run or by the next. */
export type Made = z.output<typeof schema>;
export type ChangedVariable = z.output<typeof change>;

/** The files of runs: one for each connection, in a folder of the user's. */
export class MadeFiles {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'dev');
  }

  /** Stores it whole, or leaves what was there. */
  async write(made: Made): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(made.connectionId);
    await writeFile(`${path}.new`, JSON.stringify(made, null, 2), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  async remove(connectionId: string): Promise<void> {
    await rm(this.#path(connectionId), { force: true });
  }

  /** All runs that have not ended in order, those that still go on among them; files that cannot be read are passed over. */
  async all(): Promise<Made[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const found = await Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        .map(async (name) => {
          try {
            return schema.safeParse(JSON.parse(await readFile(join(this.#folder, name), 'utf8'))).data;
          } catch {
            return undefined;
          }
        }),
    );
    return found.filter((made) => made !== undefined);
  }

  #path(connectionId: string): string {
    return join(this.#folder, `${connectionId}.json`);
  }
}

/** Whether the run that made it still goes on: its page answers with its name. */
export async function isRunning({ url, instance }: Made): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/api/run`, { signal: AbortSignal.timeout(2_000) });
    return (await answer.text()).includes(instance);
  } catch {
    return false;
  }
}
