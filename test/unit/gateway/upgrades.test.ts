import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually } from '../../helpers/eventually.js';
import { startHttp } from '../autokitteh/connect-upstream.js';
import { raw } from './raw.js';
import { bodyOf, startRig, type Rig } from './rig.js';

let rig: Rig;
afterEach(() => rig.stop());

describe('The forwarder of upgrades', () => {
  it('The gateway tunnels a WebSocket', async () => {
    const server: Server = createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket, request) => {
      socket.on('message', (data: Buffer) => socket.send(`${request.url ?? ''} ${data.toString()}`));
    });
    rig = await startRig(await startHttp(server));
    const client = new WebSocket(`ws://127.0.0.1:${rig.gateway.port}/stream?a=b`);
    await new Promise((resolve) => client.once('open', resolve));
    client.send('hello');
    const [data] = await new Promise<Buffer[]>((resolve) =>
      client.once('message', (...all) => resolve(all as Buffer[])),
    );
    expect(data?.toString()).toBe('/stream?a=b hello');
    const closed = new Promise((resolve) => client.once('close', resolve));
    client.close();
    await closed;
    sockets.close();
  });

  it.each([
    ['closed', (client: Socket) => client.end()],
    ['broken', (client: Socket) => client.resetAndDestroy()],
  ] as const)(
    'The gateway tells once that a WebSocket was opened, and once that it ended: %s',
    async (how, end) => {
      const server: Server = createServer();
      const sockets = new WebSocketServer({ server });
      rig = await startRig(await startHttp(server));
      const client = connect(rig.gateway.port, '127.0.0.1');
      client.write(
        'GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
      await once(client, 'data');
      expect(rig.webSockets).toEqual([{ t: 'opened' }]);
      end(client);
      await eventually(() => rig.webSockets.length > 1, 'the end of the WebSocket is told');
      await rig.stop();
      expect(rig.webSockets).toEqual([{ t: 'opened' }, { t: 'ended', how }]);
      sockets.close();
    },
  );

  it('The gateway ends a WebSocket that the server refuses or cannot be reached for', async () => {
    rig = await startRig((_request, response) => {
      response.writeHead(403).end('no');
    });
    const open = (): Promise<string> => {
      const client = new WebSocket(`ws://127.0.0.1:${rig.gateway.port}/x`);
      return new Promise((resolve) => client.once('error', (error) => resolve(error.message)));
    };
    expect(await open()).toMatch(/403|hang up|ECONNRESET/);
    await rig.upstream.stop();
    expect(await open()).toMatch(/hang up|ECONNRESET|502/);
  });

  it('The gateway serves a request for an upgrade to HTTP/2 as the plain request that it is', async () => {
    rig = await startRig(async (request, response) => {
      const { connection, upgrade } = request.headers;
      const body = await bodyOf(request);
      response.end(JSON.stringify({ connection, upgrade, url: request.url, body: body.toString() }));
    });
    const answer = await raw(
      rig.gateway.port,
      'POST /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 5\r\n\r\nhello' +
        'GET /y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toContain('{"connection":"keep-alive","url":"/x","body":"hello"}');
    expect(answer).toContain('{"connection":"keep-alive","url":"/y","body":""}');
  });
});
