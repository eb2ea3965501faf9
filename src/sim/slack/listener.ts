import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PluginError } from '../../core/errors.js';

/** What answers requests and upgrades. */
export interface Handlers {
  readonly request: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

/** An HTTP port on 127.0.0.1. */
export interface Listener {
  readonly url: string;
  /** Ends every connection, upgraded ones too. */
  stop(): Promise<void>;
}

export async function listen(port: number, handlers: Handlers): Promise<Listener> {
  const connections = new Set<Socket>();
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    // A client that goes away in the middle of a request is no error of ours.
    handlers.request(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', handlers.upgrade as Parameters<typeof server.on>[1]);
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new PluginError('internal', 'the scripted Slack has no port');
  let stopped: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop() {
      stopped ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      });
      return stopped;
    },
  };
}
