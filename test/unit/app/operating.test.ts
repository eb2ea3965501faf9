import { request } from 'node:http';
import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../../src/ops/overview.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { AS_OPERATOR, OPS_TOKEN, PLUGIN_TOKEN } from '../../world/program.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect } from '../../world/connections.js';
import { eventsOf, metric, overview, textsOf, troubles } from '../../world/observations.js';
import { startWorld, type World } from '../../world/world.js';

/** What one page says to a request with such headers, the host's name among them. */
function ask(
  url: string,
  headers: Record<string, string> = AS_OPERATOR,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end();
  });
}

function resend({ program }: World, ids: readonly number[]): Promise<Response> {
  return fetch(`${program.pluginUrl}/ops/dead-letters/resend`, {
    method: 'POST',
    headers: { ...AS_OPERATOR, 'content-type': 'application/json', origin: program.pluginUrl },
    body: JSON.stringify({ ids }),
  });
}

async function deadLetters({ program }: World, query = ''): Promise<DeadLetter[]> {
  return (await (
    await fetch(`${program.pluginUrl}/ops/dead-letters${query}`, { headers: AS_OPERATOR })
  ).json()) as DeadLetter[];
}

describe('the pages for operators', () => {
  it('The pages for operators say how everything is and contain no secret', async () => {
    const world = await startWorld();
    const { program, slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    await slack.ledger.settled(slack.send(installation, message({ text: 'a private remark' })));
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the event');
    expect(await ask(`${program.pluginUrl}/healthz`)).toEqual({ status: 200, text: 'ok' });
    expect(await ask(`${program.pluginUrl}/readyz`)).toEqual({ status: 200, text: 'ok' });
    await eventually(async () => (await overview(world)).connections[0]?.delivered === 1, 'a delivery');
    expect(await overview(world)).toMatchObject({
      version: 'test',
      verdict: 'well',
      problems: [],
      connections: [{ id: connection.id, active: true, delivered: 1, dead: 0, status: { code: 'ok' } }],
      apps: [{ id: app.id, sockets: 2, ghosts: 0, state: 'live' }],
      delivery: { waiting: 0, dead: 0 },
    });
    expect(await metric(world, 'ak_slack_sockets_live', `app="${app.id}"`)).toBe(2);
    expect(await metric(world, 'ak_slack_connections', 'status="ok"')).toBe(1);
    expect(await metric(world, 'ak_slack_delivery_events_total', 'step="dispatched"')).toBe(1);
    const page = await ask(`${program.pluginUrl}/ops/`);
    expect(page.text).toContain('All is well');
    expect(page.text).toContain(connection.id);
    const pages = ['/ops/', '/ops/overview', '/ops/dead-letters', '/metrics', '/readyz'];
    const all = (await Promise.all(pages.map((path) => ask(`${program.pluginUrl}${path}`)))).map(
      ({ text }) => text,
    );
    expect(all.join('\n')).not.toMatch(/xoxb-|xapp-|a private remark|eyJ/);
    expect(program.logged.join('\n')).not.toContain('a private remark');
  });

  it('The pages for operators report a problem when an app gets no events or a connection is unhealthy', async () => {
    const world = await startWorld();
    const { program, slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    await connect(world, installation, appToken);
    await eventually(
      async () => (await ask(`${program.pluginUrl}/ops/`)).text.includes('All is well'),
      'well',
    );
    slack.setSocketMode(app, false);
    await eventually(
      async () => (await troubles(world)).some((each) => each.startsWith(`Slack app ${app.id}`)),
      'the app',
    );
    slack.setSocketMode(app, true);
    slack.revokeAccess(installation);
    const page = async (): Promise<string> => (await ask(`${program.pluginUrl}/ops/`)).text;
    await eventually(async () => (await page()).includes('Slack refused the bot token'), 'the connection');
    expect(await page()).not.toContain('All is well');
    // What is wrong with one app is no reason to call the whole program unready.
    expect((await ask(`${program.pluginUrl}/readyz`)).status).toBe(200);
  });

  it('The pages for operators and the metric name what keeps the program from its work until it is over', async () => {
    const world = await startWorld();
    const { program, standIn } = world;
    const page = async (): Promise<string> => (await ask(`${program.pluginUrl}/ops/`)).text;
    await standIn.goDown();
    await eventually(async () => (await page()).includes('AutoKitteh is unreachable'), 'the problem');
    expect(await metric(world, 'ak_slack_condition', 'name="server"')).toBe(0);
    expect(await metric(world, 'ak_slack_condition', 'name="journal"')).toBe(1);
    await standIn.comeUp();
    await eventually(async () => (await page()).includes('All is well'), 'the good news');
    expect(await metric(world, 'ak_slack_condition', 'name="server"')).toBe(1);
  });

  const password = (secret: string): string => `Basic ${Buffer.from(`me:${secret}`).toString('base64')}`;
  const PAGES = ['/metrics', '/ops/', '/ops/overview', '/ops/dead-letters'];

  it('The pages for operators want their own credential, from this machine too', async () => {
    const { program } = await startWorld();
    const wrong = ['', `Bearer ${PLUGIN_TOKEN}`, OPS_TOKEN, `Basic ${OPS_TOKEN}`, password(PLUGIN_TOKEN)];
    for (const path of PAGES) {
      const page = `${program.pluginUrl}${path}`;
      for (const authorization of wrong) {
        const { status, text } = await ask(page, { authorization });
        expect([path, authorization, status]).toEqual([path, authorization, 401]);
        expect(text).toContain('the file ops-token beside the journal');
      }
      for (const authorization of [`Bearer ${OPS_TOKEN}`, password(OPS_TOKEN)])
        expect((await ask(page, { authorization, host: 'plugin.example' })).status).toBe(200);
      // A browser asks for the password.
      expect((await fetch(page)).headers.get('www-authenticate')).toMatch(/^Basic realm="/);
    }
    for (const path of ['/livez', '/healthz', '/readyz'])
      expect((await ask(`${program.pluginUrl}${path}`, { host: 'rebound.example' })).status).not.toBe(401);
    expect(program.logged.join('\n')).not.toContain(OPS_TOKEN);
  });

  it('The credential of operators opens no method of the contract', async () => {
    const { program } = await startWorld();
    const list = (token: string): Promise<Response> =>
      fetch(`${program.pluginUrl}/autokitteh.integrations.v1.IntegrationsService/List`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{}',
      });
    expect((await list(OPS_TOKEN)).status).toBe(401);
    expect((await list(PLUGIN_TOKEN)).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of another port of this host', { 'sec-fetch-site': 'same-site' }],
    ['a page of another origin in an older browser', { origin: 'http://evil.example' }],
    ['a page without an origin of its own', { origin: 'null' }],
  ])('The pages for operators refuse what %s sends, whatever it carries', async (_, headers) => {
    const { program } = await startWorld();
    for (const authorization of [AS_OPERATOR.authorization, password(OPS_TOKEN)]) {
      for (const path of PAGES)
        expect((await ask(`${program.pluginUrl}${path}`, { authorization, ...headers })).status).toBe(403);
      const sent = await fetch(`${program.pluginUrl}/ops/dead-letters/resend`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body: '{"ids":[1]}',
      });
      expect(sent.status).toBe(403);
    }
  });

  it('A resend wants JSON of a bounded length', async () => {
    const { program } = await startWorld();
    const send = async (type: string, body: string | ReadableStream): Promise<number> => {
      const headers = { ...AS_OPERATOR, 'content-type': type, origin: program.pluginUrl };
      const url = `${program.pluginUrl}/ops/dead-letters/resend`;
      return (await fetch(url, { method: 'POST', headers, body, duplex: 'half' })).status;
    };
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])
      expect([type, await send(type, '{"ids":[1]}')]).toEqual([type, 415]);
    expect(await send('application/json; charset=utf-8', '{"ids":[1]}')).toBe(200);
    const long = `{"ids":[1]${' '.repeat(70_000)}}`;
    expect(await send('application/json', long)).toBe(413);
    // Without a content length it is counted while it arrives.
    expect(await send('application/json', new Blob([long]).stream())).toBe(413);
  });
});

