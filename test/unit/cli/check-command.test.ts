import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startConnectProxy } from '../../helpers/connect-proxy.js';
import { addInstallation } from '../../world/connections.js';
import { startWorld } from '../../world/world.js';
import { environmentOf, useUser } from './run-words.js';

const { folder, run } = useUser();

describe('The command check', () => {
  it('The command check asks Slack through the proxy, and does not look for its host itself', async () => {
    const proxy = await startConnectProxy({ credentials: 'corp:secret' });
    proxy.answerWith(502);
    const environment = { SLACK_API_URL: 'https://slack.invalid/api/', https_proxy: proxy.url };
    const tokens = `xoxb-1111111111111-2222222222222-${'b'.repeat(24)}\nxapp-1-A0CASE00001-1234567890123-${'a'.repeat(64)}\n`;
    const { code, out } = await run(['check'], environment, tokens);
    await proxy.vanish();
    expect(code).toBe(1);
    expect(new Set(proxy.asked)).toEqual(new Set(['slack.invalid:443']));
    expect(out).toContain(`the proxy ${proxy.name} refused to connect to slack.invalid:443 (HTTP 502)`);
    expect(out).not.toContain('secret');
  });

  it('The command check asks Slack about tokens from standard input or a file, and stores nothing', async () => {
    const world = await startWorld();
    const { installation, appToken } = addInstallation(world);
    const other = addInstallation(world);
    const environment = environmentOf(world);
    const good = `${appToken}\n${installation.botToken}\n`;
    const piped = await run(['check'], environment, good);
    expect(piped).toMatchObject({ code: 0, error: '' });
    expect(piped.out).toMatch(/^ok {4}Slack knows the bot as @autokitteh in Synthetic\.$/m);
    expect(piped.out).toMatch(/^ok {4}Slack accepts the token for opening sockets\.$/m);
    const path = await folder.file(
      'tokens',
      `app_token = "${appToken}"\nbot_token: ${installation.botToken}`,
    );
    expect(await run(['check', '--tokens-file', path], environment)).toEqual(piped);

    const bad: [input: string, says: RegExp][] = [
      ['', /^FAIL/m],
      [`xoxb-1-2-abc\n${appToken}`, /FAIL {2}Slack says invalid_auth/],
      [`${installation.botToken}\nxapp-1-A1-1-abc`, /FAIL/],
      [
        `${other.installation.botToken}\n${appToken}`,
        /FAIL {2}The bot token belongs to the app .* Copy both from the same/,
      ],
      [`${installation.botToken}\n${installation.botToken}`, /FAIL/],
    ];
    for (const [input, says] of bad) {
      const { code, out } = await run(['check'], environment, input);
      expect([code, out]).toEqual([1, expect.stringMatching(says)]);
      expect(out).not.toContain(installation.botToken);
      expect(out).not.toContain(appToken);
    }
    expect(await run(['check', '--tokens-file', join(folder.path, 'none')], environment)).toMatchObject({
      code: 1,
      error: expect.stringMatching(/none cannot be read: ENOENT/) as string,
    });
    expect(world.standIn.store.vars.size).toBe(0);
  });
});

describe('The tokens that commands read', () => {
  it.each([
    ['', /^FAIL {2}The bot token is missing[^]*^FAIL {2}The app-level token is missing/m],
    ['xapp-1-A1-1-abc', /^FAIL {2}The bot token is missing\. It starts with xoxb-\.$/m],
    ['xoxb-1-2-abc\n\n', /^FAIL {2}The app-level token is missing\. It starts with xapp-\.$/m],
    ['xapp-1-A1-1-abc\nxoxp-1-2-abc', /^FAIL {2}This is a user token \(xoxp-\)\. Copy the “Bot/m],
    ['\nxoxb-1-2-abc\nxoxp-1-2-abc', /^FAIL {2}This is a user token \(xoxp-\)\. The app-level token/m],
    ['xapp-1-abc', /^FAIL {2}The bot token is missing[^]*^FAIL {2}The app-level token looks cut off/m],
    ['xoxb-1-2-abc\nxoxb-1-2-def', /^FAIL {2}This is the bot token\. The app-level token starts/m],
  ])('Tokens are told apart by their first characters: %j', async (input, says) => {
    const { code, out } = await run(['check'], {}, input);
    expect([code, out]).toEqual([1, expect.stringMatching(says)]);
  });

  it('Tokens are asked for only on a terminal, one after the other, in either order', async () => {
    const asked = await run(['check'], {}, 'xapp-1-A1-1-abc\nxoxp-1-2-abc', true);
    expect(asked.error).toMatch(/^Bot token \(xoxb-….*not shown.*\): \nApp-level token \(xapp-…\): $/);
    expect(asked.out).toMatch(/^FAIL {2}This is a user token \(xoxp-\)\. Copy the “Bot/m);
    const givenUp = await run(['check'], {}, 'xoxb-1-2-abc', true);
    expect(givenUp).toMatchObject({ code: 1, out: '' });
    expect(givenUp.error).toMatch(/cancelled; nothing was stored$/);
    const path = await folder.file('tokens', '');
    expect((await run(['check', '--tokens-file', path], {}, '', true)).error).toBe('');
    expect((await run(['check'], {}, '')).error).toBe('');
  });
});
