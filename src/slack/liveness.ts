import type { Clock, Timer } from '../core/clock.js';
import type { SocketPolicy } from './policy.js';

/** What is watched: a socket that Slack greeted. */
export interface Watched {
  ping(): void;
  /** A ping has gone without any frame in answer for long enough to open a replacement. */
  onSilence(): void;
}

/** The watch over one socket. */
export interface Watch {
  /** Some frame arrived, of any kind. */
  heard(): void;
  cancel(): void;
}

interface Entry {
  readonly target: Watched;
  readonly slot: Set<Entry>;
  /** Whether a frame arrived since the last ping; true before the first. */
  heard: boolean;
}

/**
 * Pings for all sockets of the process from one timer, spread evenly over a wheel of slots, and the judgement of silence.
 *
 * Silence is measured in ticks of the wheel and not in time: while our event loop stands still no tick passes, and between two
 * ticks everything that has arrived is read. So a standstill of ours never looks like silence of a peer. Whether events arrive
 * plays no part: an app may be quiet for days.
 */
export class Liveness {
  readonly #clock: Clock;
  readonly #policy: SocketPolicy['liveness'];
  readonly #onWake: (afterMs: number) => void;
  readonly #slots: readonly Set<Entry>[];
  #tick = 0;
  #size = 0;
  #timer: Timer | undefined;
  #lastWall = 0;
  #lastMonotonic = 0;

  /** `onWake` is called when the process stood still, or the clock jumped ahead, by more than `wakeMs`. */
  constructor(clock: Clock, policy: SocketPolicy['liveness'], onWake: (afterMs: number) => void) {
    this.#clock = clock;
    this.#policy = policy;
    this.#onWake = onWake;
    this.#slots = Array.from({ length: policy.pingTicks }, () => new Set<Entry>());
  }

  watch(target: Watched): Watch {
    const slot = this.#slots.reduce((least, other) => (other.size < least.size ? other : least));
    const entry: Entry = { target, slot, heard: true };
    slot.add(entry);
    this.#size++;
    if (this.#timer === undefined) this.#arm();
    return {
      heard() {
        entry.heard = true;
      },
      cancel: () => this.#forget(entry),
    };
  }

  #forget(entry: Entry): void {
    if (!entry.slot.delete(entry)) return;
    this.#size--;
    if (this.#size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#lastWall = this.#clock.now();
    this.#lastMonotonic = this.#clock.monotonic();
    this.#timer = this.#clock.setTimer(this.#policy.tickMs, () => this.#turn());
  }

  #turn(): void {
    // Wall time goes on during a sleep where monotonic time may not; a jump of the wall clock cannot be told from one.
    const stoodStill = Math.max(
      this.#clock.now() - this.#lastWall,
      this.#clock.monotonic() - this.#lastMonotonic,
    );
    this.#arm();
    if (stoodStill > this.#policy.wakeMs) this.#onWake(stoodStill);
    this.#tick++;
    // Copies: what is called may end sockets, and add others.
    for (const entry of [...this.#slotAt(this.#tick - this.#policy.suspectTicks)])
      if (!entry.heard) entry.target.onSilence();
    for (const entry of [...this.#slotAt(this.#tick)]) {
      entry.heard = false;
      entry.target.ping();
    }
  }

  #slotAt(tick: number): ReadonlySet<Entry> {
    const { length } = this.#slots;
    return this.#slots[((tick % length) + length) % length] ?? new Set();
  }
}
