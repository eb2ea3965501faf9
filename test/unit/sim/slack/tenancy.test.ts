import { describe, expect, it } from 'vitest';
import { shortcut, viewSubmission } from '../../../../src/sim/slack/frames/interactions.js';
import { message } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import { Client } from './client.js';
import { stage } from './setup.js';

describe('Enterprise Grid', () => {
  it('Events of a Grid workspace name the organization', async () => {
    const { slack, app } = await stage();
    const organization = slack.addOrganization('Big');
    const workspace = slack.addWorkspace('Branch', organization);
    const installation = slack.install(app, workspace);
    const { payload, installation: id } = slack.send(installation, message());
    expect(payload).toMatchObject({
      team_id: workspace.id,
      enterprise_id: organization.id,
      context_enterprise_id: organization.id,
      authorizations: [
        { enterprise_id: organization.id, team_id: workspace.id, is_enterprise_install: false },
      ],
    });
    expect(id).toBe(`${app.id}/${organization.id}/${workspace.id}`);
    expect(slack.send(installation, slashCommand()).payload).toMatchObject({
      enterprise_id: organization.id,
      enterprise_name: 'Big',
      is_enterprise_install: 'false',
    });
  });

  it('The authorization of an org-wide installation names no team', async () => {
    const { slack, app } = await stage();
    const organization = slack.addOrganization();
    slack.addWorkspace('First', organization);
    const second = slack.addWorkspace('Second', organization);
    const wide = slack.install(app, organization);
    const { payload, installation: id } = slack.send(wide, message(), { workspace: second });
    expect(payload).toMatchObject({
      team_id: second.id,
      authorizations: [{ enterprise_id: organization.id, team_id: null, is_enterprise_install: true }],
    });
    expect(id).toBe(`${app.id}/${organization.id}/`);
    expect(slack.send(wide, shortcut()).payload).toMatchObject({
      team: null,
      enterprise: { id: organization.id },
      is_enterprise_install: true,
    });
    expect(slack.send(wide, slashCommand()).payload.is_enterprise_install).toBe('true');
    expect(slack.send(wide, viewSubmission()).payload.view).toMatchObject({
      app_installed_team_id: organization.id,
    });
  });

  it('An organization without a workspace cannot send', async () => {
    const { slack, app } = await stage();
    const wide = slack.install(app, slack.addOrganization());
    expect(() => slack.send(wide, message())).toThrow('add one first');
  });
});

describe('the end of an installation', () => {
  it('The end of an installation is told by app_uninstalled and tokens_revoked', async () => {
    const { slack, installation, appToken } = await stage();
    const client = await Client.open(slack.apiUrl, appToken);
    slack.uninstall(installation);
    await slack.ledger.allSettled();
    expect(
      slack.ledger
        .acknowledged()
        .map((entry) => entry.type)
        .toSorted(),
    ).toEqual(['app_uninstalled', 'tokens_revoked']);
    const revoked = slack.ledger.entries.find((entry) => entry.type === 'tokens_revoked');
    expect(revoked?.payload.event).toMatchObject({ tokens: { bot: [installation.botUser.id] } });
    expect(installation.active).toBe(false);
    client.ws.terminate();
  });

  it('The end of access alone is told by tokens_revoked', async () => {
    const { slack, installation, appToken } = await stage();
    await Client.open(slack.apiUrl, appToken);
    slack.revokeAccess(installation);
    await slack.ledger.allSettled();
    expect(slack.ledger.entries.map((entry) => entry.type)).toEqual(['tokens_revoked']);
  });

  it('The scripted Slack refuses objects that belong to another scripted Slack', async () => {
    const one = await stage();
    const other = await stage();
    expect(() => one.slack.uninstall(other.installation)).toThrow('not an installation');
    expect(() => one.slack.setSocketMode(other.slack.addApp(), false)).toThrow('not an app');
    expect(() => one.slack.revoke('xoxb-nobody')).toThrow('no such token');
  });
});
