import { randomBytes } from 'node:crypto';
import type { Clock, Timer } from '../../core/clock.js';
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
}

/**
 * The lease of this process in PostgreSQL. Its id is never used again: after another replica has ended it, this process
 * goes on under a new one. All leases end by PostgreSQL's clock; here only durations count, from before a beat was sent.
 */
export class LeaseKeeper {
  readonly #ports: MembershipPorts;
  #id = '';
  #monotonicEnd = -Infinity;
  #wallEnd = -Infinity;
  #timer: Timer | undefined;
  #beating: Promise<void> = Promise.resolve();
  #isLeaving = false;

  constructor(ports: MembershipPorts) {
    this.#ports = ports;
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

  /** Joins under a new id. */
  async join(): Promise<void> {
    const { name, version } = this.#ports;
    const id = `${name}-${randomBytes(6).toString('hex')}`;
    await this.#renew(async (query) => {
      await query(
        `INSERT INTO ak_slack.replicas (id, name, version, since, expires_at)
          SELECT $1, $2, $3, t, t + $4 * interval '1 ms' FROM clock_timestamp() t ON CONFLICT (id) DO NOTHING`,
        [id, name, version, LEASE_MS],
      );
      this.#id = id;
      return true;
    });
  }

  /** Renews the lease, and ends leases of others that are over; joins anew if its own was ended (step `rejoin` of the model). */
  async beat(): Promise<void> {
    const id = this.#id;
    const isAlive = await this.#renew(async (query) => {
      const sql = `SELECT alive FROM ${functionName('beat')}($1, $2 * interval '1 ms')`;
      const [beat] = await query<Beat>(sql, [id, LEASE_MS]);
      return beat?.alive === true;
    });
    if (isAlive) return;
    this.#ports.fenced();
    await this.join();
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
    this.#monotonicEnd = -Infinity;
    const [line] = this.#ports.lines;
    await line
      .run((query) =>
        query('UPDATE ak_slack.replicas SET gone_at = clock_timestamp() WHERE id = $1', [this.#id]),
      )
      .catch(() => undefined);
    await Promise.all(this.#ports.lines.map((each) => each.close()));
  }

  /** Asks on the second connection if the first one fails; the lease runs from before the asking. */
  async #renew(ask: (query: Query) => Promise<boolean>): Promise<boolean> {
    const { lines, clock } = this.#ports;
    const [first, second] = lines;
    const monotonic = clock.monotonic();
    const wall = clock.now();
    const isAlive = await first.run(ask).catch(() => second.run(ask));
    this.#monotonicEnd = isAlive ? monotonic + LEASE_MS - MARGIN_MS : -Infinity;
    this.#wallEnd = wall + LEASE_MS - MARGIN_MS;
    return isAlive;
  }
}
