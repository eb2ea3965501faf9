import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { LONGEST_FRAME, parseFrame } from '../../../src/slack/envelope.js';
import { envelopeSource } from '../../helpers/envelope-source.js';
import { FrameWatch } from '../../../src/slack/upgrade-watch.js';
import { createSlackHttp } from '../../../src/slack/http.js';
import { openSdkTransport } from '../../../src/slack/sdk-transport.js';
import { eventually } from '../../helpers/eventually.js';

const parse = (text: string) => parseFrame(text, envelopeSource());

// RFC 6455, opening handshake.
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A Slack that compresses what it sends. */
async function startCompressingSlack() {
  const sockets: Duplex[] = [];
  const server = createServer((_, response) => {
    const { port } = server.address() as AddressInfo;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port}/link` }));
  });
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => undefined);
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${GUID}`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n\r\n`,
    );
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    sockets,
    send: (text: string) => sockets[0]?.write(compressedFrame(text)),
  };
}

/** A text message, compressed (RFC 7692): final, first reserved bit set, without the end of the flush. */
function compressedFrame(text: string): Buffer {
  const body = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const head = Buffer.alloc(10);
  head.writeUInt8(0xc1, 0);
  head.writeUInt8(127, 1);
  head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, body]);
}

/** A transport to it. */
async function connect() {
  const slack = await startCompressingSlack();
  const http = createSlackHttp();
  onTestFinished(() => http.close());
  const texts: string[] = [];
  let isEnded = false;
  const transport = openSdkTransport(
    { apiUrl: slack.apiUrl, clock: systemClock, http, frames: new FrameWatch() },
    'xapp-1-A1-1-x',
    {
      onUrl: () => undefined,
      onOpen: () => undefined,
      onText: (text) => void texts.push(text),
      onBinary: () => undefined,
      onLife: () => undefined,
      onEnd: () => (isEnded = true),
    },
  );
  onTestFinished(() => transport.destroy());
  await eventually(() => slack.sockets.length === 1, 'the upgrade');
  return { send: slack.send, texts, ended: () => isEnded };
}

describe('a frame that is too long', () => {
  it('A frame is too long if it takes more bytes than a frame may, in any script', () => {
    const frame = (text: string): string => JSON.stringify({ type: 'hello', text });
    const room = LONGEST_FRAME - frame('').length;
    expect(parse(frame('x'.repeat(room))).t).toBe('hello');
    expect(parse(frame('x'.repeat(room + 1)))).toEqual({ t: 'bad', why: 'too_large' });
    expect(parse(frame('€'.repeat(Math.floor(room / 3)))).t).toBe('hello');
    expect(parse(frame('€'.repeat(Math.floor(room / 3) + 1)))).toEqual({ t: 'bad', why: 'too_large' });
  });

  it('A frame that only unpacks to a little too much is refused, and its socket goes on', async () => {
    const { send, texts, ended } = await connect();
    send('x'.repeat(LONGEST_FRAME + 1));
    send('{"type":"hello"}');
    await eventually(() => texts.length === 2, 'two frames');
    expect(texts.map((text) => parse(text).t)).toEqual(['bad', 'hello']);
    expect(ended()).toBe(false);
  });

  it('A frame that unpacks to far too much ends its socket before it is unpacked', async () => {
    const { send, texts, ended } = await connect();
    send('x'.repeat(100 * LONGEST_FRAME));
    await eventually(ended, 'the end of the socket');
    expect(texts).toEqual([]);
  });
});
