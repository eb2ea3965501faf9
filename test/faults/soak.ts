import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, systemClock } from '../../src/core/clock.js';
import { seededRandom } from '../../src/core/random.js';
import { freePorts } from '../../src/demo/free-ports.js';
import { PluginProcess } from '../../src/demo/plugin-process.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import { startSoakWorld, type SoakWorld } from './soak-world.js';

// `npx tsx test/faults/soak.ts [minutes]`: the program in a process of its own, events all the time, and every few
// seconds Slack replaces a socket. Exit code 1 if its memory grew, or an event was lost.
const minutes = Number(process.argv[2] ?? 30);
const APPS = 40;
const REFRESH_EVERY_MS = 3_000;
const EVENTS_PER_SECOND = 20;
const SAMPLE_EVERY_MS = 5_000;
const random = seededRandom(1);

const folder = await mkdtemp(join(tmpdir(), 'soak-'));
const world = await startSoakWorld(APPS);
const [pluginPort = 0, gatewayPort = 0] = await freePorts(2);
const plugin = new PluginProcess(
  {
    AUTOKITTEH_URL: world.server.url,
    AUTOKITTEH_SIGN_KEY: world.server.standIn.signKey,
    SLACK_API_URL: world.slack.apiUrl,
    JOURNAL_URL: `sqlite:${join(folder, 'journal.sqlite')}`,
    LOG_LEVEL: 'warn',
  },
  { plugin: pluginPort, gateway: gatewayPort },
  (line) => console.log(`  | ${line}`),
);
await plugin.start();
await world.allLive();
console.log(
  `${APPS} apps, a refresh every ${REFRESH_EVERY_MS / 1000} s, ${EVENTS_PER_SECOND} events/s, ${minutes} minutes`,
);

const samples: number[] = [];
const totals = { sent: 0, refreshes: 0, unrouted: 0, lost: 0, acknowledged: 0 };
const end = performance.now() + minutes * 60_000;
let nextRefresh = performance.now() + REFRESH_EVERY_MS;
let nextSample = performance.now() + SAMPLE_EVERY_MS;
while (performance.now() < end) {
  world.slack.send(pick(world.installations), message({ text: `event ${totals.sent}` }));
  totals.sent += 1;
  if (performance.now() > nextRefresh) {
    nextRefresh += REFRESH_EVERY_MS;
    refresh(world);
  }
  if (performance.now() > nextSample) {
    nextSample += SAMPLE_EVERY_MS;
    samples.push(await residentMiB(plugin.pid));
    account(world);
  }
  await sleep(systemClock, 1_000 / EVENTS_PER_SECOND);
}
await world.slack.ledger.allSettled(60_000);
account(world);
await plugin.stop();
await world.stop();
await rm(folder, { recursive: true, force: true });

const quarter = Math.floor(samples.length / 4);
const second = median(samples.slice(quarter, 2 * quarter));
const last = median(samples.slice(3 * quarter));
const ratio = last / second;
console.log(JSON.stringify(totals));
console.log(
  `resident memory, medians: second quarter ${second.toFixed(1)} MiB, last quarter ${last.toFixed(1)} MiB, ratio ${ratio.toFixed(3)} (must be <= 1.05)`,
);
process.exit(ratio <= 1.05 && totals.lost === 0 ? 0 : 1);

function refresh({ slack, installations }: SoakWorld): void {
  const sockets = slack.sockets(installations[totals.refreshes % installations.length]?.app);
  const socket = sockets.length === 0 ? undefined : pick(sockets);
  totals.refreshes += 1;
  if (random() < 0.5) socket?.warn();
  else socket?.refresh();
}

function account({ slack: { ledger }, server }: SoakWorld): void {
  totals.acknowledged += ledger.acknowledged().length;
  totals.unrouted += ledger.unrouted().filter(({ state }) => state !== 'pending').length;
  totals.lost += ledger.lost().length;
  ledger.forgetSettled();
  // What the stand-in keeps would otherwise slow it down over half an hour.
  const { store } = server.standIn;
  store.events.length = 0;
  store.sessions.clear();
  store.requests.length = 0;
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

function pick<Item>(items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