describe('an event that the server refuses for good', () => {
  it('A refused event is shown with its reason, delays nothing and is sent again on request', async () => {
    const world = await startWorld();
    const { program, slack, standIn } = world;
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    const words = 'something is not as it must be [event.data]';
    standIn.faults.refuse({ method: '/Dispatch', code: Code.InvalidArgument, words }, 1);
    const [refused, next] = [message({ text: 'first' }), message({ text: 'second' })];
    const entry = slack.send(installation, refused);
    await slack.ledger.settled(entry);
    await eventually(async () => (await deadLetters(world)).length === 1, 'a dead letter');
    await slack.ledger.settled(slack.send(installation, next));
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the next event');
    const [letter] = await deadLetters(world);
    expect(letter).toMatchObject({ connectionId: connection.id, kind: 'events_api', key: entry.key });
    expect(letter?.reason).toContain(words);
    expect(program.logged.join('\n')).toContain('event moved to dead letters (`ak-slack dead-letters list`)');
    expect((await overview(world)).connections[0]).toMatchObject({ dead: 1, status: { code: 'ok' } });
    expect(await metric(world, 'ak_slack_journal_rows', 'state="dead"')).toBe(1);

    expect(await (await resend(world, [letter?.id ?? 0, 999])).json()).toEqual({ resent: 1 });
    await eventually(() => eventsOf(world, connection.id).length === 2, 'the refused event');
    expect(textsOf(world, connection.id)).toEqual(['second', 'first']);
    await eventually(async () => (await deadLetters(world)).length === 0, 'no letter any more');
    expect(await (await resend(world, [letter?.id ?? 0])).json()).toEqual({ resent: 0 });
  });

  it('A deleted connection takes its dead letters with it, and those of another connection stay', async () => {
    const world = await startWorld();
    const { program, slack, standIn } = world;
    const { installation, appToken } = addInstallation(world);
    const doomed = await connect(world, installation, appToken);
    const other = await connect(world, installation, appToken);
    standIn.faults.refuse({ method: '/Dispatch', code: Code.InvalidArgument, words: 'no [event]' }, 2);
    await slack.ledger.settled(slack.send(installation, message()));
    await eventually(async () => (await deadLetters(world)).length === 2, 'a dead letter of each');
    // A list that could not be read says nothing.
    standIn.faults.refuse({ method: 'ConnectionsService/List', code: Code.Unavailable, words: 'away' }, 2);
    const { clients } = doomed.project.owner;
    for (const { triggerId } of (await clients.triggers.list({ connectionId: doomed.id })).triggers)
      await clients.triggers.delete({ triggerId });
    await clients.connections.delete({ connectionId: doomed.id });
    await eventually(async () => (await deadLetters(world)).length === 1, 'one dead letter');
    expect(await deadLetters(world)).toMatchObject([{ connectionId: other.id }]);
    const line = program.logged.find((each) => each.includes('a connection was deleted'));
    expect(line).toContain(doomed.id);
    expect(line).toContain('"dead":1');
  });

  it('Refused events are listed page by page, also after a restart', async () => {
    const world = await startWorld();
    const { program, slack, standIn } = world;
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    standIn.faults.refuse({ method: '/Dispatch', code: Code.InvalidArgument, words: 'no [event]' }, 5);
    for (let number = 0; number < 5; number++) slack.send(installation, message());
    await slack.ledger.allSettled();
    await eventually(async () => (await deadLetters(world)).length === 5, 'five dead letters');
    await program.restart();
    const first = await deadLetters(world, '?limit=2');
    const rest = await deadLetters(world, `?limit=10&after=${first.at(-1)?.id}`);
    expect([first.length, rest.length]).toEqual([2, 3]);
    expect(new Set([...first, ...rest].map(({ id }) => id)).size).toBe(5);
    await resend(
      world,
      [...first, ...rest].map(({ id }) => id),
    );
    await eventually(() => eventsOf(world, connection.id).length === 5, 'all of them');
  });
});
