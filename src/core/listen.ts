import type { Server } from 'node:net';
import { errorMessage, PluginError } from './errors.js';

export interface Listening {
  readonly host: string;
  readonly port: number;
}

/** Listens there, or rejects with `bad_config`, which names the setting that the address comes from. */
export function listen(server: Server, { host, port }: Listening, setting: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const sentence = `cannot listen on ${host}:${port} (${errorMessage(cause)}): set ${setting} to another address`;
      reject(new PluginError('bad_config', sentence, { cause }));
    });
    server.listen(port, host, resolve);
  });
}
