import type { Server } from 'node:net';
import { errorMessage, PluginError } from './errors.js';

/** A host and a port to listen on; port 0 lets the system choose. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Listens there, or rejects with `bad_config`, which names the setting that the address comes from. */
export function listen(server: Server, { host, port }: Address, setting: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const sentence = `cannot listen on ${host}:${port} (${errorMessage(cause)}): set ${setting} to another address`;
      reject(new PluginError('bad_config', sentence, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

/** The URL at which this machine reaches what listens there; `port` where the system chose it. */
export function urlOf({ host, port }: Address, chosen = port): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${chosen}`;
}
