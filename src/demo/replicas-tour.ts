import { rank } from '../connections/ranked-members.js';
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
  /** By their names. */
  readonly replicas: ReadonlyMap<string, PluginProcess>;
  readonly postgres: PostgresServer;
  /** Of the load balancer. */
  readonly url: string;
}

const EVERY_MS = 25;
const POSTGRES_AWAY_MS = 4_000;
const SETTLES_WITHIN_MS = 120_000;
// One in so many is a command, for which a person waits: Slack sends it once.
const COMMANDS = 10;
// Events of one channel are dispatched one after the other.
const CHANNELS = 8;

/**
 * Kills one of the two replicas that have sockets of the app, stops PostgreSQL and drains the other one under load, a line to a
 * step. Resolves with how many events were lost.
 */
export async function tourOfReplicas(
  world: LocalWorld,
  { replicas, postgres, url }: Breakable,
  say: (line: string) => void,
): Promise<number> {
  const { app, slack, server } = world;
  await save(world, url);
  say('saved the connection through the load balancer, as a browser would');
  const status = (): string => server.store.connections.get(world.connectionId)?.status.message ?? '';
  await until(
    () => status().includes('2 sockets live on 2 replicas'),
    'a live socket on each of two replicas',
  );
  const [first = '', second = ''] = rank(app.id, [...replicas.keys()]);
  say(`its status in AutoKitteh: ${status()}; they are ${first} and ${second}`);

  const load = new Load(world);
  try {
    await load.step();
    say(`${1_000 / EVERY_MS} events and slash commands a second come in from here on; ${await load.told()}`);

    await replicas.get(first)?.crash();
    await load.step();
    say(`${first} was killed, and the others go on with what it had; ${await load.told()}`);
    await replicas.get(first)?.start();
    say(`${first} was started again`);
    await load.step();

    await load.told();
    await postgres.kill();
    await sleep(systemClock, POSTGRES_AWAY_MS);
    await postgres.start();
    await load.step();
    say(
      `PostgreSQL was away for ${POSTGRES_AWAY_MS / 1_000} s: no event was acknowledged meanwhile, and Slack sends them again; ${await load.told()}`,
    );

    await replicas.get(second)?.stop();
    await load.step();
    say(`${second} was stopped in order, and handed its socket over first; ${await load.told()}`);
    await replicas.get(second)?.start();
    say(`${second} was started again`);
  } finally {
    await load.stop();
  }
  say('the load has ended; waiting until Slack has sent again what it has to, and all of it has arrived');
  await slack.ledger.allSettled(SETTLES_WITHIN_MS);
  await delivered(world);
  return count(world, say, `${load.sentCommands} slash commands`);
}

/** Messages and commands, so many a second. */
class Load {
  readonly #over = new AbortController();
  readonly #commands: LedgerEntry[] = [];
  readonly #sending: Promise<void>;
  readonly #world: LocalWorld;
  #told = 0;
  /** Live sockets of the app since the last call of told(), at the least. */
  #least = Infinity;

  constructor(world: LocalWorld) {
    this.#world = world;
    world.slack.onSocketChange(() => {
      this.#least = Math.min(this.#least, world.slack.sockets(world.app).length);
    });
    this.#sending = this.#send(world);
  }

  get sentCommands(): number {
    return this.#commands.length;
  }

  /** Lets it go on for a while, and for as long as Slack waits for a command. */
  step(): Promise<void> {
    return sleep(systemClock, 4_000);
  }

  /** What Slack met since the last call, when it waits for none of the commands sent until now. */
  async told(): Promise<string> {
    const { ledger } = this.#world.slack;
    const since = this.#commands.slice(this.#told);
    this.#told = this.#commands.length;
    for (const entry of since) await ledger.settled(entry);
    const answers = since.flatMap((entry) => ledger.answer(entry) ?? []);
    const refusals = answers.filter(({ payload }) =>
      JSON.stringify(payload ?? {}).includes('could not be processed'),
    );
    const refused = refusals.length === 0 ? '' : `, ${refusals.length} of them with the words to try again`;
    const lost = since.length - answers.length;
    const unanswered = lost === 0 ? '' : `; unanswered, and to be typed again: ${lost}`;
    const sockets =
      this.#least > 0 ? 'Slack always had a live socket' : 'Slack had no live socket for a moment';
    this.#least = Infinity;
    return `${sockets}; slash commands answered: ${answers.length} of ${since.length}${refused}${unanswered}`;
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#sending;
  }

  async #send({ slack, installation }: LocalWorld): Promise<void> {
    for (let number = 1; !this.#over.signal.aborted; number += 1) {
      if (number % COMMANDS === 0)
        this.#commands.push(slack.send(installation, slashCommand({ text: `${number}` })));
      else {
        const event = { channel: `C0TOUR${number % CHANNELS}` };
        slack.send(installation, message({ text: `event ${number}`, event }));
      }
      await sleep(systemClock, EVERY_MS, this.#over.signal).catch(() => undefined);
    }
  }
}
