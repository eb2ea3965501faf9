import { describe, expect, it } from 'vitest';
import { setupStateOf } from '../../../src/connections/variables.js';
import { appTokenProblem, botTokenProblem } from '../../../src/browser/token-shape.js';

const APP = 'xapp-1-A111-1-abc';
const BOT = 'xoxb-1-2-abc';

function state(variables: Record<string, string>) {
  return setupStateOf(new Map(Object.entries(variables)));
}

describe('setupStateOf', () => {
  it.each([
    ['socketMode', '2026-01-02T03:04:05Z'],
    ['socket', '2026-01-02T03:04:05Z'],
    ['socketMode', '2026-01-02T03:04:05.678Z'],
  ])('Both tokens are taken under the spelling %s, saved at %s', (auth_type, saved) => {
    const variables = {
      auth_type,
      socket_mode_app_token: APP,
      private_bot_token: BOT,
      socket_mode_saved_at: saved,
    };
    expect(state(variables)).toEqual({
      t: 'complete',
      appId: 'A111',
      appToken: APP,
      botToken: BOT,
      savedAt: Date.parse(saved),
      adopting: false,
    });
  });

  it('Tokens are taken without an auth type when a manifest or ak var set set them', () => {
    expect(state({ socket_mode_app_token: APP, private_bot_token: ` ${BOT}\n` })).toMatchObject({
      t: 'complete',
      botToken: BOT,
    });
  });

  it('The set-up state names what is missing or malformed', () => {
    expect(state({ socket_mode_app_token: APP })).toEqual({
      t: 'incomplete',
      problems: ['private_bot_token is missing.'],
    });
    expect(state({ socket_mode_app_token: BOT, private_bot_token: APP })).toEqual({
      t: 'incomplete',
      problems: [
        'socket_mode_app_token: This is the bot token. The app-level token starts with xapp- and is under “Basic Information”.',
        'private_bot_token: This is the app-level token. The bot token starts with xoxb- and is under “Install App”.',
      ],
    });
  });

  it.each([
    ['socket_mode_app_token', APP.slice(0, APP.lastIndexOf('-'))],
    ['socket_mode_app_token', `${APP} `.repeat(2)],
    ['private_bot_token', 'xoxb-'],
    ['private_bot_token', `${BOT}\n${BOT}`],
    ['private_bot_token', 'xoxp-1-2-3'],
    ['private_bot_token', 'xoxe.xoxb-1-abc'],
  ])('The set-up state judges a token in a variable by the rule of the page: %s = %j', (name, token) => {
    const judge = name === 'private_bot_token' ? botTokenProblem : appTokenProblem;
    expect(judge(token)).not.toBe('');
    expect(state({ socket_mode_app_token: APP, private_bot_token: BOT, [name]: token })).toEqual({
      t: 'incomplete',
      problems: [`${name}: ${judge(token)}`],
    });
  });

  it.each(['"', "'", '`', ' '])('A token in a variable counts without the %s around it', (around) => {
    const variables = {
      socket_mode_app_token: `${around}${APP}${around}`,
      private_bot_token: `${around}${BOT}${around}`,
    };
    expect(state(variables)).toMatchObject({ t: 'complete', appToken: APP, botToken: BOT });
  });

  it("The set-up state tells the built-in's connections and those being adopted", () => {
    const builtIn = { auth_type: 'socketMode', private_app_token: APP, private_bot_token: BOT };
    expect(state(builtIn)).toEqual({ t: 'built_in' });
    expect(state({ ...builtIn, socket_mode_app_token: APP })).toMatchObject({
      t: 'complete',
      adopting: true,
    });
  });

  it("The set-up state leaves the server's other ways of connecting alone", () => {
    expect(state({ auth_type: 'oauthDefault', oauth_access_token: BOT })).toEqual({
      t: 'other',
      authType: 'oauthDefault',
    });
    expect(state({ auth_type: 'socketMode' })).toEqual({ t: 'new' });
    expect(state({})).toEqual({ t: 'new' });
  });
});
