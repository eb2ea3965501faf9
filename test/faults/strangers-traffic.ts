import { sleep, systemClock } from '../../src/core/clock.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import type { BadFrame } from './strangers-frames.js';
import { EventAccount } from './strangers-verdict.js';
import type { StrangersWorld } from './strangers-world.js';

export const EVENTS_PER_SECOND = 50;
const ACCOUNT_EVERY_MS = 2_000;
// A server may be asked for an event that it got shortly before.
const KEPT_EVENTS = 5_000;
const SETTLED_MS = 60_000;

/** Good events at a steady rate to all tenants in turn, and the account of all events. */
export class Traffic {
  readonly account = new EventAccount();
  readonly #good = new Set<number>();
  #sent = 0;
  #frames = 0;
  #seen = 0;
  #sending = true;
  readonly #over: Promise<void>;

  constructor(private readonly world: StrangersWorld) {
    this.#over = this.#run();
  }

  get frames(): number {
    return this.#frames;
  }

  /** A bad frame, to the noisy tenant. */
  bad(frame: BadFrame): void {
    const { slack, noisy } = this.world;
    this.#frames += 1;
    if (frame.t === 'text') slack.sendText(noisy.app, frame.text);
    else if (frame.t === 'event') slack.send(noisy.installation, frame.frame);
    else if (frame.t === 'packed') slack.sockets(noisy.app)[0]?.sendPacked(frame.text);
    else slack.sockets(noisy.app)[0]?.sendBinary(frame.bytes);
  }

  /** Sends no more, and resolves when Slack has nothing left to wait for and the server has got everything, or never will. */
  async end(): Promise<void> {
    this.#sending = false;
    await this.#over;
    const { slack, program } = this.world;
    const { ledger } = slack;
    const patience = program.exit === undefined ? SETTLED_MS : 0;
    await ledger.allSettled(patience).catch(() => undefined);
    const until = performance.now() + patience;
    do {
      this.#take();
      await sleep(systemClock, 100);
    } while (this.account.missing.length > 0 && performance.now() < until);
    for (const entry of ledger.entries) this.#add(entry);
  }

  async #run(): Promise<void> {
    const { slack, quiet, noisy } = this.world;
    const tenants = [...quiet, noisy];
    const start = performance.now();
    let accounted = start;
    while (this.#sending) {
      const now = performance.now();
      while (this.#sent < ((now - start) / 1_000) * EVENTS_PER_SECOND) {
        const { installation } = tenants[this.#sent % tenants.length]!;
        const channels = installation.workspace?.channels ?? [];
        const channel = channels[Math.floor(this.#sent / tenants.length) % channels.length];
        const text = `event ${this.#sent}`;
        const { number } = slack.send(installation, message({ text, ...(channel && { channel }) }));
        this.#good.add(number);
        this.#sent += 1;
      }
      if (now - accounted > ACCOUNT_EVERY_MS) {
        accounted = now;
        this.#take();
      }
      await sleep(systemClock, 1_000 / EVENTS_PER_SECOND);
    }
  }

  /** What is settled, and what the server has, goes to the account; both are forgotten, or a long run would fill memory. */
  #take(): void {
    const { slack, server } = this.world;
    const { store } = server.standIn;
    for (const entry of slack.ledger.entries) if (entry.state !== 'pending') this.#add(entry);
    slack.ledger.forgetSettled();
    slack.calls.forget();
    for (const { memo } of store.events.slice(this.#seen)) this.account.stored(memo['slack_event_id'] ?? '');
    store.events.splice(0, Math.max(0, store.events.length - KEPT_EVENTS));
    this.#seen = store.events.length;
    store.sessions.clear();
    store.requests.length = 0;
  }

  #add(entry: LedgerEntry): void {
    this.account.add(entry, this.#good.delete(entry.number));
  }
}
