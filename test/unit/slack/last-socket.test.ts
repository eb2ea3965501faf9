import { expect, it } from 'vitest';

import { seededRandom, type Random } from '../../../src/core/random.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import type { FakeTransport } from './fake-transports.js';
import { APP, PoolRig, TOKEN } from './pool-rig.js';

const RUNS = 100;
const STEPS = 40;
const REASONS = ['warning', 'refresh_requested', 'too_many_websockets', 'link_disabled', 'unheard_of', ''];
/** Replacements have little room, so that Slack and the pool itself are often out of it. */
const POLICY = { ...DEFAULT_POLICY, pool: { ...DEFAULT_POLICY.pool, budget: 4, headroom: 1 } };

/** Slack as it pleases: what it does to connections is drawn at random. */
class Whims {
  readonly #greeted = new Set<FakeTransport>();
  /** Sentences about sockets that we closed, and that were the last ones of the app. */
  readonly lapses: string[] = [];
  #tokens = 1;
  #envelopes = 0;

  constructor(
    private readonly rig: PoolRig,
    private readonly random: Random,
  ) {
    rig.transports.onOpened = (transport) => this.#answer(transport);
    rig.onEnvelope = (envelope) => {
      // Some are never acknowledged.
      if (random() < 0.3) void envelope.acknowledge();
    };
  }

  /** Something happens, and time goes by. */
  async step(): Promise<void> {
    const transport = this.#one(this.#serving());
    for (const each of this.#serving()) if (this.random() < 0.5) each.envelope(`e${++this.#envelopes}`);
    const whim = Math.floor(this.random() * 6);
    if (whim === 0) transport?.disconnect(this.#reason());
    if (whim === 1) for (const each of this.#serving()) each.disconnect(this.#reason());
    if (whim === 2) transport?.end(1001);
    if (whim === 3) this.rig.pool.wake();
    if (whim === 5)
      this.rig.pool.setTokens([{ token: `xapp-1-A1-1-${++this.#tokens}`, setAt: this.#tokens }]);
    // Mostly less than Slack waits for an acknowledgement.
    await this.rig.advance(this.random() * (this.random() < 0.8 ? 1_000 : 30_000));
  }

  #answer(transport: FakeTransport): void {
    this.#watch(transport);
    const whim = Math.floor(this.random() * 8);
    if (whim === 0) return;
    if (whim === 1)
      transport.fail({ t: 'unreachable', message: 'Slack cannot be reached: down', answered: false });
    else if (whim === 2) {
      transport.url();
      transport.open();
      transport.disconnect(this.#reason());
    } else {
      this.#greeted.add(transport);
      transport.greet(APP, this.rig.transports.alive.length, 120 + this.random() * 600);
      if (whim === 3) transport.disconnect(this.#reason());
    }
  }

  /** Sees us say goodbye on it while Slack has no other socket of ours. */
  #watch(transport: FakeTransport): void {
    const close = transport.close.bind(transport);
    transport.close = () => {
      if (this.#serves(transport) && this.#serving().length === 1)
        this.lapses.push(`${this.rig.clock.now()}: the last one, of ${this.rig.transports.opened}`);
      close();
    };
  }

  #serves(transport: FakeTransport): boolean {
    return this.#greeted.has(transport) && !transport.ended && !transport.closing;
  }

  #serving(): FakeTransport[] {
    return this.rig.transports.all.filter((transport) => this.#serves(transport));
  }

  #reason(): string {
    return this.#one(REASONS) ?? '';
  }

  #one<Item>(list: readonly Item[]): Item | undefined {
    return list[Math.floor(this.random() * list.length)];
  }
}

it('A pool never closes the last socket of its app before another is greeted, whatever Slack does', async () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const rig = new PoolRig(POLICY, seed);
    const whims = new Whims(rig, seededRandom(seed));
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    for (let n = 0; n < STEPS; n++) await whims.step();
    const lapses = [...whims.lapses];
    await rig.stop();
    expect(lapses, `seed ${seed}`).toEqual([]);
  }
});
