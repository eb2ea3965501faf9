import {
  connect,
  LIVE,
  openAppForm,
  openBuiltIn,
  openGuide,
  showEvents,
  typeTokens,
} from './connection-steps.js';
import type { LiveConnection } from '../../src/setup/ports.js';
import type { Person } from './person.js';
import type { Site } from './site.js';

/** A state of the page: how to get there. Accessibility is checked, and pictures are taken, of each. */
export interface Scene {
  readonly name: string;
  show(site: Site, person: Person): Promise<void>;
}

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
