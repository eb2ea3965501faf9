import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routeOf } from '../../../src/gateway/routes.js';

const CONNECTION = 'con_00000000000000000000000001';

describe('The routes that the gateway answers itself', () => {
  it.each([
    ['GET', '/slack', 'setup'],
    ['GET', '/slack?cid=x&origin=cli', 'setup'],
    ['GET', '/slack/', 'setup'],
    ['HEAD', '/slack/', 'setup'],
    ['GET', '/slack/assets/page.css', 'setup'],
    ['GET', '/slack/assets/a/b.js?v=1', 'setup'],
    ['POST', '/slack/assets/check', 'setup'],
    ['POST', '/slack/save', 'save'],
    ['GET', '/slack/save?cid=x&auth_type=socketMode&bot_token=xoxb-1', 'save'],
    ['GET', '/slack/save', 'save'],
    ['HEAD', '/slack/save?auth_type=oauthDefault', 'save'],
    ['PUT', '/slack/save', 'save'],
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
    ['GET', `/connections/${CONNECTION}/postinit?vars=V&origin=O`, 'postinit'],
  ])('The request %s %s is the route %s', (method, target, expected) => {
    expect(routeOf(method, target).t).toBe(expected);
  });

  it.each([
    ['POST', '/slack'],
    ['OPTIONS', '/slack/save'],
    ['OPTIONS', '/slack/assets/page.css'],
    ['POST', '/slack/save/'],
    ['POST', '/slack/event'],
    ['POST', '/slack/command'],
    ['POST', '/slack/interaction'],
    ['GET', '/slack/oauth'],
    ['GET', '/slack/assets'],
    ['GET', '/slack/assets/'],
    ['GET', '/slack/assets/.env'],
    ['GET', '/slack/assets/%2e%2e/save'],
    ['GET', '/slack/assets/a%2fb'],
    ['POST', '/slack%2Fsave'],
    ['POST', '/slack/save%2F'],
    ['POST', '/slack/%2e/save'],
    ['POST', '/slack/save%00'],
    ['POST', '/slack/%zz/../save%'],
    ['POST', '/slack/save#x'],
    ['OPTIONS', '/slack/%73ave'],
    ['GET', '/slack/assets/..%2fsave'],
    ['GET', '/slack/../x'],
    ['GET', '/Slack'],
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

describe('another spelling of a path that is ours', () => {
  it.each([
    ['POST', '/slack/%73ave', '/slack/save'],
    ['GET', '/slack/%73ave?cid=x&auth_type=y%3B', '/slack/save?cid=x&auth_type=y%3B'],
    ['PUT', '/%73lack/save', '/slack/save'],
    ['HEAD', '/%73%6C%61%63%6B/%73%61%76%65', '/slack/save'],
    ['POST', '//slack/save', '/slack/save'],
    ['POST', '/./slack//save', '/slack/save'],
    ['POST', '/slack/save/.', '/slack/save'],
    ['POST', '/slack//%73ave', '/slack/save'],
    ['POST', '/other/../slack/save', '/slack/save'],
    ['POST', '/../../slack/save', '/slack/save'],
    ['GET', '//slack', '/slack'],
    ['GET', '/%73lack', '/slack'],
    ['GET', '/slack/x/..', '/slack'],
    ['GET', '/slack/assets/a/../page.css', '/slack/assets/page.css'],
    ['GET', '/slack/assets/../save', '/slack/save'],
    ['POST', `/connections/${CONNECTION.replace('c', '%63')}/%74est`, `/connections/${CONNECTION}/test`],
    ['POST', `/connections//${CONNECTION}/refresh`, `/connections/${CONNECTION}/refresh`],
    ['GET', `/connections/${CONNECTION}/%70ostinit?vars=V`, `/connections/${CONNECTION}/postinit?vars=V`],
    [
      'POST',
      '/autokitteh.connections.v1.ConnectionsService/%54est',
      '/autokitteh.connections.v1.ConnectionsService/Test',
    ],
    ['POST', '//autokitteh.vars.v1.VarsService/Set', '/autokitteh.vars.v1.VarsService/Set'],
  ])('Another spelling is redirected to the plain path: %s %s', (method, target, location) => {
    expect(routeOf(method, target)).toEqual({ t: 'redirect', location });
    expect(routeOf(method, location).t).not.toMatch(/redirect|forward/);
  });

  it('A path is found however its signs are escaped, and is redirected nowhere else', () => {
    const paths = [
      '/slack/save',
      '/slack/assets/page.css',
      `/connections/${CONNECTION}/test`,
      '/autokitteh.vars.v1.VarsService/Set',
    ];
    const escapes = fc.array(fc.constantFrom('as it is', 'lower', 'upper'), { minLength: 80, maxLength: 80 });
    const noise = fc.array(fc.constantFrom('', '/', '/.', '/x/..'), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...paths), escapes, noise, (path, how, between) => {
        let index = 0;
        const spelt = path.replaceAll(/[^/]/g, (sign) => {
          const hex = sign.charCodeAt(0).toString(16);
          const chosen = how[index++];
          return chosen === 'as it is' ? sign : `%${chosen === 'lower' ? hex : hex.toUpperCase()}`;
        });
        let slashes = 0;
        const target = spelt.replaceAll('/', () => `${between[slashes++] ?? ''}/`);
        const route = routeOf('POST', target);
        expect(route).toEqual(target === path ? routeOf('POST', path) : { t: 'redirect', location: path });
      }),
    );
  });
});
