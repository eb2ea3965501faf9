import { APP_TOKEN, BOT_TOKEN, CONNECTION, PERSON, post, type FakeSetup } from './fakes.js';

export const ADDRESS = `/slack/?cid=${CONNECTION}&origin=cli`;
export const BUILT_IN = {
  auth_type: 'socketMode',
  private_app_token: APP_TOKEN,
  private_bot_token: BOT_TOKEN,
};
export const OURS = {
  auth_type: 'socketMode',
  socket_mode_app_token: APP_TOKEN,
  private_bot_token: BOT_TOKEN,
};

export async function open(
  { app }: FakeSetup,
  address = ADDRESS,
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await app.request(address, { headers: { authorization: PERSON } });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Presses a button of the page, as its form is sent without script. */
export function press(
  setup: FakeSetup,
  action: string,
  fields: Record<string, string> = {},
): Promise<Response> {
  return post(setup, { cid: CONNECTION, origin: 'cli', auth_type: 'socketMode', action, ...fields });
}
