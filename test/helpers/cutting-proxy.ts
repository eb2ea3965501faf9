import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy that can lose an answer: what asked is cut off, and the server works on without noticing. */
export interface CuttingProxy {
  readonly port: number;
  /** The next request on any connection reaches the server, and its answer nobody. */
  cutNext(): void;
  stop(): Promise<void>;
}

/** Starts one in front of a port of 127.0.0.1. */
export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let isCutting = false;

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  };
  const listener = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    let isCut = false;
    keep(client);
    keep(server);
    client.on('data', (chunk) => {
      server.write(chunk);
      if (!isCutting) return;
      isCutting = false;
      isCut = true;
      client.resetAndDestroy();
    });
    server.on('data', (chunk) => {
      // The server has done what it was asked, and is told no more than that its client is gone.
      if (isCut) server.destroy();
      else client.write(chunk);
    });
    client.once('close', () => {
      if (!isCut) server.destroy();
    });
    server.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    cutNext() {
      isCutting = true;
    },
    stop() {
      const stopped = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return stopped;
    },
  };
}
