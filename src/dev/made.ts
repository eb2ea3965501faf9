import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { PluginError } from '../core/errors.js';
import { dataFolder } from '../data-folder.js';

/** A variable that was written, and what it held before; null where there was none. */
const change = z.object({
  name: z.string(),
  wrote: z.string(),
  before: z.string().nullable(),
  isSecret: z.boolean(),
});

// Mode bits: of the group, and of all others.
const WRITABLE_BY_OTHERS = 0o022;

const ANSWER_MS = 2_000;

const schema = z.object({
  /** Tells this run from every other one. */
  instance: z.uuid(),
  /** The run's process; 0 where it is known to be over. */
  pid: z.number().int().min(0).default(0),
  /** Where the page of the run is; empty while there is none yet. */
  url: z.string(),
  serverUrl: z.string(),
  /** Empty from before the connection is created until the server has told its id. */
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

/** The folder of the user's in which runs are noted; one of the user's own among the temporary files where there is no home. */
export function runsFolder(): string {
  return dataFolder(process.env) ?? join(tmpdir(), `autokitteh-slack-${process.getuid?.() ?? 'user'}`);
}

/** Where the program of a run has its journal: nobody needs it when the run has ended, in order or not. */
export function journalFolder({ instance }: Pick<Made, 'instance'>): string {
  return join(tmpdir(), `ak-slack-dev-${instance}`);
}

/** The files of runs: one for each project, because a run leads all Python sessions of its project to its Slack. */
export class MadeFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'dev');
  }

  /** Notes a run, unless the project has one: resolves with that one then. Of two at once one is noted. */
  async claim(made: Made): Promise<Made | undefined> {
    const path = this.#path(made);
    const whole = await this.#whole(made);
    try {
      for (;;) {
        try {
          await link(whole, path);
          return undefined;
        } catch (error) {
          if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
        }
        const other = await readMade(path);
        if (other !== undefined) return other;
        // It was removed meanwhile, or was cut short when the machine stopped.
        await rm(path, { force: true });
      }
    } finally {
      await rm(whole, { force: true });
    }
  }

  /** Stores it whole, or leaves what was there. */
  async write(made: Made): Promise<void> {
    await rename(await this.#whole(made), this.#path(made));
  }

  /** Removes the file, unless it is another run's by now. */
  async remove(made: Made): Promise<void> {
    const path = this.#path(made);
    if ((await readMade(path))?.instance === made.instance) await rm(path, { force: true });
  }

  /**
   * All runs that have not ended in order, those that still go on among them; files that cannot be read are passed over. Rejects
   * with `bad_input` where somebody else may have written them: what they note is undone at the server.
   */
  async all(): Promise<Made[]> {
    await this.#refuseStrangers();
    const names = await readdir(this.#folder).catch(() => []);
    const files = names.filter((name) => name.endsWith('.json'));
    const found = await Promise.all(files.map((name) => readMade(join(this.#folder, name))));
    return found.filter((made) => made !== undefined);
  }

  async #whole(made: Made): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#refuseStrangers();
    const path = `${this.#path(made)}.${made.instance}.new`;
    await writeFile(path, JSON.stringify(made, null, 2), { mode: 0o600 });
    return path;
  }

  async #refuseStrangers(): Promise<void> {
    const found = await stat(this.#folder).catch(() => undefined);
    if (found === undefined || process.getuid === undefined) return;
    if (found.uid === process.getuid() && (found.mode & WRITABLE_BY_OTHERS) === 0) return;
    throw new PluginError(
      'bad_input',
      `other users may write into ${this.#folder}, in which \`ak-slack dev\` notes what it has to remove at the server: remove this folder, or set XDG_DATA_HOME to a folder of your own`,
    );
  }

  #path({ projectId }: Made): string {
    return join(this.#folder, `${encodeURIComponent(projectId)}.json`);
  }
}

async function readMade(path: string): Promise<Made | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/**
 * Whether the run that made it still goes on: its page answers with its name, or it is about to have a page. One that was suspended, or whose machine is too busy
 * to answer within 2 s, goes on too: of one that was killed nothing listens there.
 */
export async function isRunning({ url, instance, pid }: Made): Promise<boolean> {
  if (url === '') return isProcess(pid);
  try {
    const answer = await fetch(`${url}/api/run`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return (await answer.text()).includes(instance);
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError';
  }
}

function isProcess(pid: number): boolean {
  if (pid === 0) return false;
  try {
    // Signal 0 only asks.
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
