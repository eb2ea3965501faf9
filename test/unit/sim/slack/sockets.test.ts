import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { message } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import type { LinkSocket } from '../../../../src/sim/slack/link/link-socket.js';
import { Client, openUrl, refusedWith } from './client.js';
import { SOON, stage, type Stage } from './setup.js';

async function withSocket(options = {}): Promise<Stage & { client: Client; socket: LinkSocket }> {
  const on = await stage(options);
  const client = await Client.open(on.slack.apiUrl, on.appToken);
  const [socket] = await on.slack.waitForSockets(on.app, 1);
  return { ...on, client, socket: socket! };
}

/** A close frame with code 1000: from a server, and from a client whose mask is zero. */
const CLOSE_1000 = Buffer.from([0x88, 2, 0x03, 0xe8]);
const MASKED_CLOSE_1000 = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);

/** Of the connection under a WebSocket, which has no other name for it. */
function bytesRead(ws: WebSocket): number {
  return (ws as unknown as { readonly _socket: Socket })._socket.bytesRead;
}

/** The bare TCP connection of a WebSocket. */
async function upgradeByHand(url: string): Promise<Socket> {
  const outgoing = request(url.replace(/^ws/, 'http'), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    },
  });
  outgoing.end();
  const [, socket] = (await once(outgoing, 'upgrade')) as [unknown, Socket];
  return socket;
}

it('A text is packed on the wire for a client that offers to read such, where that is asked for', async () => {
  const { client, socket } = await withSocket();
  expect(client.ws.extensions).toBe('permessage-deflate');
  const texts = ['x', 'y'].map((fill) => JSON.stringify({ type: 'odd', text: fill.repeat(100_000) }));
  socket.sendPacked(texts[0] ?? '');
  await client.until(() => client.frames.length === 2);
  expect(bytesRead(client.ws)).toBeLessThan(10_000);
  socket.sendText(texts[1] ?? '');
  await client.until(() => client.frames.length === 3);
  expect(bytesRead(client.ws)).toBeGreaterThan(100_000);
});

describe('the life of a socket', () => {
  it('A socket warns and closes ten seconds later', async () => {
    const { slack, client, socket, app, clock } = await withSocket();
    socket.warn();
    const warning = await client.waitFor((frame) => frame.type === 'disconnect');
    expect(warning).toEqual({ type: 'disconnect', reason: 'warning', debug_info: { host: socket.host } });
    await clock.advance(10_000 - 1);
    expect(slack.connections(app)).toBe(1);
    await clock.advance(1);
    await slack.waitUntilSockets(() => socket.state.t === 'closed');
    expect(socket.state).toEqual({ t: 'closed', why: 'warning' });
    expect(slack.connections(app)).toBe(0);
  });

  it('A socket leaves the TCP connection open after the close handshake for the client to end', async () => {
    const { slack, app, appToken, client, clock } = await withSocket();
    const raw = await upgradeByHand(await openUrl(slack.apiUrl, appToken));
    const received: Buffer[] = [];
    let ended = false;
    raw.on('data', (chunk: Buffer) => received.push(chunk));
    raw.on('end', () => {
      ended = true;
    });
    const [, socket] = await slack.waitForSockets(app, 2);
    socket!.refresh();
    await expect.poll(() => Buffer.concat(received).includes(CLOSE_1000), SOON).toBe(true);
    raw.write(MASKED_CLOSE_1000);
    await slack.waitUntilSockets(() => socket!.state.t === 'closed');
    await clock.advance(20_000);
    await client.until(() => client.pings.length >= 2);
    expect(ended).toBe(false);
    raw.end();
    await expect.poll(() => ended, SOON).toBe(true);
  });

  it('A socket asks for a refresh and closes at once', async () => {
    const { client, socket, app, slack } = await withSocket();
    socket.refresh();
    await client.waitFor((frame) => frame.reason === 'refresh_requested');
    expect(slack.connections(app)).toBe(0);
    client.ws.terminate();
  });

  it('A socket ends by itself after its announced lifetime, and sooner with debug_reconnects', async () => {
    const { slack, appToken, client, clock } = await withSocket({ lifetime: 20_000 });
    expect(client.hello).toMatchObject({ debug_info: { approximate_connection_time: 20 } });
    const debug = await Client.open(slack.apiUrl, appToken, '&debug_reconnects=true');
    expect(debug.hello).toMatchObject({ debug_info: { approximate_connection_time: 360 } });
    await clock.advance(10_000);
    await client.waitFor((frame) => frame.reason === 'warning');
    await clock.advance(10_000);
    await slack.waitUntilSockets((sockets) => sockets.length === 1);
    client.ws.terminate();
    debug.ws.terminate();
  });

  it('A socket sends any reason, also an unknown one, and stays open if told so', async () => {
    const { client, socket, slack, app } = await withSocket();
    socket.disconnect('tuesday');
    await client.waitFor((frame) => frame.reason === 'tuesday');
    expect(slack.connections(app)).toBe(1);
  });

  it('A socket pings every ten seconds and answers pings with a stamped pong', async () => {
    const { client, socket, clock } = await withSocket();
    await clock.advance(20_000);
    await client.until(() => client.pings.length >= 2);
    expect(client.pings[0]).toBe(`Ping from ${socket.host}`);
    client.ws.ping('are you there');
    await client.until(() => client.pongs.length > 0);
    expect(client.pongs[0]).toMatch(/^are you there:\d+$/);
    await expect.poll(() => socket.received.pongs, SOON).toBe(2);
    socket.mutePongs();
    const before = socket.received.pings;
    client.ws.ping('and now');
    await expect.poll(() => socket.received.pings, SOON).toBeGreaterThan(before);
    expect(client.pongs).toHaveLength(1);
  });

  it('A client’s close frame counts at once, and a connection that breaks without one is a ghost for a while', async () => {
    const { slack, app, appToken, client, clock } = await withSocket({ droppedFor: 60_000 });
    client.ws.close(1000);
    await slack.waitUntilSockets((sockets) => sockets.length === 0);
    expect(slack.connections(app)).toBe(0);
    const second = await Client.open(slack.apiUrl, appToken);
    second.ws.terminate();
    await slack.waitUntilSockets((sockets) => sockets.length === 0);
    expect(slack.connections(app)).toBe(1);
    const third = await Client.open(slack.apiUrl, appToken);
    expect(third.hello.num_connections).toBe(2);
    await clock.advance(60_000);
    expect(slack.connections(app)).toBe(1);
  });
});

