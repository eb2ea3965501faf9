import { Code } from '@connectrpc/connect';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandClock } from '../../../helpers/hand-clock.js';
import { autoKittehClients } from '../../../world/autokitteh-clients.js';
import { tokensOf } from '../../../world/autokitteh-tokens.js';
import { refusalOf } from '../../../helpers/refusal.js';
import { startStandInUnderTest, type TestProject } from '../../../world/server.js';
import { startStandIn, type StandIn } from '../../../../src/sim/autokitteh/stand-in.js';

describe('faults of the stand-in', () => {
  let server: Awaited<ReturnType<typeof startStandInUnderTest>>;
  let standIn: StandIn;
  let project: TestProject;

  beforeEach(async () => {
    server = await startStandInUnderTest();
    standIn = server.standIn;
    project = await server.createProject(await server.createUser(), { connections: { sl: {} } });
  });
  afterEach(() => server.stop());

  const dispatch = () =>
    server.system.dispatcher.dispatch({
      event: { destinationId: project.connections['sl'] ?? '', eventType: 'message' },
    });

  it('The stand-in goes down and comes back on the same port with all its data', async () => {
    await standIn.goDown();
    await expect(fetch(`${standIn.url}/readyz`)).rejects.toThrow('fetch failed');
    // A kept-alive connection that was cut is found out while writing; clients call that an internal error.
    expect(['Unavailable', 'Aborted', 'Internal']).toContain((await refusalOf(dispatch())).code);
    await standIn.comeUp();
    await dispatch();
    expect(standIn.store.events).toHaveLength(1);
  });

  it('The stand-in answers 502 like a proxy whose server is away', async () => {
    standIn.faults.badGateway = true;
    expect((await fetch(`${standIn.url}/readyz`)).status).toBe(502);
    expect((await refusalOf(dispatch())).code).toBe('Unavailable');
    standIn.faults.clear();
    await dispatch();
  });

  it('The stand-in refuses with given words, as often as asked, before it does anything', async () => {
    standIn.faults.refuse({ method: 'Dispatch', code: Code.InvalidArgument, words: 'save event: locked' }, 1);
    expect(await refusalOf(dispatch())).toEqual({ code: 'InvalidArgument', words: 'save event: locked' });
    expect(standIn.store.events).toEqual([]);
    await dispatch();
  });

  it('The stand-in loses answers after the work was done', async () => {
    standIn.faults.loseAnswers('Dispatch', 1);
    expect((await refusalOf(dispatch())).code).not.toBe('InvalidArgument');
    expect(standIn.store.events).toHaveLength(1);
    await dispatch();
    expect(standIn.store.events).toHaveLength(2);
  });

  it("The stand-in stores events while Temporal is away, and refuses them in AutoKitteh's words", async () => {
    standIn.faults.temporalDown = true;
    expect(await refusalOf(dispatch())).toEqual({
      code: 'InvalidArgument',
      words: 'failed starting workflow: context deadline exceeded',
    });
    expect(standIn.store.events).toHaveLength(1);
    expect((await fetch(`${standIn.url}/healthz`)).status).toBe(500);
    expect((await fetch(`${standIn.url}/readyz`)).status).toBe(200);
  });

  it('The stand-in takes another signing key and refuses the tokens of the old one', async () => {
    const key = '7'.repeat(64);
    standIn.rotateSignKey(key);
    expect((await refusalOf(dispatch())).code).toBe('Unauthenticated');
    const token = await tokensOf(key).system();
    const clients = autoKittehClients(standIn.url, { headers: { authorization: `Bearer ${token}` } });
    expect((await clients.auth.whoAmI({})).user?.displayName).toBe('System User');
    expect(standIn.signKey).toBe(key);
  });
});

describe('the pace of the stand-in', () => {
  it('The stand-in takes as many events a second as it was told, and answers later when slow', async () => {
    const clock = new HandClock();
    const standIn = await startStandIn({ clock, dispatchPerSecond: 10 });
    const token = await tokensOf(standIn.signKey).system();
    const { connections, dispatcher, auth } = autoKittehClients(standIn.url, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { orgId } = await standIn.createUser();
    const connection = { orgId, name: 'sl', integrationId: 'int_3kth0s1ackb1ff80a8d62ba8cc' };
    const { connectionId } = await connections.create({ connection });
    let taken = 0;
    const all = Array.from({ length: 5 }, async () => {
      await dispatcher.dispatch({ event: { destinationId: connectionId, eventType: 'message' } });
      taken++;
    });
    await expect.poll(() => clock.pendingTimers).toBe(4);
    await expect.poll(() => taken).toBe(1);
    await clock.advance(200);
    await expect.poll(() => taken).toBe(3);
    await clock.advance(200);
    await Promise.all(all);

    standIn.faults.delayMs = 1_000;
    const slow = auth.whoAmI({});
    await expect.poll(() => clock.pendingTimers).toBe(1);
    await clock.advance(1_000);
    expect((await slow).user?.displayName).toBe('System User');
    await standIn.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the end of the stand-in', () => {
  it('The stand-in ends waiting sessions when it stops, and leaves its port', async () => {
    const server = await startStandInUnderTest();
    const project = await server.createProject(await server.createUser(), {
      connections: { sl: {} },
      triggers: [{ connection: 'sl', call: 'on_start_waiting' }],
    });
    await server.deploy(project);
    const destinationId = project.connections['sl'] ?? '';
    await server.system.dispatcher.dispatch({ event: { destinationId, eventType: 'start' }, wait: true });
    await server.waitForSession(project, (session) => session.state === 'running');
    await server.stop();
    await server.stop();
    expect([...server.standIn.store.sessions.values()].map((row) => row.prints.length)).toEqual([2]);
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  });
});
