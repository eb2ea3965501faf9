import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AutoKittehClient } from '../../../src/autokitteh/client.js';
import { createAutoKitteh } from '../../../src/autokitteh/rpc-client.js';
import { systemClock } from '../../../src/core/clock.js';
import type { PluginError } from '../../../src/core/errors.js';
import { Status_Code } from '../../../src/gen/autokitteh/common/v1/common_pb.js';
import { DeploymentState } from '../../../src/gen/autokitteh/deployments/v1/deployments_pb.js';
import { SessionStateType } from '../../../src/gen/autokitteh/sessions/v1/sessions_pb.js';
import { VarsService } from '../../../src/gen/autokitteh/vars/v1/vars_pb.js';
import { HandClock, settle } from '../../helpers/hand-clock.js';
import { startConnectUpstream, startHttp, type ConnectUpstream } from './connect-upstream.js';
import { answersOf, CONNECTION } from './server-answers.js';

const credentials = { token: () => Promise.resolve('service-token') };

let upstream: ConnectUpstream;
let client: AutoKittehClient;

function clientFor(url: string, timeoutMs = 5000): AutoKittehClient {
  return createAutoKitteh({ url, credentials, clock: systemClock, timeoutMs });
}

afterEach(async () => {
  await client.close();
  await upstream.stop();
});

