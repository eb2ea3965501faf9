import { Channel } from '../../core/channel.js';
import type { Clock } from '../../core/clock.js';
import type { OtherSockets, SlotsHold, SocketSlot, SocketSlots } from '../cluster.js';
import { functionName } from './functions.js';
import type { Line } from './line.js';
import { Rounds } from './rounds.js';
import { SlotsInView } from './slots-in-view.js';
import { decodeText, encodeText } from './text.js';

// Slots of a replica are given to others so long after it was found to be gone. By then it has closed its sockets: those
// that an app can miss first, the last one of each a little later.
const GRACE_MS = 180_000;
const SURE_MS = 150_000;
const LAST_MS = 170_000;

/** Between looks. */
const LOOK_MS = 1000;

/** Between comparisons of all slots of this process with what PostgreSQL has. */
const COMPARE_MS = 10_000;

interface Held {
  readonly appId: string;
  readonly n: number;
  /** Tells this taking of the slot from every other one, so that a statement which takes effect late changes no later one. */
  readonly ticket: number;
  /** Its socket is closed, and another one may be opened in it. */
  isIdle: boolean;
  isLive: boolean;
  onLost: () => void;
}

interface LookedAt {
  readonly digest: string;
  readonly app: string | null;
  readonly holder: string;
  readonly ticket: number;
  readonly live: boolean;
}

/**
 * The slots that this process holds in PostgreSQL. What it has and what PostgreSQL has are compared again and again, because
 * an answer can be lost on its way and a statement can take effect long after its connection was cut: a slot that it does not
 * know is given back, and the socket of one that PostgreSQL has given to another process is closed.
 */
