import { describe, expect, it } from 'vitest';
import { isSocketModeForm, routeOf } from '../../../src/gateway/routes.js';

const CONNECTION = 'con_00000000000000000000000001';

describe('what is ours', () => {
  it.each([
    ['GET', '/slack', 'setup'],
    ['GET', '/slack?cid=x&origin=cli', 'setup'],
    ['GET', '/slack/', 'setup'],
    ['HEAD', '/slack/', 'setup'],
    ['GET', '/slack/assets/page.css', 'setup'],
    ['GET', '/slack/assets/a/b.js?v=1', 'setup'],
    ['POST', '/slack/assets/check', 'setup'],
    ['POST', '/slack/save', 'save'],
    // Tokens in an address: refused by the pages, and kept from the server.
    ['GET', '/slack/save?cid=x&auth_type=socketMode&bot_token=xoxb-1', 'setup'],
    ['GET', '/slack/save?auth_type=socket', 'setup'],
    ['POST', '/slack/save?auth_type=socket', 'save'],
    ['POST', '/autokitteh.connections.v1.ConnectionsService/Test', 'status_rpc'],
    ['POST', '/autokitteh.connections.v1.ConnectionsService/RefreshStatus', 'status_rpc'],
    ['POST', `/connections/${CONNECTION}/test`, 'status_page'],
    ['POST', `/connections/${CONNECTION}/refresh`, 'status_page'],
    ['POST', '/autokitteh.integrations.v1.IntegrationsService/Get', 'descriptor_rpc'],
    ['POST', '/autokitteh.integrations.v1.IntegrationsService/List', 'descriptor_rpc'],
    ['POST', '/autokitteh.vars.v1.VarsService/Set', 'variables_rpc'],
    ['POST', '/autokitteh.connections.v1.ConnectionsService/Create', 'write'],
    ['POST', '/autokitteh.connections.v1.ConnectionsService/Delete', 'write'],
    ['POST', '/autokitteh.deployments.v1.DeploymentsService/Activate', 'write'],
    ['POST', '/autokitteh.deployments.v1.DeploymentsService/Deactivate', 'write'],
    ['GET', `/connections/${CONNECTION}/postinit?vars=V&origin=O`, 'write'],
  ])('The request %s %s is the route %s', (method, target, expected) => {
    expect(routeOf(method, target).t).toBe(expected);
  });

  it.each([
    ['POST', '/slack'],
    ['OPTIONS', '/slack/save'],
    ['OPTIONS', '/slack/assets/page.css'],
    ['GET', '/slack/save'],
    ['GET', '/slack/save?auth_type=oauthDefault'],
    ['PUT', '/slack/save'],
    ['POST', '/slack/save/'],
    ['POST', '/slack/event'],
    ['POST', '/slack/command'],
    ['POST', '/slack/interaction'],
    ['GET', '/slack/oauth'],
    ['GET', '/slack/assets'],
    ['GET', '/slack/assets/'],
    ['GET', '/slack/assets/../save'],
    ['GET', '/slack/assets/a/../../save'],
    ['GET', '/slack/assets/..'],
    ['GET', '/slack/assets/.env'],
    ['GET', '/slack/assets/%2e%2e/save'],
    ['GET', '/slack/assets/a%2fb'],
    ['GET', '/slack/../x'],
    ['GET', '//slack'],
    ['GET', '//slack/'],
    ['GET', '/./slack'],
    ['GET', '/Slack'],
    ['GET', '/%73lack'],
    ['POST', '/slack/%73ave'],
    ['GET', '/slackbot'],
    ['GET', '/?x=/slack'],
    ['GET', '/x?/slack/assets/a'],
    ['GET', '/'],
    ['GET', `/connections/${CONNECTION}/test`],
    ['POST', `/connections/${CONNECTION}/init`],
    ['POST', '/connections/con_x/test'],
    ['GET', `/connections/${CONNECTION}/init/cli`],
    ['GET', '/autokitteh.connections.v1.ConnectionsService/Test'],
    ['POST', '/autokitteh.connections.v1.ConnectionsService/List'],
    ['POST', '/autokitteh.integrations.v1.IntegrationsService/Configure'],
    ['POST', '/autokitteh.vars.v1.VarsService/Get'],
    ['POST', '/autokitteh.dispatcher.v1.DispatcherService/Dispatch'],
    ['POST', '/x/autokitteh.connections.v1.ConnectionsService/Test'],
  ])("The request %s %s is the server's", (method, target) => {
    expect(routeOf(method, target)).toEqual({ t: 'forward' });
  });
});

describe('the auth type of a form', () => {
  it("The auth type of a form is Socket Mode in both spellings, and the body's comes before the query's", () => {
    expect(isSocketModeForm('socketMode', null)).toBe(true);
    expect(isSocketModeForm(null, 'socket')).toBe(true);
    expect(isSocketModeForm('socketMode', 'oauthDefault')).toBe(true);
    expect(isSocketModeForm('oauthPrivate', 'socketMode')).toBe(false);
    expect(isSocketModeForm(null, null)).toBe(false);
    expect(isSocketModeForm('SocketMode', null)).toBe(false);
  });
});
