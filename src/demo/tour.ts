import { sleep, systemClock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { reactionAdded } from '../sim/slack/frames/happenings.js';
import { blockAction } from '../sim/slack/frames/interactions.js';
import { appMention, message } from '../sim/slack/frames/messages.js';
import { slashCommand } from '../sim/slack/frames/slash-command.js';
import type { Frame } from '../sim/slack/frames/draft.js';
import type { LedgerEntry } from '../sim/slack/sending/ledger-entry.js';
import type { LocalWorld } from './local-world.js';
import type { PluginProcess } from './plugin-process.js';

const BURST = 500;
const DURING_CRASH = 200;
const DURING_OUTAGE = 100;

/** Walks through by itself, a line to a step. Resolves with how many events were lost. */
export async function tour(
  world: LocalWorld,
  plugin: PluginProcess,
  say: (line: string) => void,
): Promise<number> {
  const { slack, server, installation } = world;
  const send = (frame: Frame): LedgerEntry => slack.send(installation, frame);
  const sendMany = (count: number, about: string): void => {
    for (let number = 1; number <= count; number++) send(message({ text: `${about} ${number}` }));
  };

  await save(world, plugin.gatewayUrl);
  say('saved the connection through the gateway, as a browser would');
  const status = (): string => server.store.connections.get(world.connectionId)?.status.message ?? '';
  // The server puts a status of its own first; ours follows as soon as the sockets are open.
  await until(() => status().includes('sockets live'), 'two live sockets');
  say(`the status of the connection on the server: ${status()}`);

  const kinds: [string, Frame][] = [
    ['a message', message({ text: 'hello' })],
    ['a mention', appMention({ text: 'hello you' })],
    ['a reaction', reactionAdded()],
    ['a slash command', slashCommand({ text: 'status' })],
    ['a click on a button', blockAction()],
  ];
  for (const [what, frame] of kinds) {
    const before = server.store.sessions.size;
    send(frame);
    await until(() => server.store.sessions.size > before, `a session for ${what}`);
    say(`${what} started a session`);
  }

  const start = performance.now();
  sendMany(BURST, 'burst');
  await slack.ledger.allSettled(60_000);
  const late = slack.ledger.late().length;
  say(
    `${BURST} events at once: all acknowledged after ${Math.round(performance.now() - start)} ms, ${late} too late`,
  );
  await delivered(world);
  say('... and all of them reached the server');

  sendMany(DURING_CRASH / 2, 'before the crash');
  await plugin.crash();
  sendMany(DURING_CRASH / 2, 'during the crash');
  say('the integration was killed with events in flight; Slack went on sending');
  await plugin.start();
  await slack.ledger.allSettled(60_000);
  await delivered(world);
  say(
    'the integration was started again: the events in its journal, and those that Slack sent again, have reached the server',
  );

  await server.goDown();
  sendMany(DURING_OUTAGE, 'during the outage');
  await slack.ledger.allSettled(60_000);
  say(`the server was away: ${DURING_OUTAGE} events were acknowledged and wait in the journal`);
  await server.comeUp();
  await delivered(world);
  say('the server came back and received all of them');

  return count(world, say);
}

/** As AutoKitteh's own page does it: a form. */
export async function save(
  { connectionId, installation, appToken }: LocalWorld,
  gatewayUrl: string,
): Promise<void> {
  const form = { auth_type: 'socketMode', bot_token: installation.botToken, app_token: appToken };
  const response = await fetch(`${gatewayUrl}/slack/save?cid=${connectionId}&origin=cli`, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  });
  if (response.status !== 302) throw new PluginError('internal', `not saved: ${await response.text()}`);
}

/** Events that Slack was told yes to, by Slack's id of each; and how often the server has each. */
function arrivals({ slack, server }: LocalWorld): {
  acknowledged: ReadonlySet<string>;
  got: ReadonlyMap<string, number>;
} {
  const got = new Map<string, number>();
  for (const { memo } of server.store.events) {
    const id = memo['slack_event_id'] ?? '';
    if (id !== '') got.set(id, (got.get(id) ?? 0) + 1);
  }
  const events = slack.ledger.acknowledged().filter(({ kind }) => kind === 'events_api');
  return { acknowledged: new Set(events.map(({ key }) => key)), got };
}

/** Waits for as long as events arrive: how long all of them take depends on the machine. */
export async function delivered(world: LocalWorld): Promise<void> {
  for (let missing = missingIn(world); missing > 0;) {
    const before = missing;
    await until(
      () => (missing = missingIn(world)) < before,
      `the server to get ${before} acknowledged events, of which none has arrived lately`,
    );
  }
}

function missingIn(world: LocalWorld): number {
  const { acknowledged, got } = arrivals(world);
  return [...acknowledged].filter((id) => !got.has(id)).length;
}

export function count(
  world: LocalWorld,
  say: (line: string) => void,
  beside = 'a command and a click',
): number {
  const { acknowledged, got } = arrivals(world);
  const missing = missingIn(world);
  const givenUp = world.slack.ledger.lost().filter(({ kind }) => kind === 'events_api').length;
  const twice = [...got.values()].filter((times) => times > 1).length;
  const sent = world.slack.ledger.entries.filter(({ kind }) => kind === 'events_api').length;
  say(
    `events: ${sent} sent, ${acknowledged.size} acknowledged, of which the server has ${acknowledged.size - missing}; also ${beside}`,
  );
  say(
    `delivered twice: ${twice} (a dispatch that was in flight when the integration was killed may be repeated)`,
  );
  say(`lost: ${missing + givenUp}`);
  return missing + givenUp;
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 90_000;
  while (!condition()) {
    if (performance.now() > end) throw new PluginError('timeout', `timed out waiting for ${what}`);
    await sleep(systemClock, 20);
  }
}
