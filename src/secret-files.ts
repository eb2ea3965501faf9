import { readFile, stat } from 'node:fs/promises';
import type { SecretFile } from './config.js';
import { Channel } from './core/channel.js';
import type { Clock, Timer } from './core/clock.js';
import { errorMessage } from './core/errors.js';
import type { Log } from './core/log.js';
import { SETTINGS, type SettingName } from './settings.js';

/** A secret as its file says it now. */
export interface ChangedSecret {
  readonly name: SettingName;
  readonly value: string;
}

// A stat() of at most six files: those who rotate a secret wait no longer for it than this.
const LOOK_MS = 1_000;

interface Watched extends Omit<SecretFile, 'value'> {
  /** What tells this content of the file from another one, without reading it. */
  state: string;
  /** The secret in use. */
  value: string;
  /** Why it could not be read the last time. */
  problem: string | undefined;
}

interface SecretFilesOptions {
  readonly files: readonly SecretFile[];
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Keeps a secret out of the log. */
  readonly hide: (secret: string) => void;
}

/** Reads the files of secrets again when they change. A file that cannot be read, or holds nothing valid, changes nothing. */
export class SecretFiles {
  readonly changed = new Channel<ChangedSecret>();
  readonly #options: SecretFilesOptions;
  readonly #files: readonly Watched[];
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: SecretFilesOptions) {
    this.#options = options;
    this.#files = options.files.map((file) => ({ ...file, state: '', problem: undefined }));
  }

  /** Looks now, since a file may have changed after the settings were read, and then again and again. */
  start(): void {
    if (this.#files.length === 0 || this.#isStopped) return;
    this.#looking = this.#lookAtAll();
    void this.#looking.then(() => {
      if (!this.#isStopped) this.#timer = this.#options.clock.setTimer(LOOK_MS, () => this.start());
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    for (const file of this.#files) await this.#look(file);
  }

  async #look(file: Watched): Promise<void> {
    try {
      // Behind symbolic links, by which whole folders of secrets are exchanged at once.
      const { ino, size, mtimeMs, ctimeMs } = await stat(file.path);
      const state = [ino, size, mtimeMs, ctimeMs].join();
      if (state === file.state && file.problem === undefined) return;
      const value = (await readFile(file.path, 'utf8')).trim();
      const problem = problemOf(file.name, value);
      if (problem !== undefined) throw new Error(problem);
      file.state = state;
      this.#take(file, value);
    } catch (error) {
      this.#fail(file, errorMessage(error));
    }
  }

  #take(file: Watched, value: string): void {
    const { log, hide } = this.#options;
    const isNew = file.value !== value;
    file.value = value;
    file.problem = undefined;
    hide(value);
    if (!isNew) return;
    log.info(
      { setting: file.name },
      'the secret in a file has changed; the program uses the new one from now on',
    );
    this.changed.emit({ name: file.name, value });
  }

  /** Perhaps it is just being written: it is looked at again. */
  #fail(file: Watched, problem: string): void {
    if (file.problem !== problem)
      this.#options.log.warn(
        { setting: `${file.name}_FILE`, reason: problem },
        'the file of a secret cannot be used; the program keeps its present value, and reads the file again later',
      );
    file.problem = problem;
  }
}

function problemOf(name: SettingName, value: string): string | undefined {
  if (value === '') return 'the file is empty';
  const parsed = SETTINGS.find((setting) => setting.name === name)?.parse.safeParse(value);
  // Messages of parsers never quote what they parsed.
  return parsed?.success === false ? parsed.error.issues.map(({ message }) => message).join(', ') : undefined;
}
