import type { Random } from '../../src/core/random.js';

/** What strangers know, and what a browser that they lead sends without asking its user. */
export interface Target {
  readonly ports: { readonly gateway: number; readonly plugin: number };
  /** A connection of somebody else, who is logged in. */
  readonly connectionId: string;
  readonly cookie: string;
  /** The password of `/ops/` that a browser remembers. */
  readonly opsToken: string;
  /** A tenant's own credential and connection, with which he tries to harm others. */
  readonly tenant: { readonly token: string; readonly connectionId: string };
}

/** Bytes on one connection. */
export interface Shot {
  readonly port: keyof Target['ports'];
  readonly bytes: Buffer;
  /** Nothing ends it: the connection stays open as long as the program lets it. */
  readonly holds?: boolean;
}

export type Kind = (random: Random, target: Target) => Shot;

export function one<Item>(random: Random, list: readonly Item[]): Item {
  const item = list[Math.floor(random() * list.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

export function portOf(random: Random): Shot['port'] {
  return random() < 0.6 ? 'gateway' : 'plugin';
}

/** A request of HTTP/1.1 as it is given; without a `Content-Length` of its own it gets the right one. */
export function request(line: string, headers: readonly string[], body: Buffer | string = ''): Buffer {
  const bytes = Buffer.from(body);
  const framed = headers.some((header) => /^(?:content-length|transfer-encoding):/i.test(header));
  const hosted = headers.some((header) => /^host:/i.test(header));
  const head = [
    `${line} HTTP/1.1`,
    ...(hosted ? [] : ['Host: 127.0.0.1']),
    ...headers,
    ...(framed ? [] : [`Content-Length: ${bytes.length}`]),
    'Connection: close',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}
