import type { Bench, Row } from './bench.js';
import { lookOfReplicas } from './look-replicas.js';
import { turnsOfLooks } from './look-turns.js';

const CONNECTIONS = 10_000;

/**
 * What the look at AutoKitteh's connections costs at 10,000 of them, or as many as the argument says, and at a tenth: its turns
 * of the event loop, and three replicas with all that they do.
 */
export const bench: Bench = {
  name: 'look',
  async run(size = CONNECTIONS, ended = () => undefined): Promise<readonly Row[]> {
    return [...(await turnsOfLooks(size, ended)), ...(await lookOfReplicas(size, ended))];
  },
};
