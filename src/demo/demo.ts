import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorMessage } from '../core/errors.js';
import { freePorts } from './free-ports.js';
import { startLocalWorld } from './local-world.js';
import { servePage } from './page.js';
import { PluginProcess } from './plugin-process.js';
import { tour } from './tour.js';

/** What was asked for on the command line. */
export interface DemoOptions {
  /** Walks through by itself; the exit code of the process is 1 if an event was lost. */
  readonly tour: boolean;
  /** Prints the program's log during the tour too. */
  readonly verbose: boolean;
}

const say = (line: string): void => console.log(line);

/** Starts everything on this machine, and the page; or runs the tour. */
export async function runDemo({ tour: touring, verbose }: DemoOptions): Promise<void> {
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

  async function end(): Promise<void> {
    await integration.stop();
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await integration.start();
    if (touring) {
      process.exitCode = (await tour(world, integration, say)) === 0 ? 0 : 1;
      await end();
    } else {
      const page = await servePage(world, integration.gatewayUrl);
      say(`\nOpen ${page.url} in a browser. Ctrl-C ends the demo.\n`);
      process.once('SIGINT', () => {
        page.stop();
        void end().then(() => process.exit(0));
      });
    }
  } catch (error) {
    console.error(errorMessage(error));
    process.exitCode = 1;
    await end();
  }
}
