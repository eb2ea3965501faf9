import { describe, expect, it } from 'vitest';
import { connect, eventOf, showEvents } from './connection-steps.js';
import { createPerson } from './person.js';
import { setStage } from './stage.js';

const stage = setStage();

describe('The events of a connection', () => {
  it('The events of a connection are listed as they come, and the focus stays where it is', async () => {
    const { site, person } = stage;
    const id = await connect(site, person, {
      triggers: [{ name: 'on_mention', eventType: 'app_mention', call: 'on_event' }],
    });
    await site.deploy(id);
    const { page } = person;
    await page.getByText('No event has come yet.').waitFor();
    await site.arrive(id, eventOf('reaction_added'));
    const reaction = page.getByRole('link', { name: 'reaction_added' });
    await reaction.waitFor();
    await page.getByText('No trigger of the connection takes events of the type reaction_added.').waitFor();
    await reaction.focus();
    await site.arrive(id, eventOf('app_mention'));
    await page.getByText('on_mention started a session: completed').waitFor();
    expect(await page.getByText('No event has come yet.').isVisible()).toBe(false);
    expect(
      await reaction.evaluate('document.activeElement === document.querySelectorAll("[data-part=link]")[1]'),
    ).toBe(true);
    const [first, second] = await page.locator('#events [data-event]').all();
    expect(await first?.textContent()).toContain('app_mention');
    expect(await second?.textContent()).toContain('reaction_added');
  });

  it('The events of a connection unfold to data whose paths and filters can be copied, with the keyboard alone', async () => {
    const { site, person } = stage;
    await showEvents(site, person);
    const { page } = person;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const clipboard = (): Promise<unknown> => page.evaluate('navigator.clipboard.readText()');
    await page.getByRole('button', { name: 'Copy command' }).first().press('Enter');
    await page.getByText('Copied').first().waitFor();
    expect(await clipboard()).toMatch(/^ak session log ses_\w{26}$/);
    await page.getByRole('link', { name: 'interaction' }).press('Enter');
    await page.getByRole('heading', { name: 'The data of interaction' }).waitFor();
    await page.getByRole('button', { name: 'Copy filter of event.data.type', exact: true }).press('Enter');
    await page.getByText('Copied').first().waitFor();
    expect(await clipboard()).toBe('data.type == "block_actions"');
    await page.getByRole('button', { name: 'Copy path of event.data.user.id', exact: true }).press('Enter');
    await expect.poll(clipboard).toBe('event.data.user.id');
    const shown = (await page.locator('#event').textContent()) ?? '';
    expect(shown).toMatch(/event\.data\.response_url\s+present/);
    expect(shown).not.toContain('hooks.slack');
    await page.getByRole('link', { name: 'Close' }).press('Enter');
    await page.locator('#event').waitFor({ state: 'detached' });
  });

  it('The events of a connection and the data of one are shown without a script', async () => {
    const { site, browser } = stage;
    const id = await showEvents(site, stage.person);
    await stage.person.close();
    const person = await createPerson(browser, site, { javaScriptEnabled: false });
    stage.person = person;
    await person.open(id);
    const { page } = person;
    await page
      .getByText(/2 triggers take events of the type \w+, but no filter was true of this event/)
      .waitFor();
    await page.getByText('the active deployment is newer than this event').waitFor();
    await page.getByText('on_broken started a session: error').waitFor();
    await page.getByText('The trigger on_file waits for file_shared').waitFor();
    await page.getByText('Write event_type: interaction with filter: data.type == "block_actions"').waitFor();
    await page.getByRole('link', { name: 'slash_command' }).press('Enter');
    await page.getByText('event.data.command').first().waitFor();
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
  });

  it('The events of a connection stay as they were while AutoKitteh is slow or away, and the page names it', async () => {
    const { site, person } = stage;
    await showEvents(site, person);
    await site.server.goDown();
    await person.page.getByText('The current state is not known: AutoKitteh does not respond').waitFor();
    expect(await person.page.getByText('on_mention started a session').isVisible()).toBe(true);
    await site.server.comeUp();
    await person.page.getByText('2 sockets are open').waitFor();
  });
});
