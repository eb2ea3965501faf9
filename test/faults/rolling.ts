import { systemClock, sleep } from '../../src/core/clock.js';
import { seededRandom, type Random } from '../../src/core/random.js';
import { homeOf, type SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { Attempt, LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { eventually } from '../helpers/eventually.js';
import { startPostgres } from '../../src/sim/postgres/postgres-server.js';
import { compileProgram, ProgramProcess } from '../world/program-process.js';
import { frameOf, startCrashPeers, type CrashPeers } from './crash-peers.js';
import type { FaultSeries } from './report.js';
import { acceptedOf } from './sent-event.js';
import { judgeReplicas } from './replicas-verdict.js';

const NAMES = ['one', 'two', 'three'];
const EVERY_MS = 20;
const SETTLES_WITHIN_MS = 60_000;
const MOST_SOCKETS = 10;

/** What one replacement of all replicas came to. */
export interface Round {
  readonly sent: number;
  /** Clicks and commands that were acknowledged after Slack's three seconds, as on a busy machine. */
  readonly lateClicks: number;
  /** Time in which the app had no socket at Slack, milliseconds. */
  readonly deafMs: number;
  readonly mostSockets: number;
  readonly faults: readonly string[];
}

/** Restarts each of three replicas, whole programs, one after the other, while 50 events a second come: once for each seed. */
export const run: FaultSeries = async (seeds) => {
  const [program, postgres, peers] = await Promise.all([
    compileProgram(),
    startPostgres(),
    startCrashPeers(seeds[0] ?? 1, 1),
  ]);
  await prepareDatabase(postgres);
  const replicas = new Programs(program.file('src/main.js'), postgres.url);
  const rounds: Round[] = [];
  const faults: string[] = [];
  try {
    for (const seed of seeds) {
      const round = await oneRound(replicas, peers, seed).catch((error: unknown) => error as Error);
      if (round instanceof Error) faults.push(`seed ${seed}: ${round.message}`);
      else {
        rounds.push(round);
        faults.push(...round.faults.map((fault) => `seed ${seed}: ${fault}`));
      }
    }
  } finally {
    await replicas.stop();
    await peers.stop();
    await postgres.dispose();
    await program.remove();
  }
  faults.push(...replicas.faults);
  const lines = [
    `rounds: ${rounds.length} of ${seeds.length} came to their end, in each of which ${NAMES.length} programs were restarted`,
    `sent by Slack: ${rounds.reduce((sum, { sent }) => sum + sent, 0)}`,
    `clicks and commands acknowledged too late: ${rounds.reduce((sum, { lateClicks }) => sum + lateClicks, 0)}`,
    `without a live socket: ${rounds.reduce((sum, { deafMs }) => sum + deafMs, 0)} ms`,
    `most sockets of the app at once: ${Math.max(0, ...rounds.map(({ mostSockets }) => mostSockets))}`,
    ...faults,
  ];
  return { lines, ok: faults.length === 0 && rounds.length === seeds.length };
};

export async function oneRound(
  replicas: Pick<Programs, 'start' | 'restart' | 'unacknowledged'>,
  peers: CrashPeers,
  seed: number,
): Promise<Round> {
  const { slack } = peers;
  const random = seededRandom(seed);
  slack.ledger.forgetSettled();
  const tenant = await peers.tenant(`Rolling ${seed}`);
  const to = tenant.installation;
  try {
    const { autokittehUrl, signKey, slackApiUrl } = tenant.plan;
    const environment = {
      AUTOKITTEH_URL: autokittehUrl,
      AUTOKITTEH_SIGN_KEY: signKey,
      SLACK_API_URL: slackApiUrl,
    };
    for (const name of NAMES) await replicas.start(name, environment);
    await slack.waitForSockets(to.app, 2, SETTLES_WITHIN_MS);
    const watch = watchSockets(slack, to);
    const over = new AbortController();
    const traffic = steadyTraffic(slack, to, random, over.signal);
    for (const name of NAMES) {
      await replicas.restart(name, environment);
      await sleep(systemClock, random() * 1_000);
    }
    over.abort();
    const entries = await traffic;
    await slack.ledger.allSettled(SETTLES_WITHIN_MS);
    const keys = entries.filter(({ state }) => state === 'acknowledged').length;
    await eventually(
      async () => new Set(await tenant.delivered()).size >= keys,
      `everything of round ${seed} delivered`,
      SETTLES_WITHIN_MS,
    ).catch(() => undefined);
    watch.end();
    const { faults } = judgeReplicas(entries, await tenant.delivered(), []);
    const clicks = entries.filter(({ kind, state }) => kind !== 'events_api' && state !== 'acknowledged');
    const isLate = ({ attempts }: LedgerEntry): boolean =>
      attempts.some(({ acknowledgements }) => acknowledgements.length > 0);
    return {
      sent: entries.length,
      lateClicks: clicks.filter(isLate).length,
      deafMs: watch.deafMs,
      mostSockets: watch.most,
      faults: [
        ...faults,
        ...(watch.deafMs > 0 ? [`${watch.deafMs} ms without a live socket`] : []),
        ...(watch.most > MOST_SOCKETS ? [`${watch.most} sockets of the app at once`] : []),
        ...clicks
          .filter((entry) => !isLate(entry))
          .map((entry) => {
            const said = replicas.unacknowledged.get(acceptedOf(entry)?.key ?? '') ?? 'nothing';
            return `lost: ${entry.kind} ${entry.type}, ${watch.fateOf(entry.attempts[0])}; the program said: ${said}`;
          }),
      ],
    };
  } finally {
    await tenant.remove();
  }
}

async function steadyTraffic(
  slack: ScriptedSlack,
  to: SlackInstallation,
  random: Random,
  signal: AbortSignal,
): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  while (!signal.aborted) {
    entries.push(slack.send(to, frameOf(entries.length, homeOf(to), random)));
    await sleep(systemClock, EVERY_MS, signal).catch(() => undefined);
  }
  return entries;
}

/** How many sockets the app has at most, how long it has none, and when each closed, by Slack's books. */
function watchSockets(slack: ScriptedSlack, { app }: SlackInstallation) {
  let most = 0;
  let deafMs = 0;
  let deafSince: number | undefined;
  const look = (): void => {
    most = Math.max(most, slack.connections(app));
    const isDeaf = slack.sockets(app).length === 0;
    if (isDeaf) deafSince ??= performance.now();
    else if (deafSince !== undefined) {
      deafMs += performance.now() - deafSince;
      deafSince = undefined;
    }
  };
  look();
  const closedAt = new Map<string, number>();
  const end = slack.onSocketChange(({ id, state }) => {
    if (state.t !== 'open' && !closedAt.has(id)) closedAt.set(id, Date.now());
    look();
  });
  return {
    fateOf(attempt: Attempt | undefined): string {
      if (attempt?.socketId === undefined) return 'without a socket';
      const closed = closedAt.get(attempt.socketId);
      return closed === undefined
        ? 'on a socket that stayed open'
        : `${closed - attempt.at} ms before its socket closed`;
    },
    get most() {
      return most;
    },
    get deafMs() {
      return Math.round(deafMs);
    },
    end,
  };
}

/** The replicas, as whole programs in processes of their own. */
export class Programs {
  /** Secrets or exceptions in their logs, and ends that were not in order. */
  readonly faults: string[] = [];
  /** Why events were not acknowledged, by their keys, as the programs say. */
  readonly unacknowledged = new Map<string, string>();
  readonly #running = new Map<string, ProgramProcess>();

  constructor(
    private readonly main: string,
    private readonly journalUrl: string,
  ) {}

  /** Nothing if it runs. */
  async start(name: string, environment: Readonly<Record<string, string>>): Promise<void> {
    if (this.#running.has(name)) return;
    const { program, urls } = await ProgramProcess.start(this.main, {
      ...environment,
      JOURNAL_URL: this.journalUrl,
      REPLICA_NAME: name,
      PLUGIN_LISTEN: '127.0.0.1:0',
      GATEWAY_LISTEN: 'off',
      PLUGIN_TOKEN: 'credential-of-the-contract',
      OPS_TOKEN: 'credential-of-operators',
      LOG_FORMAT: 'json',
    });
    this.#running.set(name, program);
    // As whoever replaces replicas one after the other waits for each.
    await eventually(
      async () => (await fetch(`${urls.plugin}/readyz`)).ok,
      `${name} is ready`,
      SETTLES_WITHIN_MS,
    );
  }

  async restart(name: string, environment: Readonly<Record<string, string>>): Promise<void> {
    await this.stopOne(name);
    await this.start(name, environment);
  }

  async stop(): Promise<void> {
    await Promise.all(NAMES.map((name) => this.stopOne(name)));
  }

  /** Nothing if it does not run. */
  async stopOne(name: string): Promise<void> {
    const program = this.#running.get(name);
    if (program === undefined) return;
    this.#running.delete(name);
    const exit = await program.stop();
    for (const [key, reason] of program.unacknowledged) this.unacknowledged.set(key, reason);
    if (exit !== '0') this.faults.push(`${name} did not stop in order: ${exit}`);
    this.faults.push(...[...program.exceptions, ...program.secrets].map((line) => `${name} logged: ${line}`));
  }
}