describe('the client of AutoKitteh', () => {
  const asked: unknown[] = [];

  beforeEach(async () => {
    asked.length = 0;
    upstream = await startConnectUpstream(answersOf(asked));
    client = clientFor(upstream.url);
  });

  it('The client sends its own credential and a time limit to the server', async () => {
    expect(await client.whoAmI()).toEqual({ userId: 'usr_1', displayName: 'System User' });
    expect(upstream.seen[0]?.headers).toMatchObject({
      authorization: 'Bearer service-token',
      'connect-timeout-ms': '5000',
      'content-type': 'application/proto',
    });
  });

  it("The client acts with a person's credentials and never with its own on their behalf", async () => {
    await client.forCaller({ cookie: 'ak_user_session=x' }).whoAmI();
    await client.forCaller({}).whoAmI();
    await client.forCaller({ authorization: 'Bearer theirs' }).whoAmI();
    const shown = upstream.seen.map(({ headers }) => [headers.authorization, headers.cookie]);
    expect(shown).toEqual([
      [undefined, 'ak_user_session=x'],
      [undefined, undefined],
      ['Bearer theirs', undefined],
    ]);
  });

  it('The client gives the same list of active connections as long as the server answers the same', async () => {
    const answers = [['con_1', 'con_2'], ['con_1', 'con_2'], ['con_1'], ['con_0', 'con_1']];
    const found = await startConnectUpstream((router) => {
      router.rpc(VarsService.method.findActiveConnectionIDs, () => ({
        connectionIds: answers.shift() ?? [],
      }));
    });
    const asking = clientFor(found.url);
    const first = await asking.findActiveConnections('int_x', 'v');
    expect(first).toEqual(['con_1', 'con_2']);
    expect(await asking.findActiveConnections('int_x', 'v')).toBe(first);
    expect(await asking.findActiveConnections('int_x', 'v')).toEqual(['con_1']);
    expect(await asking.findActiveConnections('int_x', 'v')).toEqual(['con_0', 'con_1']);
    await asking.close();
    await found.stop();
  });

  it('The client reads connections, variables and events', async () => {
    expect(await client.connection(CONNECTION)).toBeUndefined();
    expect(await client.listConnections('int_x')).toEqual([
      {
        id: CONNECTION,
        name: 'sl',
        projectId: '',
        orgId: '',
        integrationId: '',
        status: { code: 'warning', message: 'hm' },
      },
    ]);
    expect(await client.variables(CONNECTION)).toEqual([{ name: 'a', value: 'b', isSecret: true }]);
    expect(await client.listEvents({ destinationId: CONNECTION, maxResults: 7 })).toEqual([
      { eventId: 'evt_1', destinationId: CONNECTION, eventType: '', memo: { k: 'v' }, createdAt: 12_005 },
    ]);
    expect(asked).toEqual([{ order: 'DESC', max: 7 }]);
  });

  it('The client asks whether there are sessions without reading them, and which events triggers take', async () => {
    expect(await client.hasSession({ eventId: 'evt_1' })).toBe(true);
    expect(await client.hasSession({ eventId: 'evt_none' })).toBe(false);
    expect(await client.hasSession({ runningIn: 'prj_1' })).toBe(true);
    const [UNSPECIFIED, RUNNING] = [SessionStateType.UNSPECIFIED, SessionStateType.RUNNING];
    expect(asked).toEqual([
      { eventId: 'evt_1', projectId: '', stateType: UNSPECIFIED, countOnly: true },
      { eventId: 'evt_none', projectId: '', stateType: UNSPECIFIED, countOnly: true },
      { eventId: '', projectId: 'prj_1', stateType: RUNNING, countOnly: true },
    ]);
    expect(await client.listTriggers(CONNECTION)).toEqual([
      { name: 'on_message', projectId: 'prj_1', eventType: 'message', filter: 'data.x', hasCall: true },
      { name: '', projectId: '', eventType: '', filter: '', hasCall: false },
    ]);
  });

  it('The client reads an event with its data, what started sessions, and since when a deployment is active', async () => {
    const eventId = 'evt_01hzzzzzzzzzzzzzzzzzzzzzzz';
    expect(await client.event(eventId)).toMatchObject({ eventId, data: { text: { string: { v: 'hi' } } } });
    expect(await client.event('evt_00000000000000000000000000')).toBeUndefined();
    // The server would not take this for an id at all.
    expect(await client.event('evt_1')).toBeUndefined();
    expect(await client.latestSessions({ projectId: 'prj_1' }, 5)).toEqual([
      { sessionId: 'ses_1', eventId, triggerName: 'on_message', state: 'error', createdAt: 12_000 },
    ]);
    expect(await client.activeDeployments({ orgId: 'org_1' })).toEqual([
      { projectId: 'prj_1', since: 13_000 },
    ]);
    expect(asked).toEqual([
      { projectId: 'prj_1', most: 5 },
      { orgId: 'org_1', state: DeploymentState.ACTIVE },
    ]);
  });

  it('The client writes variables in one call, never deletes all of them, and pushes a status without a name', async () => {
    await client.setVariables(CONNECTION, [{ name: 'a', value: 'b', isSecret: false }]);
    await client.setVariables(CONNECTION, []);
    await client.deleteVariables(CONNECTION, []);
    await client.deleteVariables(CONNECTION, ['a']);
    await client.pushStatus(CONNECTION, { code: 'error', message: 'broken' });
    expect(asked).toEqual([
      [{ scopeId: CONNECTION, name: 'a', value: 'b', isSecret: false }],
      ['a'],
      { name: '', code: Status_Code.ERROR },
    ]);
  });

  it('The client has the server refresh a status and returns the new status', async () => {
    expect(await client.refreshStatus(CONNECTION)).toEqual({
      code: 'init_required',
      message: 'Init required',
    });
    expect(asked).toEqual([CONNECTION]);
  });

  it("The client reports a refusal in the server's own words, and tells its subscribers when rights were missing", async () => {
    const refusals: PluginError[] = [];
    client.refusals.subscribe((error) => refusals.push(error));
    await expect(client.variables('con_gone')).rejects.toMatchObject({ code: 'not_found' });
    await expect(client.findActiveConnections('int_x', 'v')).rejects.toMatchObject({
      code: 'forbidden',
      message: 'AutoKitteh says "unauthorized"',
    });
    await expect(
      client.prepareDispatch({ destinationId: CONNECTION, eventType: 'forbidden', data: {}, memo: {} })(
        new AbortController().signal,
      ),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(client.forCaller({}).findActiveConnections('int_x', 'v')).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(refusals).toHaveLength(2);
  });

  it('The client refuses a malformed connection id before it asks the server', async () => {
    await expect(client.connection('con_x')).rejects.toMatchObject({ code: 'bad_input' });
    await expect(client.pushStatus('', { code: 'ok', message: '' })).rejects.toMatchObject({
      code: 'bad_input',
    });
    await expect(client.refreshStatus('')).rejects.toMatchObject({ code: 'bad_input' });
    expect(upstream.seen).toHaveLength(0);
  });
});

describe('a server that misbehaves', () => {
  const DOUBT = /answered HTTP .*, which is not a reply of AutoKitteh: check AUTOKITTEH_URL$/;

  async function answering(status: number, type: string, body: string): Promise<void> {
    upstream = await startHttp(
      createServer((_, response) => {
        response.writeHead(status, { 'content-type': type }).end(body);
      }),
    );
    client = clientFor(upstream.url);
  }

  it.each([
    [401, 'text/plain; charset=utf-8', 'invalid token\n', 'unauthenticated', /invalid token/],
    [502, 'text/html', '<html>', 'server_unavailable', /HTTP 502$/],
    [500, 'application/json', '{"code":"unknown","message":"boom"}', 'server_refused', /boom/],
    [503, 'application/json', '{"code":"unavailable","message":"later"}', 'server_unavailable', /later/],
    [400, 'application/json', 'not json', 'server_refused', /HTTP 400/],
    [404, 'text/plain', '404 page not found', 'server_refused', DOUBT],
    [404, 'text/html', '<html>', 'server_refused', DOUBT],
    [404, 'application/json', '{"detail":"Not Found"}', 'server_refused', DOUBT],
    [302, '', '', 'server_refused', DOUBT],
    [403, 'text/html', '<html>', 'forbidden', DOUBT],
    [200, 'text/html', '<html>', 'server_refused', /check AUTOKITTEH_URL$/],
    [200, 'application/proto', '\u0007\u0007\u0007', 'server_refused', /cannot be read/],
  ])('An answer of HTTP %i %s %j has the error code %s', async (status, type, body, code, words) => {
    await answering(status, type, body);
    await expect(client.whoAmI()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(words) as string,
    });
  });

  it('A server that is not there has the error code of an unavailable server', async () => {
    await answering(200, 'text/plain', '');
    await upstream.stop();
    await expect(client.whoAmI()).rejects.toMatchObject({
      code: 'server_unavailable',
      // Its address is not for those who read this.
      message: expect.stringMatching(/^the AutoKitteh server cannot be reached \(ECONNREFUSED\)$/) as string,
    });
  });

  it('A call that is never answered ends after the limit or when its caller no longer wants it', async () => {
    let arrived = 0;
    const arrivals: (() => void)[] = [];
    upstream = await startHttp(
      createServer(() => {
        arrived += 1;
        arrivals.shift()?.();
      }),
    );
    const clock = new HandClock();
    client = createAutoKitteh({ url: upstream.url, credentials, clock, timeoutMs: 3000 });
    const first = new Promise<void>((resolve) => arrivals.push(resolve));
    const late = expect(client.whoAmI()).rejects.toMatchObject({ code: 'timeout' });
    await first;
    await clock.advance(3000);
    await late;
    const second = new Promise<void>((resolve) => arrivals.push(resolve));
    const controller = new AbortController();
    const unwanted = expect(client.whoAmI(controller.signal)).rejects.toThrow('enough');
    await second;
    controller.abort(new Error('enough'));
    await unwanted;
    await settle();
    expect(arrived).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });
});
