import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStandInUnderTest, type TestProject } from '../../../world/server.js';
import { startScriptedSlack, type ScriptedSlack } from '../../../../src/sim/slack/scripted-slack.js';
import { Status_Code } from '../../../../src/gen/autokitteh/common/v1/common_pb.js';

describe("the stand-in's built-in Slack integration", () => {
  let slack: ScriptedSlack;
  let server: Awaited<ReturnType<typeof startStandInUnderTest>>;
  let project: TestProject;
  let cid: string;

  beforeEach(async () => {
    slack = await startScriptedSlack();
    server = await startStandInUnderTest({ slackApiUrl: slack.apiUrl });
    project = await server.createProject(await server.createUser(), { connections: { sl: {} } });
    cid = project.connections['sl'] ?? '';
  });
  afterEach(async () => {
    await server.stop();
    await slack.stop();
  });

  const save = (bot_token: string, app_token: string): Promise<Response> =>
    fetch(`${server.url}/slack/save`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${project.owner.token}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        cid,
        origin: 'cli',
        auth_type: 'socketMode',
        bot_token,
        app_token,
      }).toString(),
    });
  const variables = async (): Promise<Record<string, string>> => {
    const { vars } = await server.system.vars.get({ scopeId: cid });
    return Object.fromEntries(vars.map(({ name, value, isSecret }) => [name, isSecret ? 'secret' : value]));
  };

  it("The stand-in's Slack integration saves what AutoKitteh saves, and tests the bot token", async () => {
    const app = slack.addApp();
    const installation = slack.install(app, slack.addWorkspace('Acme'));
    const saved = await save(installation.botToken, app.createAppToken());
    expect([saved.status, saved.headers.get('location')]).toEqual([302, `/connections/${cid}/success`]);
    expect(await variables()).toMatchObject({
      auth_type: 'socketMode',
      private_app_token: 'secret',
      private_bot_token: 'secret',
      team_name: 'Acme',
      app_id: app.id,
      install_ids: expect.stringMatching(new RegExp(`^${app.id}/.*/T`)) as string,
    });
    const { connections } = project.owner.clients;
    expect((await connections.test({ connectionId: cid })).status?.code).toBe(Status_Code.OK);
    slack.revoke(installation.botToken);
    expect((await connections.test({ connectionId: cid })).status).toMatchObject({
      code: Status_Code.ERROR,
      message: 'token_revoked',
    });
  });

  it("The stand-in's Slack integration stores the auth type although Slack refuses the rest", async () => {
    const app = slack.addApp();
    const installation = slack.install(app, slack.addWorkspace());
    const refused = await save(installation.botToken, 'xapp-1-A0-1-wrong');
    expect([refused.status, await refused.text()]).toEqual([
      400,
      'slack WebSocket connection opening failed\n',
    ]);
    expect(await variables()).toEqual({ auth_type: 'socketMode' });
  });
});
