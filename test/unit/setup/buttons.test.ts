import { describe, expect, it } from 'vitest';
import { PluginError } from '../../../src/core/errors.js';
import { APP_TOKEN, BOT_TOKEN, CONNECTION, createFakeSetup, GOOD, post } from './fakes.js';
import { BUILT_IN, OURS, open, press } from './page-requests.js';

describe('the buttons', () => {
  it('The save button leads back to the page and keeps the origin', async () => {
    const setup = createFakeSetup();
    const response = await press(setup, 'save', {
      bot_token: BOT_TOKEN,
      app_token: APP_TOKEN,
      origin: 'dash',
    });
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      `/slack/?cid=${CONNECTION}&origin=dash`,
    ]);
    expect(setup.changed).toEqual([CONNECTION]);
  });

  it('The check button asks Slack for a socket, and the save that follows does not ask again', async () => {
    const setup = createFakeSetup();
    const tokens = { bot_token: BOT_TOKEN, app_token: APP_TOKEN };
    const asked = (): number =>
      setup.slack.calls.filter(({ method }) => method === 'apps.connections.open').length;
    expect(await (await press(setup, 'check', tokens)).text()).toContain('Both tokens are right');
    expect([asked(), setup.autokitteh.writes.length]).toEqual([1, 0]);
    expect((await press(setup, 'save', tokens)).status).toBe(303);
    expect(asked()).toBe(1);
    expect((await press(setup, 'save', tokens)).status).toBe(303);
    expect(asked()).toBe(2);
    await press(setup, 'check', tokens);
    await setup.clock.advance(61_000);
    await press(setup, 'save', tokens);
    expect(asked()).toBe(4);
  });

  it('An empty field keeps the stored token', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.store(OURS);
    const rotated = 'xoxb-111-222-rotated';
    expect((await press(setup, 'save', { bot_token: rotated, app_token: '' })).status).toBe(303);
    expect(setup.autokitteh.stored.get('private_bot_token')?.value).toBe(rotated);
    expect(setup.autokitteh.stored.get('socket_mode_app_token')?.value).toBe(APP_TOKEN);
  });

  it('The adopt button copies the tokens and the finish button deletes the old ones', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.store({ ...BUILT_IN, install_ids: 'A/E/T' });
    expect((await press(setup, 'finish')).status).toBe(400);
    expect((await press(setup, 'adopt')).status).toBe(303);
    expect(setup.autokitteh.stored.get('socket_mode_app_token')).toEqual({
      name: 'socket_mode_app_token',
      value: APP_TOKEN,
      isSecret: true,
    });
    expect((await press(setup, 'adopt')).status).toBe(400);
    expect((await press(setup, 'finish')).status).toBe(303);
    expect([...setup.autokitteh.stored.keys()]).not.toContain('private_app_token');
    expect([...setup.autokitteh.stored.keys()]).toContain('install_ids');
  });

  it('The disconnect button deletes the variables that set-up stored and no others', async () => {
    const setup = createFakeSetup();
    await post(setup, GOOD);
    setup.autokitteh.store({ private_app_token: APP_TOKEN, somebody_elses: 'x' });
    const question = await press(setup, 'disconnect');
    expect([question.status, await question.text()]).toEqual([
      200,
      expect.stringContaining('Delete both tokens of <b>my_slack</b>?'),
    ]);
    expect(setup.autokitteh.writes).toHaveLength(1);
    expect((await press(setup, 'disconnect', { confirmed: 'yes' })).status).toBe(303);
    expect([...setup.autokitteh.stored.keys()]).toEqual(['somebody_elses']);
  });

  it('The choices of a person are stored and shown as they are stored', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.store(OURS);
    const boxes = async (): Promise<string[]> =>
      [
        ...(await open(setup)).text.matchAll(
          /name="(answer_\w+|update_message|own_events|order)" value="on" checked/g,
        ),
      ].map(([, name = '']) => name);
    expect(await boxes()).toEqual(['update_message', 'order']);
    const ticked = { answer_slash_command: 'on', answer_options: 'on' };
    expect((await press(setup, 'choose', ticked)).status).toBe(303);
    expect(setup.changed).toEqual([CONNECTION]);
    expect(setup.autokitteh.stored.get('socket_mode_answers')?.value).toBe('slash_command,options');
    expect(setup.autokitteh.stored.get('socket_mode_button_update')?.value).toBe('off');
    expect(await boxes()).toEqual(['answer_slash_command', 'answer_options']);
    expect(setup.autokitteh.stored.get('socket_mode_own_events')?.value).toBe('off');
    expect(setup.autokitteh.stored.get('socket_mode_order')?.value).toBe('off');
    await press(setup, 'choose', { update_message: 'on', own_events: 'on', order: 'on' });
    expect(setup.autokitteh.stored.get('socket_mode_own_events')?.value).toBe('on');
    expect(setup.autokitteh.stored.get('socket_mode_order')?.value).toBe('on');
    expect(await boxes()).toEqual(['update_message', 'own_events', 'order']);
    expect(setup.autokitteh.writes).toHaveLength(2);
  });

  it('A test message goes to a member or a channel with the stored token', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.store(OURS);
    const response = await press(setup, 'test_message', { recipient: ' U0123456789 ' });
    expect(response.status).toBe(200);
    expect(setup.slack.calls.filter(({ method }) => method.startsWith('chat.'))).toMatchObject([
      { method: 'chat.postMessage', token: BOT_TOKEN, args: { channel: 'U0123456789' } },
    ]);
    setup.slack.failures.set('chat.postMessage', { t: 'refused', error: 'not_in_channel' });
    const refused = await press(setup, 'test_message', { recipient: '#general' });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('invite it there first'),
    ]);
    expect((await press(setup, 'test_message', { recipient: 'no one' })).status).toBe(400);
  });

  it('A button does nothing for people without the right, from another site, or when it does not exist', async () => {
    for (const action of ['save', 'check', 'test_message', 'adopt', 'finish', 'disconnect', 'choose']) {
      const setup = createFakeSetup();
      setup.autokitteh.store(BUILT_IN);
      const form = { ...GOOD, action, recipient: 'U0123456789' };
      expect((await post(setup, form, { authorization: 'Bearer someone-elses' })).status, action).toBe(404);
      const forged = { cookie: 'ak_user_session=persons-token', 'sec-fetch-site': 'cross-site' };
      expect((await post(setup, form, forged)).status, action).toBe(403);
      expect([setup.autokitteh.writes, setup.slack.calls], action).toEqual([[], []]);
    }
    expect((await press(createFakeSetup(), 'constructor')).status).toBe(400);
  });

  it('The page stays, with the reason beside it, when the server refuses', async () => {
    const setup = createFakeSetup();
    const { autokitteh } = setup;
    const forCaller = autokitteh.forCaller.bind(autokitteh);
    autokitteh.forCaller = (by) => ({
      ...forCaller(by),
      setVariables: () => Promise.reject(new PluginError('forbidden', 'AutoKitteh says "unauthorized"')),
    });
    const response = await press(setup, 'save', { bot_token: BOT_TOKEN, app_token: APP_TOKEN });
    const text = await response.text();
    expect(response.status).toBe(403);
    expect(text).toContain('Nothing was stored.');
    expect(text).toContain('AutoKitteh does not let you do this');
    expect(text).not.toContain(APP_TOKEN);
  });
});
