import { createServer, connect, type Server, type Socket } from 'node:net';
import { allOf } from '../../helpers/raw-request.js';
import type { ConnectUpstream } from '../autokitteh/connect-upstream.js';

/** Sends these bytes on one connection; resolves with all that comes until the other side closes it. */
export function raw(port: number, text: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1', () => socket.write(text));
  return allOf(socket);
}

export interface RawUpstream extends ConnectUpstream {
  /** All that arrived, one entry for each connection. */
  readonly received: string[];
}

/** A server that speaks in bytes: `answer` is told what came on a connection so far, whenever more has come. */
export async function startRawUpstream(
  answer: (socket: Socket, received: string, connection: number) => void,
): Promise<RawUpstream> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const index = received.push('') - 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      const all = `${received[index] ?? ''}${chunk}`;
      received[index] = all;
      answer(socket, all, index);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    seen: [],
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
