import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toEvent, type MappedEvent } from '../../src/events/mapping.js';
import type { LiveConnection } from '../../src/setup/ports.js';
import type { Person } from './person.js';
import type { Site } from './site.js';

export const LIVE: LiveConnection = {
  status: { code: 'ok', message: '2 sockets are open' },
  active: true,
  sockets: { open: 2, wanted: 2, counted: 2 },
  lastEvent: { type: 'app_mention', at: Date.UTC(2026, 4, 4, 9, 41, 7) },
  delivered: 128,
  waiting: 0,
  dead: 0,
};

/** Triggers that take events, that wait for something else, and that the Slack app cannot serve. */
const TRIGGERS: Parameters<Site['addConnection']>[1] = [
  { name: 'on_mention', eventType: 'app_mention', call: 'on_event' },
  { name: 'on_approval', eventType: 'interaction', filter: 'data.type == "block_actions"', call: 'on_event' },
  { name: 'on_broken', eventType: 'app_mention', call: 'on_other_event' },
  { name: 'on_help', eventType: 'message', filter: 'data.text.startsWith("help")', call: 'on_event' },
  { name: 'on_deploy', eventType: 'message', filter: 'data.text == "deploy"', call: 'on_event' },
  { name: 'on_file', eventType: 'file_shared', call: 'on_event' },
  { name: 'on_click', eventType: 'block_actions', call: 'on_event' },
];

/** An event as this program sends it for a frame of Slack's. */
export function eventOf(file: string): MappedEvent {
  const text = readFileSync(join(import.meta.dirname, `../data/payloads/${file}.json`), 'utf8');
  return toEvent(text, { appId: 'A07SYNTH01', key: file });
}

/** Shows the page of a connection to which events of several kinds came; gives its id. */
export async function showEvents(site: Site, person: Person): Promise<string> {
  site.server.emulate('main.star:on_other_event', () => {
    throw new Error('no such channel');
  });
  const id = await connect(site, person, { triggers: TRIGGERS });
  await site.arrive(id, eventOf('message.channels'), 70);
  await site.deploy(id, 60);
  const files = [
    'message.im',
    'app_mention',
    'reaction_added',
    'slash_command',
    'interactive.block_actions.message',
  ];
  for (const [index, file] of files.entries()) await site.arrive(id, eventOf(file), 50 - 9 * index);
  await person.page.reload();
  await person.page.getByText('No trigger of the connection takes').first().waitFor();
  return id;
}

/** Opens the guide of a new connection and gives its id. */
export async function openGuide(
  site: Site,
  person: Person,
  origin = 'cli',
  triggers: Parameters<Site['addConnection']>[1] = [],
): Promise<string> {
  const id = await site.addConnection('my_slack', triggers);
  await person.open(id, origin);
  await person.page.locator('#editor:not([hidden])').waitFor({ state: 'attached' });
  return id;
}

/** Unfolds the form that creates and changes the Slack app, and asks for the changes. */
export async function openAppForm(site: Site, { page }: Person, appId = ''): Promise<void> {
  await page.locator('#by-token summary').click();
  await page.getByLabel('App ID').fill(appId);
  const token = site.slack.createConfigToken(site.slack.addWorkspace('Acme'));
  await page.getByLabel('App configuration token').fill(token);
  await page.getByRole('button', { name: 'Show changes' }).click();
}

export async function typeTokens(
  site: Site,
  { page }: Person,
  tokens: { botToken?: string; appToken?: string } = {},
): Promise<void> {
  await page.getByLabel('Bot token', { exact: true }).fill(tokens.botToken ?? site.installation.botToken);
  await page.getByLabel('App-level token', { exact: true }).fill(tokens.appToken ?? site.appToken);
}

/** Goes from a new connection to a connected one as a person does; gives its id. */
export async function connect(
  site: Site,
  person: Person,
  {
    origin = 'cli',
    live = LIVE,
    triggers = [],
  }: { origin?: string; live?: LiveConnection; triggers?: Parameters<Site['addConnection']>[1] } = {},
): Promise<string> {
  const id = await openGuide(site, person, origin, triggers);
  site.live.set(id, live);
  await typeTokens(site, person);
  await person.page.getByRole('button', { name: 'Save Connection' }).click();
  await person.page.getByRole('heading', { name: 'Right now' }).waitFor();
  return id;
}

/** Opens the page of a connection that the built-in integration set up; gives its id. */
export async function openBuiltIn(site: Site, person: Person): Promise<string> {
  const id = await site.addConnection('my_slack');
  await site.store(id, {
    auth_type: 'socketMode',
    private_app_token: site.appToken,
    private_bot_token: site.installation.botToken,
    team_name: 'Acme',
    user_name: 'autokitteh',
  });
  await person.open(id);
  return id;
}
