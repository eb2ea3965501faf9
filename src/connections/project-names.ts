import type { AutoKitteh } from '../autokitteh/client.js';
import type { Clock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { Background } from '../core/lifecycle.js';

export interface ProjectNamesOptions {
  readonly server: Pick<AutoKitteh, 'projectName'>;
  readonly clock: Clock;
}

// A project is seldom renamed, and its name is only shown.
const FRESH_MS = 10 * 60_000;
// While there are the same projects, so often is looked which names are old.
const LOOK_MS = 60_000;
// Of hundreds of projects, at once: a start must not flood the server.
const ASKERS = 4;

interface Known {
  readonly name: string | undefined;
  readonly askedAt: number;
}

/** The names of the projects whose connections are shown. A project that the server does not tell is known by its id alone. */
export class ProjectNames {
  readonly #options: ProjectNamesOptions;
  readonly #known = new Map<string, Known>();
  readonly #background = new Background(() => undefined);
  readonly #stopping = new AbortController();
  #projectIds: ReadonlySet<string> = new Set();
  #lookedAt = -Infinity;
  #waiting: string[] = [];
  #asking = false;

  constructor(options: ProjectNamesOptions) {
    this.#options = options;
  }

  of(projectId: string): string | undefined {
    return this.#known.get(projectId)?.name;
  }

  /**
   * Takes the projects that there are, in the same set as long as they are the same: asks for the names that are not known or
   * old, and forgets all others.
   */
  look(projectIds: ReadonlySet<string>): void {
    const now = this.#options.clock.monotonic();
    if (projectIds === this.#projectIds && now < this.#lookedAt + LOOK_MS) return;
    this.#projectIds = projectIds;
    this.#lookedAt = now;
    for (const id of this.#known.keys()) if (!projectIds.has(id)) this.#known.delete(id);
    if (this.#stopping.signal.aborted) return;
    const before = now - FRESH_MS;
    this.#waiting = [...projectIds].filter((id) => (this.#known.get(id)?.askedAt ?? -Infinity) < before);
    if (this.#asking || this.#waiting.length === 0) return;
    this.#asking = true;
    this.#background.run('ask for names of projects', async () => {
      await Promise.all(Array.from({ length: ASKERS }, () => this.#askAll()));
      this.#asking = false;
    });
  }

  /** Ends what is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort(new PluginError('stopped', 'stopping'));
    await this.#background.idle();
  }

  async #askAll(): Promise<void> {
    const { server, clock } = this.#options;
    const { signal } = this.#stopping;
    for (let id = this.#waiting.pop(); id !== undefined && !signal.aborted; id = this.#waiting.pop()) {
      const askedAt = clock.monotonic();
      try {
        this.#known.set(id, { name: await server.projectName(id, signal), askedAt });
      } catch {
        // It is asked again when the name would be old; until then the old one is shown, if there is one.
        this.#known.set(id, { name: this.#known.get(id)?.name, askedAt });
      }
    }
  }
}
