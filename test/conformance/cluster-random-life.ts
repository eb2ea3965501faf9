import { seededRandom } from '../../src/core/random.js';
import type { Settlement } from '../../src/storage/journal.js';
import type { JournalRow } from '../../src/storage/rows.js';
import type { Line } from '../../src/storage/postgres/line.js';
import type { PostgresServer } from '../../src/sim/postgres/postgres-server.js';
import { Replica, type LeftOut } from './replica.js';
import { claimRequest, row } from './rows.js';

const STEPS = 150;
// From here on only answers are lost, because a lease that ends mends what that left behind.
const ONLY_LOST_FROM = 90;
const LANES = 5;

// At the end all replicas work and no answer is lost, until nothing has changed in so many rounds: adopting a row takes three.
// A round in which a replica could not ask PostgreSQL, because it waits before it connects again, counts as a change.
const QUIET_ROUNDS = 12;

interface SlackEvent {
  readonly key: string;
  readonly conversation: string;
  readonly sentAt: number;
  ackedAt: number;
}

/**
 * Two replicas on one journal, at random: answers of PostgreSQL are lost, a replica stands still until its lease is over and
 * goes on later, or crashes. Returns what went wrong: two dispatches of a conversation at once, an event that was dispatched
 * twice, out of order, or not at all.
 */
export async function clusterRandomLife(
  seed: number,
  server: PostgresServer,
  admin: Line,
  leftOut: LeftOut = {},
): Promise<string[]> {
  const life = new ClusterLife(seed, server, admin, leftOut);
  try {
    return await life.run();
  } finally {
    await life.stop();
  }
}

class ClusterLife {
  readonly #random;
  readonly #server: PostgresServer;
  readonly #admin: Line;
  readonly #leftOut: LeftOut;
  readonly #events = new Map<string, SlackEvent>();
  /** What AutoKitteh has, in its order. */
  readonly #taken: string[] = [];
  readonly #dead = new Set<string>();
  readonly #faults: string[] = [];
  readonly #crashed: Replica[] = [];
  #replicas: Replica[] = [];
  #time = 0;
  #failures = 0;

  constructor(seed: number, server: PostgresServer, admin: Line, leftOut: LeftOut) {
    this.#random = seededRandom(seed);
    this.#server = server;
    this.#admin = admin;
    this.#leftOut = leftOut;
  }

  async run(): Promise<string[]> {
    this.#replicas = [await this.#start(), await this.#start()];
    for (let step = 0; step < STEPS; step += 1) {
      await this.#ripen();
      await Promise.all(this.#replicas.map((replica, at) => this.#act(replica, at, step < ONLY_LOST_FROM)));
    }
    for (const replica of this.#replicas) replica.asleep = 0;
    let ended = 0;
    for (let quiet = 0; quiet < QUIET_ROUNDS && (await this.#isUnfinished()); quiet += 1) {
      const failures = this.#failures;
      await this.#ripen();
      for (const replica of this.#replicas) await this.#work(replica);
      const endedNow = this.#taken.length + this.#dead.size;
      if (endedNow > ended || this.#failures > failures) quiet = 0;
      ended = endedNow;
    }
    this.#judge();
    return this.#faults;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#replicas, ...this.#crashed].map((replica) => replica.stop()));
  }

  #pick(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #start(): Promise<Replica> {
    return Replica.start(this.#server, `replica-${this.#pick(1e6)}`, this.#leftOut);
  }

  /** Lets any replica end the leases of others without waiting for a whole lease. */
  async #ripen(): Promise<void> {
    await this.#admin.run((query) =>
      query(`UPDATE ak_slack.replicas SET since = since - interval '1 minute' WHERE gone_at IS NULL`),
    );
  }

  async #lapse(replica: Replica): Promise<void> {
    replica.clock.jump(60_000);
    await this.#admin.run((query) =>
      query(
        `UPDATE ak_slack.replicas SET expires_at = clock_timestamp() - interval '1 ms' WHERE id = $1 AND gone_at IS NULL`,
        [replica.lease.id],
      ),
    );
  }

  async #act(replica: Replica, at: number, mayLapse: boolean): Promise<void> {
    if (replica.asleep > 0) {
      replica.asleep -= 1;
      return;
    }
    const chance = this.#pick(100);
    if (chance < 35) await this.#append(replica);
    else if (chance < 45) await this.#claim(replica);
    else if (chance < 65) this.#begin(replica);
    else if (chance < 80) await this.#end(replica);
    else if (chance < 90) await this.#beat(replica);
    else if (chance < 95 || !mayLapse) replica.cutNext();
    else if (chance < 98) {
      // With rows that it has claimed and not begun: those are what the others take over.
      await this.#append(replica);
      await this.#claim(replica);
      replica.asleep = 3 + this.#pick(15);
      await this.#lapse(replica);
    } else {
      await this.#lapse(replica);
      this.#crashed.push(replica);
      this.#replicas[at] = await this.#start();
    }
  }

