import { randomBytes } from 'node:crypto';
import { Channel } from '../../core/channel.js';
import { steadyTime, type Clock, type Timer } from '../../core/clock.js';
import type { Member } from '../cluster.js';
import { functionName } from './functions.js';
import type { Line } from './line.js';
import type { Query } from './session.js';

/** How long a replica may be silent before another one takes over what it was dispatching. Milliseconds. */
const LEASE_MS = 2500;
const BEAT_MS = 500;

// The lease ends sooner here than in PostgreSQL, by more than it takes to begin a dispatch after the look at it.
const MARGIN_MS = 300;

/** What a replica is called over all its runs, and which release it runs. */
export interface Replica {
  readonly name: string;
  readonly version: string;
}

export interface MembershipPorts extends Replica {
  /** Connections of its own, so that no beat waits behind anything else; the second one for what the first lost. */
  readonly lines: readonly [Line, Line];
  readonly clock: Clock;
  /** Called when another replica has ended this one's lease: nothing that it had claimed is its own any more. */
  readonly fenced: () => void;
}

interface Beat {
  readonly alive: boolean;
  /** PostgreSQL's time, milliseconds since 1970. */
  readonly at: number;
  /** Absent if not alive. */
  readonly members: readonly Member[] | null;
  /** Whether it has ended the lease of another replica. */
  readonly fenced: boolean | null;
}

/**
 * The lease of this process in PostgreSQL. Its id is never used again: after another replica has ended it, this process
 * goes on under a new one. All leases end by PostgreSQL's clock; here only durations count, from before a beat was sent.
 */
export class LeaseKeeper {
  /** Of this run of this process, whatever becomes of its lease. */
  readonly instance = randomBytes(8).toString('hex');
  /** Emits when the lease has ended here. */
  readonly lapsed = new Channel<undefined>();
  /** Emits when the members have changed, and when the lease has ended or is held again. */
  readonly changed = new Channel<undefined>();
  /** Emits when this process has ended another one's lease. */
  readonly fenced = new Channel<undefined>();
  /** PostgreSQL's time, as far as this process knows it. */
  readonly now: () => number;
  readonly #ports: MembershipPorts;
  #id = '';
  #monotonicEnd = -Infinity;
  #wallEnd = -Infinity;
  /** How far PostgreSQL's time is ahead of the monotonic clock. */
  #offset: number;
  #members: readonly Member[] = [];
  #timer: Timer | undefined;
  /** Rings when the lease ends. */
  #ending: Timer | undefined;
  #wasHeld = false;
  #beating: Promise<void> = Promise.resolve();
  #isDraining = false;
  #isLeaving = false;

  constructor(ports: MembershipPorts) {
    const { clock } = ports;
    this.#ports = ports;
    this.#offset = clock.now() - clock.monotonic();
    this.now = steadyTime({
      now: () => clock.monotonic() + this.#offset,
      monotonic: () => clock.monotonic(),
      setTimer: (delay, ring) => clock.setTimer(delay, ring),
    });
  }

  /** What the rows that this process claims have as their owner. */
  get id(): string {
    return this.#id;
  }

  /** Two clocks, because the first stands still while a machine is suspended, and the second may be set. */
  holdsLease(): boolean {
    const { clock } = this.#ports;
    return clock.monotonic() < this.#monotonicEnd && clock.now() < this.#wallEnd;
  }

  /** The replicas as of the last beat. */
  members(): readonly Member[] {
    return this.#members;
  }

  /** Joins under a new id. */
  async join(): Promise<void> {
    const { name, version } = this.#ports;
    const id = `${name}-${randomBytes(6).toString('hex')}`;
    await this.#renew(async (query) => {
      await query(
        `INSERT INTO ak_slack.replicas (id, instance, name, version, since, expires_at)
          SELECT $1, $2, $3, $4, t, t + $5 * interval '1 ms' FROM clock_timestamp() t ON CONFLICT (id) DO NOTHING`,
        [id, this.instance, name, version, LEASE_MS],
      );
      this.#id = id;
      return this.#beatAs(query, id);
    });
  }

  /** Renews the lease, and ends leases of others that are over; joins anew if its own was ended (step `rejoin` of the model). */
  async beat(): Promise<void> {
    const id = this.#id;
    if (await this.#renew((query) => this.#beatAs(query, id))) return;
    this.#ports.fenced();
    await this.join();
  }

  /** Tells the others that this process is stopping, with a beat now and with all that follow. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.beat();
  }

  /** Beats until leave(). A beat that fails is left out: the next one follows in half a second, and the lease may end. */
  run(): void {
    this.#timer = this.#ports.clock.setTimer(BEAT_MS, () => {
      this.#beating = this.beat().catch(() => undefined);
      void this.#beating.then(() => {
        if (!this.#isLeaving) this.run();
      });
    });
  }

  /** Gives the lease up, so that others take over at once what is left. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#timer?.cancel();
    await this.#beating;
    this.#end();
    const [line] = this.#ports.lines;
    await line
      .run((query) =>
        query('UPDATE ak_slack.replicas SET gone_at = clock_timestamp(), draining = true WHERE id = $1', [
          this.#id,
        ]),
      )
      .catch(() => undefined);
    await Promise.all(this.#ports.lines.map((each) => each.close()));
  }

  async #beatAs(query: Query, id: string): Promise<Beat | undefined> {
    const sql = `SELECT alive, at, members, fenced FROM ${functionName('beat')}($1, $2 * interval '1 ms', $3)`;
    const [beat] = await query<Beat>(sql, [id, LEASE_MS, this.#isDraining]);
    return beat;
  }

  /** Asks on the second connection if the first one fails; the lease runs from before the asking. */
  async #renew(ask: (query: Query) => Promise<Beat | undefined>): Promise<boolean> {
    const { lines, clock } = this.#ports;
    const [first, second] = lines;
    const monotonic = clock.monotonic();
    const wall = clock.now();
    const beat = await first.run(ask).catch(() => second.run(ask));
    if (beat?.alive !== true) {
      this.#end();
      return false;
    }
    this.#monotonicEnd = monotonic + LEASE_MS - MARGIN_MS;
    this.#wallEnd = wall + LEASE_MS - MARGIN_MS;
    this.#offset = beat.at - (monotonic + clock.monotonic()) / 2;
    this.#ending?.cancel();
    this.#ending = clock.setTimer(this.#monotonicEnd - clock.monotonic(), () => this.#tell(this.#members));
    this.#tell(beat.members ?? []);
    if (beat.fenced === true) this.fenced.emit(undefined);
    return true;
  }

  #end(): void {
    this.#monotonicEnd = -Infinity;
    this.#ending?.cancel();
    this.#tell(this.#members);
  }

  /** Announces what is different from what was announced last. */
  #tell(members: readonly Member[]): void {
    const isHeld = this.holdsLease();
    const wasHeld = this.#wasHeld;
    const isNews = isHeld !== wasHeld || JSON.stringify(members) !== JSON.stringify(this.#members);
    this.#wasHeld = isHeld;
    this.#members = members;
    if (wasHeld && !isHeld) this.lapsed.emit(undefined);
    if (isNews) this.changed.emit(undefined);
  }
}
