import type { Server } from 'node:http';
import type { Clock, Timer } from '../core/clock.js';
import type { Connections } from './connections.js';

const IDLE_SWEEP_MS = 20;

/**
 * Stops a server that listens: it takes no more connections, what is under way may end within `graceMs` milliseconds, and
 * what is left then is cut off. Resolves when the last connection is closed.
 */
export async function stopGracefully(
  server: Server,
  connections: Connections,
  clock: Clock,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const cutOff = clock.setTimer(graceMs, () => connections.destroyAll());
  // Closing spares connections that are in use; once their answer is out nobody else would close them.
  let sweep: Timer | undefined;
  const sweepIdle = (): void => {
    server.closeIdleConnections();
    sweep = clock.setTimer(IDLE_SWEEP_MS, sweepIdle);
  };
  sweepIdle();
  await closed;
  sweep?.cancel();
  cutOff.cancel();
}
