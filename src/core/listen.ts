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
