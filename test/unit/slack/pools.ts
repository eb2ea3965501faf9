import { afterEach, expect } from 'vitest';
import { PoolRig } from './pool-rig.js';

const rigs: PoolRig[] = [];

/** A pool whose sockets are live; stopped after the test. */
export async function live(...args: Parameters<typeof PoolRig.live>): Promise<PoolRig> {
  const rig = await PoolRig.live(...args);
  rigs.push(rig);
  return rig;
}

/** A pool without a token; stopped after the test. */
export function idle(...args: ConstructorParameters<typeof PoolRig>): PoolRig {
  const rig = new PoolRig(...args);
  rigs.push(rig);
  return rig;
}

// Whatever a test did to it, a stopped pool leaves no connection and no timer.
afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    await rig.stop();
    expect(rig.transports.alive).toHaveLength(0);
    expect(rig.clock.pendingTimers).toBe(0);
  }
});