export class PostgresSlots implements SocketSlots {
  readonly changed = new Channel<ReadonlySet<string>>();
  readonly looked = new Channel<undefined>();
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #instance: string;
  readonly #view: SlotsInView;
  readonly #rounds: Rounds;
  #held: Held[] = [];
  /** Being taken: known although PostgreSQL has not answered yet. */
  #asked: number[] = [];
  #tickets = 0;
  /** Apps of which none of our sockets counts as live, because they are about to be closed. */
  readonly #left = new Set<string>();
  #unwritten = new Set<Held>();
  #digest = '';
  #heardAt: { readonly monotonic: number; readonly wall: number };
  #comparedAt = -Infinity;
  #syncing: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(line: Line, clock: Clock, instance: string) {
    this.#line = line;
    this.#clock = clock;
    this.#instance = instance;
    this.#view = new SlotsInView(clock, instance);
    this.#rounds = new Rounds(clock, LOOK_MS, () =>
      this.#sync()
        .then(() => this.look())
        .catch(() => this.looked.emit(undefined)),
    );
    this.#heardAt = { monotonic: clock.monotonic(), wall: clock.now() };
  }

  /** Compares and looks until close(). */
  run(): void {
    this.#rounds.run();
  }

  async take(appId: string, most: number, onLost: () => void): Promise<SocketSlot | undefined> {
    const idle = this.#held.find((held) => held.isIdle && held.appId === appId);
    if (idle !== undefined) {
      idle.isIdle = false;
      idle.onLost = onLost;
      return this.#slot(idle);
    }
    const ticket = ++this.#tickets;
    this.#asked.push(ticket);
    try {
      const sql = `SELECT ${functionName('take_slot')}($1, $2, $3, $4, $5 * interval '1 ms') AS n`;
      const values = [this.#instance, encodeText(appId), ticket, most, GRACE_MS];
      const [taken] = await this.#line.run((query) => query<{ n: number | null }>(sql, values));
      if (typeof taken?.n !== 'number') return undefined;
      const held: Held = { appId, n: taken.n, ticket, isIdle: false, isLive: false, onLost };
      this.#held.push(held);
      return this.#slot(held);
    } catch {
      // Whether it was taken is not known; if it was, the next comparison gives it back.
      return undefined;
    } finally {
      this.#asked = this.#asked.filter((other) => other !== ticket);
    }
  }

  others(appId: string): OtherSockets {
    return this.#view.of(appId);
  }

  async look(): Promise<void> {
    // One that has begun already may not see what was true at this call.
    await this.#looking?.catch(() => undefined);
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  hold(): SlotsHold {
    const { monotonic, wall } = this.#heardAt;
    const elapsed = Math.max(this.#clock.monotonic() - monotonic, this.#clock.now() - wall);
    return elapsed < SURE_MS ? 'sure' : elapsed < LAST_MS ? 'ending' : 'over';
  }

  async leave(appId: string, instances: readonly string[], least: number): Promise<boolean> {
    const sql = `SELECT ${functionName('leave_app')}($1, $2, $3, $4) AS "mayLeave"`;
    const values = [this.#instance, encodeText(appId), instances, least];
    this.#left.add(appId);
    const [answer] = await this.#line
      .run((query) => query<{ mayLeave: boolean }>(sql, values))
      .catch(() => []);
    if (answer?.mayLeave !== true) this.stay(appId);
    return answer?.mayLeave === true;
  }

  stay(appId: string): void {
    if (!this.#left.delete(appId)) return;
    for (const held of this.#held) if (held.appId === appId && held.isLive) this.#note(held);
  }

  /** Gives back all slots: their sockets are closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    void this.#rounds.stop();
    await this.#syncing;
    await this.#line
      .run((query) => query('DELETE FROM ak_slack.slots WHERE instance = $1', [this.#instance]))
      .catch(() => undefined);
    await this.#line.close();
  }

  #slot(held: Held): SocketSlot {
    return {
      setLive: (isLive) => {
        if (held.isLive === isLive) return;
        held.isLive = isLive;
        this.#note(held);
      },
      free: () => {
        held.isLive = false;
        held.isIdle = true;
        held.onLost = () => undefined;
        this.#note(held);
      },
    };
  }

  /** To be written soon: others wait for it. */
  #note(held: Held): void {
    if (this.#isClosed) return;
    const isFirst = this.#unwritten.size === 0;
    this.#unwritten.add(held);
    if (isFirst) setImmediate(() => void this.#sync());
  }

  /** Never rejects; what could not be written is written with the next one. */
  #sync(): Promise<void> {
    this.#syncing ??= this.#write().finally(() => {
      this.#syncing = undefined;
    });
    return this.#syncing;
  }

  async #write(): Promise<void> {
    const now = this.#clock.monotonic();
    const isAll = now >= this.#comparedAt + COMPARE_MS;
    if (!isAll && this.#unwritten.size === 0) return;
    const unwritten = this.#unwritten;
    this.#unwritten = new Set();
    // While PostgreSQL does not answer, a socket may be opened in a slot that is idle: it is not asked to take it back then.
    const isHeard = now < this.#heardAt.monotonic + 2 * LOOK_MS;
    const freed = isHeard ? this.#held.filter(({ isIdle }) => isIdle) : [];
    this.#held = this.#held.filter((held) => !freed.includes(held));
    const told = this.#held.filter((held) => isAll || unwritten.has(held));
    const newest = this.#tickets;
    const all = isAll ? [...this.#held.map(({ ticket }) => ticket), ...this.#asked] : [];
    try {
      const lost = await this.#tell(freed, isAll ? all : undefined, newest, told);
      this.#heard();
      if (isAll) this.#comparedAt = now;
      for (const held of this.#held.filter(({ ticket }) => lost.includes(ticket))) {
        this.#held = this.#held.filter((other) => other !== held);
        held.onLost();
      }
    } catch {
      // Also what was freed: a comparison of all finds it.
      this.#comparedAt = -Infinity;
      for (const held of unwritten) this.#unwritten.add(held);
    }
  }

  async #tell(
    freed: readonly Held[],
    all: readonly number[] | undefined,
    newest: number,
    told: readonly Held[],
  ): Promise<number[]> {
    if (all !== undefined)
      await this.#line.run((query) =>
        query('DELETE FROM ak_slack.slots WHERE instance = $1 AND ticket <= $2 AND ticket <> ALL ($3)', [
          this.#instance,
          newest,
          all,
        ]),
      );
    const sql = `SELECT lost FROM ${functionName('sync_slots')}($1, $2, $3, $4, $5, $6)`;
    const values = [
      this.#instance,
      freed.map(({ ticket }) => ticket),
      told.map(({ ticket }) => ticket),
      told.map(({ appId }) => encodeText(appId)),
      told.map(({ n }) => n),
      told.map(({ appId, isLive }) => isLive && !this.#left.has(appId)),
    ];
    const lost = await this.#line.run((query) => query<{ lost: number }>(sql, values));
    return lost.map((each) => each.lost);
  }

  async #look(): Promise<void> {
    const sql = `SELECT digest, app, holder, ticket, live FROM ${functionName('look_slots')}($1)`;
    const found = await this.#line.run((query) => query<LookedAt>(sql, [this.#digest]));
    this.#heard();
    const [first] = found;
    if (first !== undefined) {
      this.#digest = first.digest;
      const slots = found.flatMap(({ app, holder, ticket, live }) =>
        app === null ? [] : [{ appId: decodeText(app), instance: holder, ticket, isLive: live }],
      );
      const changed = this.#view.replace(slots);
      if (changed.size > 0) this.changed.emit(changed);
    }
    this.looked.emit(undefined);
  }

  #heard(): void {
    this.#heardAt = { monotonic: this.#clock.monotonic(), wall: this.#clock.now() };
  }
}
