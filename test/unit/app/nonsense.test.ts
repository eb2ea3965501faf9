import { createServer, request as forward, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Code } from '@connectrpc/connect';
import { afterEach, describe, expect, it } from 'vitest';
import type { ApiFault } from '../../../src/sim/slack/faults/kinds.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { eventsOf, overview, untilStatus, untilTroubles } from '../../world/observations.js';
import { ALWAYS, startWorld } from '../../world/world.js';
import { working } from './working.js';

let clean: (() => void)[] = [];

afterEach(() => {
  for (const end of clean) end();
  clean = [];
});

/** A server in front of the stand-in that can lose its mind. */
async function startFront(standInUrl: () => string) {
  const front = {
    answer: undefined as ((path: string, response: ServerResponse) => boolean) | undefined,
    url: '',
  };
  const server = createServer((incoming, response) => {
    if (front.answer?.(incoming.url ?? '', response) === true) {
      incoming.resume();
      return;
    }
    const { method, headers, url } = incoming;
    const onward = forward(new URL(url ?? '/', standInUrl()), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  clean.push(() => {
    server.close();
    server.closeAllConnections();
  });
  front.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return front;
}

describe('a server that answers nonsense', () => {
  const page = (response: ServerResponse): boolean => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to nginx!</h1>');
    return true;
  };
  const bytes = (response: ServerResponse): boolean => {
    response.writeHead(200, { 'content-type': 'application/proto' }).end(Buffer.alloc(200, 0xff));
    return true;
  };
  const broken = (response: ServerResponse): boolean => {
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"code":[],"message":{}}');
    return true;
  };
  const cut = (response: ServerResponse): boolean => {
    response.socket?.destroy();
    return true;
  };

  it('A server that answers nonsense costs no event, is named in overview, log and status, and is used again once it is sane', async () => {
    let standInUrl = '';
    const front = await startFront(() => standInUrl);
    const world = await startWorld({
      serverUrl: front.url,
      before: ({ standIn }) => {
        standInUrl = standIn.url;
        return Promise.resolve();
      },
    });
    const { program, slack } = world;
    const { installation, connection, worksStill } = await working(world);
    let sent = 0;
    for (const nonsense of [page, bytes, broken, cut]) {
      front.answer = (_, response) => nonsense(response);
      await untilTroubles(world, /AutoKitteh is unreachable/);
      const entry = slack.send(installation, message());
      sent += 1;
      await slack.ledger.settled(entry);
      expect(entry.attempts).toHaveLength(1);
      front.answer = undefined;
      await eventually(
        () => new Set(eventsOf(world, connection.id).map(({ memo }) => memo['slack_event_id'])).size === sent,
        'the event',
      );
    }
    expect(program.logged.join('')).toContain('does not come from AutoKitteh: check AUTOKITTEH_URL');
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
    await worksStill();
    expect((await overview(world)).delivery.dead).toBe(0);
  });

  it('The log asks for the right URL when the server is not AutoKitteh', async () => {
    const front = await startFront(() => '');
    front.answer = (_, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>');
      return true;
    };
    const { program } = await startWorld({ serverUrl: front.url });
    await eventually(() => {
      const line = program.logged.find((each) => each.includes('AutoKitteh is unreachable, retrying'));
      return line?.includes('answered HTTP 404, which is not a reply of AutoKitteh: check AUTOKITTEH_URL');
    }, 'a line with the question');
  });

  it('A server of another version keeps working, and the reason is what the server says', async () => {
    const world = await startWorld();
    const { slack, standIn } = world;
    const { connection, installation } = await working(world);
    const { code, words } = { code: Code.Unimplemented, words: 'unknown method' };
    standIn.faults.refuse({ method: '/FindActiveConnectionIDs', code, words });
    await untilTroubles(world, /AutoKitteh is unreachable.*unknown method/);
    await slack.ledger.settled(slack.send(installation, message()));
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the event all the same');
    standIn.faults.clear();
    await untilTroubles(world, /^$/);
  });
});

describe('a Slack that answers nonsense', () => {
  const nonsense: [fault: ApiFault, says: RegExp][] = [
    [{ t: 'status', status: 200, body: '<h1>Sign in to the network</h1>' }, /./],
    [{ t: 'status', status: 200, body: '{"ok":true}' }, /./],
    [{ t: 'status', status: 200, body: '{"ok":true,"url":"http://169.254.169.254/"}' }, /./],
    [{ t: 'error', error: 'a_brand_new_error' }, /a_brand_new_error: retrying/],
    [
      { t: 'error', error: '<script>' },
      /The reply did not come from Slack \(is there a proxy or a captive portal\?\): retrying/,
    ],
    [{ t: 'rate_limited', retryAfter: 1 }, /./],
    [{ t: 'reset' }, /cannot be reached: .*: retrying/],
  ];

  it('A Slack that answers nonsense is a warning on the connection, which is OK again once Slack is sane', async () => {
    const world = await startWorld();
    const { slack } = world;
    const { app, connection, worksStill } = await working(world);
    for (const [fault, says] of nonsense) {
      const lift = slack.faults.api('apps.connections.open', fault, ALWAYS);
      for (const socket of slack.sockets(app)) socket.reset();
      await untilStatus(world, connection.id, 'warning', says);
      lift();
      await untilStatus(world, connection.id, 'ok', /2 sockets live/);
    }
    await worksStill();
  });
});
