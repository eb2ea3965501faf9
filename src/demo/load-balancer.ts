import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A port that stands for several, which take its connections in turn. */
export interface LoadBalancer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one in front of these ports of this machine. A port that takes no connection is passed over. */
export async function startLoadBalancer(ports: readonly number[]): Promise<LoadBalancer> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  };
  const lead = (client: Socket, tries: number): void => {
    const port = ports[turn++ % ports.length] ?? 0;
    const server = connect(port, '127.0.0.1');
    server.once('error', () => {
      if (server.connecting || tries >= ports.length) client.destroy();
      else lead(client, tries + 1);
    });
    server.once('connect', () => {
      server.removeAllListeners('error');
      keep(server);
      client.pipe(server).pipe(client);
      client.once('close', () => server.destroy());
    });
  };
  const listener = createServer((client) => {
    keep(client);
    lead(client, 1);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    stop() {
      const stopped = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return stopped;
    },
  };
}
