import { connect, createServer, type Socket } from 'node:net';

/**
 * A TCP proxy whose connections can fall silent: they stay open on both sides, but nothing passes any more, as when
 * a laptop changes networks or a firewall forgets a connection. Neither side gets a FIN, a reset or an error.
 */
export interface HalfOpenProxy {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** Connections that came in and are not over. */
  readonly connections: number;
  /** What is open now falls silent; new connections work. */
  silence(): void;
  /** What is open falls silent, and what comes later too: it is accepted, and hangs. */
  silenceAll(): void;
  /** Everything passes again, what was held back too. */
  restore(): void;
  /** Resets every connection, on both sides. */
  reset(): void;
  /** Stops listening and ends everything. */
  stop(): Promise<void>;
}

/** Starts one in front of `target`, a URL or `host:port`. */
export async function startHalfOpenProxy(target: string): Promise<HalfOpenProxy> {
  const { hostname, port } = new URL(target.includes('://') ? target : `tcp://${target}`);
  const sockets = new Set<Socket>();
  let connections = 0;
  let silent = false;

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    if (silent) socket.pause();
  };
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    connections += 1;
    client.once('close', () => {
      connections -= 1;
    });
    forward(client, server);
    forward(server, client);
    keep(client);
    keep(server);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  const hush = (): void => {
    for (const socket of sockets) socket.pause();
  };
  return {
    host: `127.0.0.1:${address.port}`,
    get connections() {
      return connections;
    },
    silence: hush,
    silenceAll() {
      silent = true;
      hush();
    },
    restore() {
      silent = false;
      for (const socket of sockets) socket.resume();
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    stop() {
      const stopped = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return stopped;
    },
  };
}

/** A paused socket reads nothing, so neither data nor the end of the other side gets through. */
function forward(from: Socket, to: Socket): void {
  from.on('data', (chunk) => to.write(chunk));
  from.once('end', () => to.end());
  from.once('close', () => {
    if (!to.isPaused()) to.destroy();
  });
}
