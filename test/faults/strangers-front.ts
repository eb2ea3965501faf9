import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** No fault: a server that took the request, for bodies that would hold up the stand-in instead of the program. */
export const ACCEPTED = 'accepted';

const OK = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const MIB = 1024 * 1024;

/** What a server that is broken, or no AutoKitteh at all, may send; then it cuts the connection. */
const BROKEN: Readonly<Record<string, () => string | Buffer>> = {
  [ACCEPTED]: () => withBody(Buffer.from('{}')),
  status000: () => 'HTTP/1.1 000 Nothing\r\ncontent-length: 0\r\n\r\n',
  status999: () => 'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n',
  controlInReason: () => 'HTTP/1.1 200 O\u0001K\r\ncontent-length: 0\r\n\r\n',
  controlInHeader: () => 'HTTP/1.1 200 OK\r\nx: a\u0001b\r\ncontent-length: 0\r\n\r\n',
  latinInReason: () => 'HTTP/1.1 200 \u00e9\u00ff\r\ncontent-length: 0\r\n\r\n',
  nothing: () => '',
  noHttp: () => 'SSH-2.0-OpenSSH_9.2\r\n',
  halfHead: () => 'HTTP/1.1 200 OK\r\ncontent-ty',
  cut: () => `${OK}content-length: 1000\r\n\r\n{"half":`,
  cutChunk: () => `${OK}transfer-encoding: chunked\r\n\r\n400\r\n{"half":`,
  badChunk: () => `${OK}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
  twoLengths: () => `${OK}content-length: 2\r\ncontent-length: 9\r\n\r\n{}`,
  lengthAndChunks: () => `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  largeHead: () => `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1_000)}\r\n`.repeat(200)}\r\n`,
  manyContinues: () => `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(500)}${OK}content-length: 2\r\n\r\n{}`,
  switched: () => 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nbytes',
  notModifiedBody: () => 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\nhello',
  deep: () => withBody(Buffer.from('{"a":['.repeat(100_000))),
  deepWhole: () => withBody(Buffer.from(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)),
  packedBomb: () => withBody(BOMB, 'content-encoding: gzip\r\n'),
  wrongPacking: () => withBody(Buffer.from('{}'), 'content-encoding: gzip\r\n'),
  // Read as binary protobuf: a million fields that no schema knows, or as many empty entries of a list.
  manyUnknown: () => withBody(Buffer.alloc(2 * MIB, ' ')),
  manyEntries: () => withBody(Buffer.alloc(2 * MIB, '\n\0')),
  large: () => withBody(Buffer.alloc(2 * MIB, ' ')),
  notUtf8: () => withBody(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
};

export const BREAKS: readonly string[] = Object.keys(BROKEN);

/** A request asks for one of them with this header, which passes through the gateway as others do. */
export const BREAK_HEADER = 'x-break';

const BOMB = gzipSync(Buffer.alloc(16 * MIB, '['));
const ASKS = new RegExp(
  `^[A-Z]+ [^\\r\\n]* HTTP/1\\.1\\r\\n(?:[^\\r\\n]+\\r\\n)*?${BREAK_HEADER}: (\\w+)\\r\\n`,
  'i',
);

export interface BrokenFront {
  readonly url: string;
  stop(): Promise<void>;
}

/** Before a server at `target`: passes every byte, but answers a request that asks for it in a broken way. */
export async function startBrokenFront(target: string): Promise<BrokenFront> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    track(client);
    const upstream = track(connect(Number(port), hostname));
    client.on('data', (chunk: Buffer) => {
      const broken = BROKEN[ASKS.exec(chunk.toString('latin1'))?.[1] ?? ''];
      if (broken === undefined) {
        if (!upstream.write(chunk)) client.pause();
        return;
      }
      upstream.unpipe(client);
      upstream.destroy();
      client.removeAllListeners('data').resume();
      const bytes = broken();
      client.end(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    });
    upstream.on('drain', () => client.resume()).pipe(client);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function withBody(body: Buffer, headers = ''): Buffer {
  return Buffer.concat([Buffer.from(`${OK}${headers}content-length: ${body.length}\r\n\r\n`), body]);
}
