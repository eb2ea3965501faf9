import { randomBytes } from 'node:crypto';
import { errorMessage } from '../core/errors.js';
import { Releasers } from '../core/lifecycle.js';
import { STOP_SIGNALS } from '../core/process-end.js';
import { startPostgres } from '../sim/postgres/postgres-server.js';
import type { DemoOptions } from './demo.js';
import { freePorts } from './free-ports.js';
import { startLoadBalancer } from './load-balancer.js';
import { startLocalWorld } from './local-world.js';
import { servePage } from './page.js';
import { PluginProcess } from './plugin-process.js';
import { tourOfReplicas } from './replicas-tour.js';

const say = (line: string): void => console.log(line);

/**
 * Starts PostgreSQL, so many programs that share a journal in it, and a load balancer in front of them; then the page until a
 * signal, or the tour. Resolves with the exit code.
 */
export async function runReplicasDemo(
  count: number,
  { tour: touring, verbose }: Pick<DemoOptions, 'tour' | 'verbose'>,
): Promise<number> {
  const releasers = new Releasers();
  try {
    const world = await startLocalWorld();
    releasers.push('Slack and AutoKitteh', () => world.stop());
    const postgres = await startPostgres();
    releasers.push('PostgreSQL', () => postgres.dispose());
    say(`started PostgreSQL at ${postgres.url.replace(/\/\/.*@/, '//')}`);
    const ports = await freePorts(2 * count);
    const gateways = ports.slice(0, count);
    const balancer = await startLoadBalancer(gateways);
    releasers.push('the load balancer', () => balancer.stop());
    const shared = {
      AUTOKITTEH_URL: world.server.url,
      AUTOKITTEH_SIGN_KEY: world.server.signKey,
      SLACK_API_URL: world.slack.apiUrl,
      JOURNAL_URL: postgres.url,
      GATEWAY_PUBLIC_URL: balancer.url,
      PLUGIN_TOKEN: randomBytes(32).toString('base64url'),
      OPS_TOKEN: randomBytes(32).toString('base64url'),
      // Everything is on this machine, whatever proxy the shell has set.
      ...{ NO_PROXY: '*', no_proxy: '*' },
    };
    const replicas = new Map(
      gateways.map((gateway, at) => {
        const name = `replica-${at + 1}`;
        const program = new PluginProcess(
          { ...shared, REPLICA_NAME: name },
          { plugin: ports[count + at] ?? 0, gateway },
          (line) => {
            if (!touring || verbose) say(`  ${name} | ${line}`);
          },
        );
        return [name, program];
      }),
    );
    releasers.push('the replicas', async () => {
      await Promise.all([...replicas.values()].map((replica) => replica.stop()));
    });
    // One after the other: together they would keep each other waiting.
    for (const [name, replica] of replicas) {
      await replica.start();
      say(`started ${name}`);
    }
    say(`all ${count} replicas are behind the load balancer at ${balancer.url}`);
    if (touring)
      return (await tourOfReplicas(world, { replicas, postgres, url: balancer.url }, say)) === 0 ? 0 : 1;
    const page = await servePage(world, balancer.url);
    releasers.push('the page', () => {
      page.stop();
      return Promise.resolve();
    });
    say(`\nOpen ${page.url} in a browser. Ctrl-C ends the demo.\n`);
    await new Promise<void>((resolve) => {
      for (const signal of STOP_SIGNALS) process.once(signal, () => resolve());
    });
    return 0;
  } catch (error) {
    console.error(errorMessage(error));
    return 1;
  } finally {
    await releasers.releaseAll();
  }
}