  /** All that a replica does, when nothing fails. */
  async #work(replica: Replica): Promise<void> {
    await this.#beat(replica);
    await this.#resend(replica);
    await this.#claim(replica);
    while (replica.todo.length > 0) this.#begin(replica);
    await this.#end(replica, true);
  }

  async #append(replica: Replica): Promise<void> {
    const fresh = Array.from({ length: 1 + this.#pick(3) }, () => {
      const event = {
        key: `${this.#events.size + 1}`,
        conversation: `C${this.#pick(LANES)}`,
        sentAt: this.#tick(),
        ackedAt: Infinity,
      };
      this.#events.set(event.key, event);
      return event;
    });
    const unanswered = [...this.#events.values()].filter(({ ackedAt }) => ackedAt === Infinity);
    const again = unanswered.filter((event) => !fresh.includes(event)).slice(0, this.#pick(3));
    await this.#send(replica, [...again, ...fresh]);
  }

  async #resend(replica: Replica): Promise<void> {
    await this.#send(
      replica,
      [...this.#events.values()].filter(({ ackedAt }) => ackedAt === Infinity),
    );
  }

  async #send(replica: Replica, events: readonly SlackEvent[]): Promise<void> {
    const claimFor = this.#pick(4) === 0 ? undefined : 'this replica';
    const rows = events.map(({ key, conversation }) => row({ key, conversation, claimFor }));
    const appended = await replica.journal.append(rows).catch(this.#failed);
    if (appended === undefined) return;
    events.forEach((event, at) => {
      event.ackedAt = Math.min(event.ackedAt, this.#tick());
      const outcome = appended[at];
      if (typeof outcome !== 'object') return;
      const { claimed: id, turn } = outcome;
      replica.todo.push({ id, turn, attempts: 1, retried: false, ...(rows[at] as ReturnType<typeof row>) });
    });
  }

  async #claim(replica: Replica): Promise<void> {
    const claimed = await replica.journal
      .claim('this replica', Date.now(), [claimRequest({ limit: 3 })])
      .catch(this.#failed);
    replica.todo.push(...(claimed?.rows ?? []));
  }

  async #beat(replica: Replica): Promise<void> {
    await replica.lease.beat().catch(this.#failed);
    const found = await replica.journal.takeOver('this replica', Date.now(), 10).catch(this.#failed);
    for (const each of found ?? []) {
      if (!replica.holds(each)) continue;
      const { id, turn } = each;
      if (this.#taken.includes(each.key))
        replica.ended.push({ t: 'delivered', id, turn, eventId: 'e', recovered: true });
      else replica.ended.push({ t: 'released', id, turn });
    }
  }

  #begin(replica: Replica): void {
    const next = replica.todo.shift();
    if (next === undefined) return;
    const { id, turn, key, conversation } = next;
    if (!replica.holds(next)) {
      replica.ended.push({ t: 'released', id, turn });
      return;
    }
    for (const other of this.#replicas)
      if (other.flying.some((each) => each.conversation === conversation && other.holds(each)))
        this.#faults.push(`two dispatches of ${conversation} at once`);
    replica.flying.push(next);
    const chance = this.#pick(10);
    if (chance < 8) {
      if (this.#taken.includes(key)) this.#faults.push(`event ${key} was dispatched twice`);
      this.#taken.push(key);
    }
  }

  async #end(replica: Replica, all = false): Promise<void> {
    const ending = replica.flying.splice(0, all ? replica.flying.length : 1);
    replica.ended.push(...ending.map((each) => this.#settlement(each)));
    const ended = replica.ended;
    replica.ended = [];
    try {
      await replica.journal.settle('this replica', Date.now(), ended);
    } catch {
      this.#failed();
      replica.ended.unshift(...ended);
    }
  }

  #settlement({ id, turn, key }: JournalRow): Settlement {
    if (this.#taken.includes(key)) return { t: 'delivered', id, turn, eventId: 'e', recovered: false };
    if (this.#pick(10) > 0) return { t: 'retry', id, turn, nextAt: Date.now(), reason: 'r', counted: true };
    this.#dead.add(key);
    return { t: 'dead', id, turn, reason: 'r' };
  }

  readonly #failed = (): undefined => {
    this.#failures += 1;
  };

  #tick(): number {
    this.#time += 1;
    return this.#time;
  }

  async #isUnfinished(): Promise<boolean> {
    if ([...this.#events.values()].some(({ ackedAt }) => ackedAt === Infinity)) return true;
    const [left] = await this.#admin.run((query) =>
      query<{ count: number }>('SELECT count(*) AS count FROM ak_slack.events'),
    );
    return left?.count !== 0;
  }

  #judge(): void {
    const place = new Map(this.#taken.map((key, at) => [key, at]));
    const events = [...this.#events.values()].filter(({ key }) => !this.#dead.has(key));
    for (const { key } of events) if (!place.has(key)) this.#faults.push(`event ${key} was not dispatched`);
    for (const one of events)
      for (const other of events) {
        if (one.conversation !== other.conversation || one.ackedAt >= other.sentAt) continue;
        if ((place.get(one.key) ?? 0) > (place.get(other.key) ?? Infinity))
          this.#faults.push(`event ${other.key} overtook ${one.key}`);
      }
  }
}
