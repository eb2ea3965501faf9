import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/core/json.js';
import { innerEvent } from '../../../src/sim/slack/frames/event-callback.js';
import { interactive } from '../../../src/sim/slack/frames/interactions.js';

import { slashCommand } from '../../../src/sim/slack/frames/slash-command.js';
import { LONGEST_FRAME } from '../../../src/slack/envelope.js';
import { AS_OPERATOR, AS_SERVER } from '../../world/program.js';
import { eventually } from '../../helpers/eventually.js';
import { SLACK } from '../../world/server.js';
import { addInstallation, createConnection, save } from '../../world/connections.js';
import { eventsOf, metric, overview } from '../../world/observations.js';
import { startWorld } from '../../world/world.js';
import { working } from './working.js';

let clean: (() => void)[] = [];

afterEach(() => {
  for (const end of clean) end();
  clean = [];
});

/** What a request to this path must carry, so that it is its body that is refused. */
function callerOf(path: string): Record<string, string> {
  if (path.startsWith('/ops/')) return AS_OPERATOR;
  return path.startsWith('/autokitteh.') ? AS_SERVER : {};
}

function nested(depth: number): string {
  return `${'{"a":['.repeat(depth)}1${']}'.repeat(depth)}`;
}

describe('Frames that Slack should not send', () => {
  it('Frames that Slack should not send are counted, acknowledged where possible, and harm nothing else', async () => {
    const world = await startWorld();
    const { slack } = world;
    const { app, worksStill } = await working(world);
    const before = slack.sockets(app).map(({ id }) => id);
    const dropped = (why: string): Promise<number> =>
      metric(world, 'ak_slack_frames_dropped_total', `why="${why}"`);
    const payload = { type: 'event_callback', event: { type: 'message' } };
    const texts: [why: string, texts: string[]][] = [
      ['not_json', ['no JSON', '', '{"type":"events_api"', '\u0000']],
      ['not_an_object', ['[]', 'null', '"hello"', '12', 'true']],
      ['unknown', ['{}', '{"type":7}', '{"type":"brand_new","envelope_id":"e","payload":{}}']],
      ['no_envelope_id', [JSON.stringify({ type: 'events_api', payload }), '{"type":"interactive"}']],
      [
        'no_payload',
        ['null', '[]', '"x"'].map((text) => `{"type":"slash_commands","envelope_id":"e","payload":${text}}`),
      ],
      ['too_large', [' '.repeat(LONGEST_FRAME + 1)]],
    ];
    for (const [, all] of texts) for (const text of all) slack.sendText(app, text);
    for (const [why, { length }] of texts)
      await eventually(async () => (await dropped(why)) === length, `${length} frames dropped as ${why}`);
    // A few kB on the wire.
    for (const socket of slack.sockets(app)) socket.sendPacked(' '.repeat(LONGEST_FRAME + 1));
    await eventually(async () => (await dropped('too_large')) === 3, 'frames that unpack to too much');
    for (const socket of slack.sockets(app)) socket.sendBinary(new Uint8Array(100));
    await eventually(async () => (await dropped('binary')) === 2, 'binary frames');

    const envelope = (number: number, type: string, inner: JsonValue): string =>
      JSON.stringify({ type, envelope_id: `e${number}`, payload: inner });
    slack.sendText(app, envelope(1, 'events_api', {}));
    slack.sendText(app, envelope(2, 'events_api', { type: 'event_callback', event: [] }));
    slack.sendText(app, envelope(3, 'events_api', payload));
    slack.sendText(app, envelope(4, 'interactive', {}));
    slack.sendText(app, envelope(5, 'slash_commands', { team_id: 7, command: null }));
    const decided = (decision: string): Promise<number> =>
      metric(world, 'ak_slack_received_total', `decision="${decision}"`);
    await eventually(async () => (await decided('dropped_malformed')) === 2, 'two malformed');
    await eventually(async () => (await decided('dropped_unroutable')) === 3, 'three for nobody');
    await eventually(() => slack.ledger.strays.unknownEnvelope === 5, 'five acknowledgements');

    await worksStill();
    expect(slack.sockets(app).map(({ id }) => id)).toEqual(before);
  });

  it('Odd frames reach the server as far as it can take them, and the rest is visible as dead letters', async () => {
    const world = await startWorld();
    const { slack, standIn } = world;
    const { installation, connection, worksStill } = await working(world);
    const event = (fields: JsonObject) =>
      innerEvent({ type: 'message', channel: 'C1', user: 'U1', ...fields });
    const team = { id: installation.workspace?.id };
    const deep = JSON.parse(nested(2_000)) as JsonValue;
    const frames = [
      event({ text: 'x'.repeat(700_000) }),
      event({ deep }),
      event({ list: Array.from({ length: 20_000 }, (_, number) => ({ number })) }),
      event(JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":null}') as JsonObject),
      event({ 'a key with spaces': 1, '': 2, '9lives': 3, [`k${'y'.repeat(5_000)}`]: 4 }),
      event({ text: 'a\u0000b\ud800c', user: 5, ts: null, channel: [] }),
      event({ body: { bytes: 'aGVsbG8=' }, files: [null, 1, 'x'], edited: 'x' }),
      event({ huge: 1e308, tiny: 5e-324, whole: 2 ** 53 }),
      innerEvent({ type: 'x'.repeat(300) }),
      innerEvent({ type: 'with spaces and "quotes"' }),
      interactive({
        type: 'block_actions',
        team,
        actions: 'none',
        message: 7,
        response_url: 'http://[::1]:9/',
      }),
      interactive({ type: 'view_submission', team, view: null }),
      slashCommand({ command: 'no slash', text: '\u202e'.repeat(4_000), payload: { user_id: undefined } }),
    ];
    const sent = frames.map((frame) => slack.send(installation, frame));
    await slack.ledger.allSettled();
    expect(slack.ledger.lost()).toEqual([]);
    await eventually(async () => {
      const { delivery } = await overview(world);
      return eventsOf(world, connection.id).length + delivery.dead === sent.length;
    }, 'every event at the server or among the dead letters');
    const letters = await (
      await fetch(`${world.program.pluginUrl}/ops/dead-letters`, { headers: AS_OPERATOR })
    ).json();
    expect(letters).toEqual([]);
    expect(standIn.store.wedged).toEqual([]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    await worksStill();
  });

  it('Frames that are nested too deeply are counted and stop nothing', async () => {
    const world = await startWorld();
    const { slack } = world;
    const { app, installation, worksStill } = await working(world);
    const team = installation.workspace?.id;
    const event = `{"type":"message","channel":"C1","user":"U1","deep":${nested(100_000)}}`;
    const payload = `{"type":"event_callback","team_id":"${team}","event_id":"EvDeep","event":${event}}`;
    slack.sendText(app, `{"type":"events_api","envelope_id":"deep","payload":${payload}}`);
    await eventually(async () => {
      const { delivery } = await overview(world);
      const { events } = world.standIn.store;
      return delivery.dead === 1 || events.some(({ memo }) => memo['slack_event_key'] === 'EvDeep');
    }, 'the event at the server or among the dead letters');
    await worksStill();
  });

  it('An app that sends only bad frames does not disturb other apps', async () => {
    const world = await startWorld();
    const { slack } = world;
    const [mad, sane] = [await working(world), await working(world)];
    for (let number = 0; number < 2_000; number++) slack.sendText(mad.app, number % 2 === 0 ? '{' : '{}');
    for (let number = 0; number < 5; number++) await sane.worksStill();
    expect(slack.ledger.late()).toEqual([]);
    await mad.worksStill();
  });
});

describe('Subscribers of the program’s events', () => {
  it("Failing subscribers of the program's events do not harm events", async () => {
    const world = await startWorld();
    const { worksStill } = await working(world);
    const fail = (): void => {
      throw new Error('a fault of a subscriber');
    };
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    clean.push(() => process.off('warning', note));
    const { delivery, receiver, sockets } = world.program.app.events;
    for (const channel of [delivery, receiver, sockets]) channel.subscribe(fail);
    await worksStill();
    await eventually(
      () => warnings.some(({ message }) => message === 'a fault of a subscriber'),
      'a warning',
    );
  });
});

describe('Requests that nobody should send', () => {
  const json = { 'content-type': 'application/json' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it('Requests that make no sense are refused with a reason or find nothing', async () => {
    const world = await startWorld();
    const ours = `"integration_id":"${SLACK}"`;
    const contract = (method: string): string => `/autokitteh.integrations.v1.IntegrationsService/${method}`;
    const cases: [
      path: string,
      headers: Record<string, string>,
      body: string,
      status: number,
      says: RegExp,
    ][] = [
      [contract('Get'), { 'content-type': 'text/plain' }, 'x', 415, /^$/],
      [contract('Get'), json, '{', 400, /invalid_argument/],
      [contract('Get'), json, '{"integration_id":"int_00000000000000000000000001"}', 200, /^\{\}$/],
      [contract('TestConnection'), json, `{${ours},"connection_id":"x"}`, 400, /connection_id/],
      [
        contract('TestConnection'),
        json,
        `{${ours},"connection_id":"con_00000000000000000000000001"}`,
        200,
        /INIT_REQUIRED/,
      ],
      [contract('Explode'), json, '{}', 404, /./],
      ['/slack/save', json, '{}', 400, /unexpected content type/],
      ['/slack/save', form, '', 400, /invalid connection ID/],
      ['/slack/save', form, 'cid=%zz', 400, /request parsing error/],
      ['/slack/save', form, `cid=${'x'.repeat(70_000)}`, 413, /too large/],
      ['/slack/assets/answers/x', json, '{}', 410, /too late/],
      ['/slack/assets/answers/x', json, `"${'x'.repeat(2 ** 20)}"`, 410, /too late/],
      ['/ops/dead-letters/resend', json, '{"ids":["a"]}', 400, /ids/],
      ['/ops/dead-letters/resend', json, `{"ids":[${'1,'.repeat(2_000)}1]}`, 400, /ids/],
      ['/no/such/thing', json, '{}', 404, /./],
    ];
    for (const [path, headers, body, status, says] of cases) {
      const answer = await fetch(`${world.program.pluginUrl}${path}`, {
        method: 'POST',
        headers: { ...callerOf(path), origin: world.program.pluginUrl, ...headers },
        body,
      });
      const text = await answer.text();
      const about = `${path} ${body.slice(0, 40)}`;
      expect([about, answer.status, text]).toEqual([about, status, expect.stringMatching(says)]);
    }
    const { worksStill } = await working(world);
    await worksStill();
  });

  it("Requests about another person's connection are refused before Slack is asked anything", async () => {
    const world = await startWorld();
    const { server, slack } = world;
    const { installation, appToken } = addInstallation(world);
    const { id, project } = await createConnection(world);
    const tokens = { botToken: installation.botToken, appToken };
    const stranger = await server.createUser();
    expect((await save(world, { id, project: { ...project, owner: stranger } }, tokens)).status).toBe(404);
    const nobody = { ...project.owner, token: 'made.up.token' };
    expect((await save(world, { id, project: { ...project, owner: nobody } }, tokens)).status).toBe(401);
    expect(slack.calls.of('auth.test')).toEqual([]);
    expect(slack.calls.of('apps.connections.open')).toEqual([]);
  });
});