describe('Several sockets of the scripted Slack', () => {
  it('Several sockets get each payload once, at random', async () => {
    const { slack, installation, appToken, client } = await withSocket();
    const clients = [
      client,
      await Client.open(slack.apiUrl, appToken),
      await Client.open(slack.apiUrl, appToken),
    ];
    for (let sent = 0; sent < 60; sent += 1) slack.send(installation, message());
    await slack.ledger.allSettled();
    const got = clients.map((each) => each.frames.length - 1);
    expect(got.reduce((sum, each) => sum + each)).toBe(60);
    for (const share of got) expect(share).toBeGreaterThan(5);
  });

  it('An app has at most ten sockets: the eleventh gets too_many_websockets instead of hello', async () => {
    const { slack, app, appToken, client } = await withSocket();
    const removeGhosts = slack.addGhosts(app, 9);
    const eleventh = await Client.open(slack.apiUrl, appToken);
    expect(eleventh.hello).toMatchObject({
      type: 'disconnect',
      reason: 'too_many_websockets',
      num_connections: 10,
      connection_info: { app_id: app.id },
    });
    removeGhosts();
    const next = await Client.open(slack.apiUrl, appToken);
    expect(next.hello).toMatchObject({ type: 'hello', num_connections: 2 });
    for (const each of [client, eleventh, next]) each.ws.terminate();
  });

  it('Sockets take acknowledgements for each other within one app', async () => {
    const { slack, installation, appToken, client, socket, clock } = await withSocket();
    const other = await Client.open(slack.apiUrl, appToken);
    client.onEnvelope = (frame) => other.acknowledge(frame);
    const entry = await slack.ledger.settled(slack.send(installation, message(), { to: socket }));
    expect(slack.ledger.answer(entry)?.socketId).not.toBe(socket.id);

    const stranger = slack.addApp();
    slack.install(stranger, slack.addWorkspace());
    const foreign = await Client.open(slack.apiUrl, stranger.createAppToken());
    client.onEnvelope = (frame) => foreign.acknowledge(frame);
    const lost = slack.send(installation, slashCommand(), { to: socket });
    await expect.poll(() => slack.ledger.strays.unknownEnvelope, SOON).toBe(1);
    await clock.advance(3_000);
    expect(lost.state).toBe('given_up');
  });

  it('A payload that a ghost gets is lost unless Slack sends it again', async () => {
    const { slack, app, installation, client, socket, clock } = await withSocket({ seed: 3 });
    const removeGhosts = slack.addGhosts(app, 5);
    const commands = Array.from({ length: 20 }, () => slack.send(installation, slashCommand()));
    const events = Array.from({ length: 20 }, () => slack.send(installation, message()));
    const arrived = [...commands, ...events].filter((entry) => entry.attempts[0]?.socketId === socket.id);
    await expect.poll(() => slack.ledger.acknowledged(), SOON).toHaveLength(arrived.length);
    await clock.advance(3_000);
    removeGhosts();
    await clock.advance(1_000);
    await slack.ledger.allSettled();
    expect(slack.ledger.lost().length).toBeGreaterThan(5);
    expect(slack.ledger.lost().every((entry) => commands.includes(entry))).toBe(true);
    expect(slack.ledger.unreachable()).toEqual(slack.ledger.lost());
    expect(events.every((entry) => entry.state === 'acknowledged')).toBe(true);
    client.ws.terminate();
  });
});

describe('Socket Mode switched off', () => {
  it('Socket Mode switched off sends link_disabled, also instead of hello, and events are refused', async () => {
    const { slack, app, installation, appToken, client } = await withSocket();
    slack.setSocketMode(app, false);
    await client.waitFor((frame) => frame.reason === 'link_disabled');
    const late = await Client.open(slack.apiUrl, appToken);
    expect(late.hello).toMatchObject({ type: 'disconnect', reason: 'link_disabled' });
    expect(slack.send(installation, message()).state).toBe('refused');
    slack.setSocketMode(app, true);
    const back = await Client.open(slack.apiUrl, appToken);
    expect(back.hello.type).toBe('hello');
    for (const each of [client, late, back]) each.ws.terminate();
  });
});

describe('The tickets of the scripted Slack', () => {
  it('A ticket is good once and not for long', async () => {
    const { slack, appToken, clock } = await stage();
    const url = await openUrl(slack.apiUrl, appToken);
    const client = Client.dial(url);
    await client.until(() => client.frames.length === 1);
    expect(await refusedWith(url)).toBe(409);
    const stale = await openUrl(slack.apiUrl, appToken);
    await clock.advance(30_001);
    expect(await refusedWith(stale)).toBe(409);
    expect(await refusedWith(stale.replace('/link/', '/elsewhere/'))).toBe(409);
  });
});
