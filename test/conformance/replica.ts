import { systemClock, type Clock } from '../../src/core/clock.js';
import type { JournalDatabase, Settlement } from '../../src/storage/journal.js';
import type { JournalRow } from '../../src/storage/rows.js';
import { Claims } from '../../src/storage/postgres/claims.js';
import type { Line } from '../../src/storage/postgres/line.js';
import { LeaseKeeper } from '../../src/storage/postgres/membership.js';
import { beatLine, journalLines, postgresJournal } from '../../src/storage/postgres/postgres-journal.js';
import { startCuttingProxy, type CuttingProxy } from '../helpers/cutting-proxy.js';

/** What a random life leaves out, to see that it finds the fault. */
export interface LeftOut {
  /** Dispatches begin whether the claim is still held or not. */
  readonly fencing?: boolean;
  /** Rows whose claim was lost on its way are left as they are. */
  readonly adoption?: boolean;
}

class ClaimsWithoutAdoption extends Claims {
  override look(): readonly [] {
    return [];
  }
}

/** Real time, which may jump ahead as it does for a process that stood still. */
class JumpingClock implements Clock {
  #ahead = 0;

  now(): number {
    return systemClock.now() + this.#ahead;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#ahead;
  }

  setTimer(delay: number, ring: () => void): ReturnType<Clock['setTimer']> {
    return systemClock.setTimer(delay, ring);
  }

  jump(milliseconds: number): void {
    this.#ahead += milliseconds;
  }
}

/** A replica without its loops: the test says when it beats, claims, dispatches and settles. */
export class Replica {
  readonly clock = new JumpingClock();
  readonly journal: Omit<JournalDatabase, 'cluster'>;
  readonly lease: LeaseKeeper;
  /** Claimed, and not begun. */
  todo: JournalRow[] = [];
  /** Its dispatch is under way. */
  flying: JournalRow[] = [];
  /** Ended, and not written. */
  ended: Settlement[] = [];
  /** It stands still for so many steps. */
  asleep = 0;
  readonly #proxy: CuttingProxy;
  readonly #claims: Claims;
  readonly #leftOut: LeftOut;

  private constructor(proxy: CuttingProxy, url: string, name: string, leftOut: LeftOut) {
    const behindProxy = new URL(url);
    behindProxy.port = `${proxy.port}`;
    this.#proxy = proxy;
    this.#leftOut = leftOut;
    this.#claims = leftOut.adoption === true ? new ClaimsWithoutAdoption() : new Claims();
    const lines: readonly [Line, Line] = [beatLine({ url }), beatLine({ url })];
    const fenced = (): void => this.#claims.clear();
    this.lease = new LeaseKeeper({ name, version: 'test', lines, clock: this.clock, fenced });
    this.journal = postgresJournal({
      ...journalLines({ url: behindProxy.href }),
      claims: this.#claims,
      ownerOf: () => this.lease.id,
      leave: () => this.lease.leave(),
      maxBytes: 1024 ** 3,
      clock: this.clock,
    });
  }

  static async start(
    server: { port: number; url: string },
    name: string,
    leftOut: LeftOut,
  ): Promise<Replica> {
    const replica = new Replica(await startCuttingProxy(server.port), server.url, name, leftOut);
    await replica.lease.join();
    return replica;
  }

  /** The answer of what is asked of the journal next is lost. */
  cutNext(): void {
    this.#proxy.cutNext();
  }

  holds(row: JournalRow): boolean {
    return this.#leftOut.fencing === true || (this.lease.holdsLease() && this.#claims.has(row));
  }

  /** Ends it as a crash does, or for good. */
  async stop(): Promise<void> {
    await this.#proxy.stop();
    await this.journal.close();
  }
}
