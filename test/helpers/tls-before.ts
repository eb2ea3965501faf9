import { readFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';

import { PRIVATE_CA } from './private-ca.js';

/** A port of 127.0.0.1 that is reached by TLS. */
export interface TlsPort {
  readonly port: number;
  /** Ends its connections, too. */
  stop(): Promise<void>;
}

/** TLS in front of `port`, with a certificate of the private authority. */
export async function tlsBefore(port: number): Promise<TlsPort> {
  const clients = new Set<TLSSocket>();
  const { cert, key } = PRIVATE_CA;
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (client) => {
    clients.add(client);
    const inner = connect({ host: '127.0.0.1', port });
    for (const each of [client, inner]) each.setNoDelay(true).on('error', () => undefined);
    client.pipe(inner).pipe(client);
    client.once('close', () => {
      clients.delete(client);
      inner.destroy();
    });
    inner.once('close', () => client.destroy());
  }).on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of clients) client.destroy();
      }),
  };
}
