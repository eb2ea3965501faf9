import { sleep, systemClock } from '../core/clock.js';
import { slashCommand } from '../sim/slack/frames/slash-command.js';
import { message } from '../sim/slack/frames/messages.js';
import type { PostgresServer } from '../sim/postgres/postgres-server.js';
import type { LedgerEntry } from '../sim/slack/sending/ledger-entry.js';
import type { LocalWorld } from './local-world.js';
import type { PluginProcess } from './plugin-process.js';
import { count, delivered, save, until } from './tour.js';

/** What the tour breaks. */
export interface Breakable {
  readonly replicas: readonly PluginProcess[];
  readonly postgres: PostgresServer;
  /** Of the load balancer. */
  readonly url: string;
}

const EVERY_MS = 25;
const POSTGRES_AWAY_MS = 4_000;
const SETTLES_WITHIN_MS = 120_000;
// One in so many is a command, for which a person waits: Slack sends it once.
const COMMANDS = 10;

/** Kills one replica, stops PostgreSQL and drains another replica under load, a line to a step. Resolves with how many events were lost. */
export async function tourOfReplicas(
  world: LocalWorld,
  { replicas, postgres, url }: Breakable,
  say: (line: string) => void,
): Promise<number> {
  const { slack, server } = world;
  await save(world, url);
  say('saved the connection through the load balancer, as a browser would');
  const status = (): string => server.store.connections.get(world.connectionId)?.status.message ?? '';
  await until(() => /sockets live/.test(status()), 'live sockets');
  say(`the status of the connection on the server: ${status()}`);

  const load = new Load(world);
  try {
    await load.step();
    say(`${1_000 / EVERY_MS} events a second come in from here on`);

    const [first, second] = replicas;
    await first?.crash();
    await load.step();
    say(`one replica was killed: Slack went on with the sockets of the others; ${load.lostCommands()}`);
    await first?.start();
    say('the replica was started again');

    await postgres.kill();
    await sleep(systemClock, POSTGRES_AWAY_MS);
    await postgres.start();
    say(
      `PostgreSQL was away for ${POSTGRES_AWAY_MS / 1_000} s: nothing was acknowledged, and Slack sends those events again; ${load.lostCommands()}`,
    );
    await load.step();

    await second?.stop();
    await load.step();
    say(
      `another replica was stopped in an orderly way, after it had handed over its sockets; ${load.lostCommands()}`,
    );
    await second?.start();
    say('the replica was started again');
  } finally {
    await load.stop();
  }
  await slack.ledger.allSettled(SETTLES_WITHIN_MS);
  await delivered(world);
  return count(world, say, `${load.sentCommands} commands`);
}

/** Messages and commands, so many a second. */
class Load {
  readonly #over = new AbortController();
  readonly #commands: LedgerEntry[] = [];
  readonly #sending: Promise<void>;
  #told = 0;

  constructor(world: LocalWorld) {
    this.#sending = this.#send(world);
  }

  get sentCommands(): number {
    return this.#commands.length;
  }

  /** Lets it go on for a while, and for as long as Slack waits for a command. */
  step(): Promise<void> {
    return sleep(systemClock, 4_000);
  }

  /** Those since the last call that nobody took: people have to type them again. */
  lostCommands(): string {
    const since = this.#commands.slice(this.#told);
    this.#told = this.#commands.length;
    const failed = since.filter(({ state }) => state === 'given_up').length;
    return `${failed} of ${since.length} commands reached no socket`;
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#sending;
  }

  async #send({ slack, installation }: LocalWorld): Promise<void> {
    for (let number = 1; !this.#over.signal.aborted; number += 1) {
      if (number % COMMANDS === 0)
        this.#commands.push(slack.send(installation, slashCommand({ text: `${number}` })));
      else slack.send(installation, message({ text: `event ${number}` }));
      await sleep(systemClock, EVERY_MS, this.#over.signal).catch(() => undefined);
    }
  }
}
