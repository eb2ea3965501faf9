import { once } from 'node:events';
import { startProgram } from '../world/program.js';
import { MANY_APPS } from '../world/policies.js';

export interface IdleProgramOrder {
  readonly autokittehUrl: string;
  readonly signKey: string;
  readonly slackApiUrl: string;
  readonly measureMs: number;
}

export interface IdleProgramResult {
  /** Share of one core. */
  readonly cpu: number;
}

// The whole program in this process, which its parent tells when to measure, and ends.
if (process.send !== undefined) {
  process.once('disconnect', () => process.exit(0));
  const [{ measureMs, ...peers }] = (await once(process, 'message')) as [IdleProgramOrder];
  const program = await startProgram(peers, { GATEWAY_LISTEN: 'off' }, { sockets: MANY_APPS });
  await once(process, 'message');
  const start = process.cpuUsage();
  const since = performance.now();
  await new Promise((resolve) => setTimeout(resolve, measureMs));
  const used = process.cpuUsage(start);
  const cpu = (used.user + used.system) / 1_000 / (performance.now() - since);
  process.send({ cpu } satisfies IdleProgramResult);
  await program.stop();
  process.exit(0);
}
