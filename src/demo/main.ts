import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { errorMessage } from '../core/errors.js';
import { freePorts } from './free-ports.js';
import { startLocalWorld } from './local-world.js';
import { servePage } from './page.js';
import { PluginProcess } from './plugin-process.js';
import { tour } from './tour.js';

// `npm run demo`: everything on this machine. `npm run demo -- --tour` walks through by itself; exit code 1 if an event was lost.
const { tour: touring, verbose } = askedFor(process.argv.slice(2));
const say = (line: string): void => console.log(line);

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

/** A word that is mistyped would start a demo that waits for somebody instead of the tour. */
function askedFor(args: string[]): { tour: boolean; verbose: boolean } {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ args, options: { tour: flag, verbose: flag } }).values;
  } catch (error) {
    console.error(`${errorMessage(error)}\nUsage: npm run demo -- [--tour [--verbose]]`);
    process.exit(2);
  }
}
