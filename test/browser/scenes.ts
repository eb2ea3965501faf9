import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toEvent, type MappedEvent } from '../../src/events/mapping.js';
import type { LiveConnection } from '../../src/setup/ports.js';
import type { Person } from './person.js';
import type { Site } from './site.js';

/** A state of the page: how to get there. Accessibility is checked, and pictures are taken, of each. */
export interface Scene {
  readonly name: string;
  show(site: Site, person: Person): Promise<void>;
}

export const LIVE: LiveConnection = {
  status: { code: 'ok', message: '2 sockets are open' },
  active: true,
  sockets: { open: 2, wanted: 2, counted: 2 },
  lastEvent: { type: 'app_mention', at: Date.UTC(2026, 4, 4, 9, 41, 7) },
  delivered: 128,
  waiting: 0,
  dead: 0,
};

export const SCENES: readonly Scene[] = [
  {
    name: 'guide',
    async show(site, person) {
      await openGuide(site, person);
    },
  },
  {
    name: 'guide-unfolded',
    async show(site, person) {
      await openGuide(site, person);
      await person.page.evaluate(
        "document.querySelectorAll('.step > details, .aside').forEach((d) => (d.open = true))",
      );
    },
  },
  {
    name: 'manifest',
    async show(site, person) {
      const { page } = person;
      await openGuide(site, person);
      await page.getByText('Look at the manifest').click();
      await page.getByText('Change its name').click();
      await page.getByLabel('Name of the app').fill('A name that is much too long for an app of Slack');
      await page.getByRole('checkbox', { name: 'file_shared' }).check();
      await page.getByRole('checkbox', { name: 'users:read', exact: true }).uncheck();
      await page.getByText('file_shared needs the scope').waitFor();
    },
  },
  {
    name: 'app-changes',
    async show(site, person) {
      await openGuide(site, person);
      await openAppForm(site, person, site.slack.addApp('Acme helper').id);
      await person.page.getByText('would change:').waitFor();
    },
  },
  {
    name: 'app-created',
    async show(site, person) {
      await openGuide(site, person);
      await openAppForm(site, person);
      await person.page.getByRole('button', { name: 'Apply' }).click();
      await person.page.getByText('was created.').waitFor();
    },
  },
  {
    name: 'app-refused',
    async show(site, person) {
      await openGuide(site, person);
      await openAppForm(site, person, 'A0NOTHING00');
      await person.page.getByText('The app was not changed.').waitFor();
    },
  },
  {
    name: 'tokens-wrong',
    async show(site, person) {
      await openGuide(site, person);
      await person.page.getByLabel('Bot token', { exact: true }).fill('xoxp-1-2-3');
      await person.page.getByLabel('App-level token', { exact: true }).fill('xapp-1-A0');
    },
  },
  {
    name: 'tokens-swapped',
    async show(site, person) {
      await openGuide(site, person);
      await person.page.getByLabel('Bot token', { exact: true }).fill(site.appToken);
      await person.page.getByLabel('App-level token', { exact: true }).fill(site.installation.botToken);
      await person.page.getByRole('button', { name: 'Swap the two' }).waitFor();
    },
  },
  {
    name: 'checked',
    async show(site, person) {
      await openGuide(site, person);
      await typeTokens(site, person);
      await person.page.getByRole('button', { name: 'Check', exact: true }).click();
      await person.page.getByText('Both tokens are right').waitFor();
    },
  },
  {
    name: 'refused',
    async show(site, person) {
      await openGuide(site, person);
      const other = site.slack.addApp('Another app').createAppToken(['connections:write']);
      await typeTokens(site, person, { appToken: other });
      await person.page.getByRole('button', { name: 'Save Connection' }).click();
      await person.page.getByText('The tokens are not right yet').waitFor();
    },
  },
  {
    name: 'login-expired',
    async show(site, person) {
      await openGuide(site, person);
      await typeTokens(site, person);
      await person.page.context().clearCookies();
      await person.page.getByRole('button', { name: 'Save Connection' }).click();
      await person.page.getByText('what you typed is still here').waitFor();
    },
  },
  {
    name: 'login-needed',
    async show(site, person) {
      const id = await site.addConnection('my_slack');
      await person.page.context().clearCookies();
      await person.page.goto(`${site.url}/slack/?cid=${id}&origin=cli`);
    },
  },
  {
    name: 'waits-for-deployment',
    async show(site, person) {
      const status = { code: 'warning', message: 'The project has no active deployment' } as const;
      const sockets = { open: 0, wanted: 0, counted: 0 };
      const live = { ...LIVE, status, sockets, active: false, lastEvent: undefined, delivered: 0 };
      await connect(site, person, { live });
      await person.page.getByText('waits for a deployment').waitFor();
    },
  },
  {
    name: 'state-unknown',
    async show(site, person) {
      await connect(site, person);
      await person.page.getByText('2 sockets are open').waitFor();
      await person.page.context().clearCookies();
      await person.page.getByText('The current state is not known').waitFor();
    },
  },
  {
    name: 'disconnect',
    async show(site, person) {
      await connect(site, person);
      await person.page.getByText('Disconnect', { exact: true }).click();
      await person.page.getByRole('button', { name: 'Delete both tokens' }).click();
      await person.page.getByRole('heading', { name: 'Delete both tokens' }).waitFor();
    },
  },
  {
    name: 'connected',
    async show(site, person) {
      await connect(site, person);
      await person.page.getByText('2 sockets are open').waitFor();
    },
  },
  {
    name: 'events',
    async show(site, person) {
      await showEvents(site, person);
    },
  },
  {
    name: 'event-unfolded',
    async show(site, person) {
      await showEvents(site, person);
      await person.page.getByRole('link', { name: 'interaction' }).click();
      await person.page.getByRole('heading', { name: 'The data of interaction' }).waitFor();
      await person.page.getByText('empty, 0 or False').click();
    },
  },
  {
    name: 'events-not-shown',
    async show(site, person) {
      const id = await showEvents(site, person);
      const { page } = person;
      // One more than AutoKitteh has.
      await page.goto(`${site.url}/slack/?cid=${id}&origin=cli&event=evt_01hzzzzzzzzzzzzzzzzzzzzzzz#event`);
      await page.getByText('This connection has no such event').waitFor();
    },
  },
  {
    name: 'test-message',
    async show(site, person) {
      await connect(site, person);
      await person.page.getByLabel('Send yourself').fill('#no-such-channel');
      await person.page.getByRole('button', { name: 'Send' }).click();
      await person.page.getByText('channel_not_found').waitFor();
      await person.page.getByText('Where is my member ID?').click();
    },
  },
  {
    name: 'connected-unfolded',
    async show(site, person) {
      const trouble: LiveConnection = {
        ...LIVE,
        status: { code: 'error', message: 'Slack does not accept the app-level token: save a new one' },
        sockets: { open: 0, wanted: 2, counted: 3 },
        active: false,
        waiting: 4,
        dead: 1,
      };
      await connect(site, person, { live: trouble });
      await person.page.getByText('save a new one').waitFor();
      await person.page.evaluate("document.querySelectorAll('.aside').forEach((d) => (d.open = true))");
    },
  },
  {
    name: 'take-over',
    async show(site, person) {
      await openBuiltIn(site, person);
    },
  },
  {
    name: 'taken-over',
    async show(site, person) {
      const id = await openBuiltIn(site, person);
      site.live.set(id, {
        ...LIVE,
        status: { code: 'warning', message: 'The server’s own socket still receives a share of the events' },
        sockets: { open: 2, wanted: 2, counted: 3 },
      });
      await person.page.getByRole('button', { name: 'Open sockets here' }).click();
      await person.page.getByRole('heading', { name: 'One more step' }).waitFor();
    },
  },
  {
    name: 'question',
    async show(site, person) {
      const id = await openBuiltIn(site, person);
      const query = new URLSearchParams({ cid: id, origin: 'web', auth_type: 'oauthDefault' });
      const referer = 'https://app.autokitteh.example/';
      await person.page.goto(`${site.url}/slack/save?${query.toString()}`, { referer });
      await person.page.getByRole('button', { name: 'Go on to Slack' }).waitFor();
    },
  },
  {
    name: 'unavailable',
    async show(site, { page }) {
      await page.goto(`${site.url}/slack/?cid=con_00000000000000000000000000&origin=cli`);
    },
  },
  {
    name: 'no-connection',
    async show(site, person) {
      await person.page.goto(`${site.url}/slack/`);
      await person.page.locator('#editor:not([hidden])').waitFor({ state: 'attached' });
    },
  },
];

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
  await person.page.getByText('no trigger for this type').first().waitFor();
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
async function openAppForm(site: Site, { page }: Person, appId = ''): Promise<void> {
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
