import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorMessage } from '../core/errors.js';
import { STOP_SIGNALS } from '../core/process-end.js';
import { freePorts } from './free-ports.js';
import { startLocalWorld } from './local-world.js';
import { servePage } from './page.js';
import { PluginProcess } from './plugin-process.js';
import { tour } from './tour.js';

const say = (line: string): void => console.log(line);

/** What was asked for on the command line. */
export interface DemoOptions {
  /** Walks through by itself; the exit code is 1 if an event was lost. */
  readonly tour: boolean;
  /** So many programs share a journal in PostgreSQL; without it, one has a file. */
  readonly replicas?: number | undefined;
  /** Prints the program's log during the tour too. */
  readonly verbose: boolean;
}

/** Starts everything on this machine, and the page until a signal, or the tour. Resolves with the exit code. */
export async function runDemo({ tour: touring, verbose }: DemoOptions): Promise<number> {
  // With DEMO_SLACK_URL=http://<name>:<port> the program is told that Slack is there, to reach it through HTTP_PROXY.
  const slackUrl = process.env['DEMO_SLACK_URL'];
  const world = await startLocalWorld(slackUrl === undefined ? undefined : new URL(slackUrl));
  const folder = await mkdtemp(join(tmpdir(), 'ak-slack-demo-'));
  const [plugin, gateway] = await freePorts(2);
  const integration = new PluginProcess(
    {
      AUTOKITTEH_URL: world.server.url,
      AUTOKITTEH_SIGN_KEY: world.server.signKey,
      SLACK_API_URL: world.slack.apiUrl,
      // Else everything is on this machine, whatever proxy the shell has set.
      ...(slackUrl === undefined ? { NO_PROXY: '*', no_proxy: '*' } : {}),
      JOURNAL_URL: `sqlite:${join(folder, 'journal.sqlite')}`,
    },
    { plugin: plugin ?? 0, gateway: gateway ?? 0 },
    (line) => {
      if (!touring || verbose) say(`  | ${line}`);
    },
  );

  try {
    await integration.start();
    if (touring) return (await tour(world, integration, say)) === 0 ? 0 : 1;
    const page = await servePage(world, integration.gatewayUrl);
    say(`\nOpen ${page.url} in a browser. Ctrl-C ends the demo.\n`);
    await new Promise<void>((resolve) => {
      for (const signal of STOP_SIGNALS) process.once(signal, () => resolve());
    });
    page.stop();
    return 0;
  } catch (error) {
    console.error(errorMessage(error));
    return 1;
  } finally {
    await integration.stop();
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
