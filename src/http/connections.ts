import { isIPv6, type Socket } from 'node:net';
import { PORT_LIMITS } from './limits.js';

/** A request as far as it matters here: whether all of it has come. */
interface Arriving {
  readonly complete: boolean;
}

type Begin = (done: () => void) => void;

interface Connection {
  /** Whose share of the places it counts in. */
  readonly origin: string;
  /** The requests that are being answered: at most one, or the streams of HTTP/2, which are answered side by side. */
  readonly current: Set<Arriving>;
  /** Those that came on the connection after it. */
  readonly later: { readonly request: Arriving; readonly begin: Begin }[];
  /** Grows with each step of any connection, so that the smallest has waited longest. */
  since: number;
}

/**
 * The clients' connections of one port. There are at most `most`: a new one takes the place of one that has waited
 * longest for a request, else for the rest of one, and is closed itself where all others are being answered. An address
 * that holds more than half of the places gives up its own first, and to another address even one that is being answered.
 * Requests of a connection are answered one after another, as RFC 9112, 9.3.2 demands for requests that change something.
 */
export class Connections {
  readonly #most: number;
  readonly #refused: () => void;
  readonly #open = new Map<Socket, Connection>();
  #step = 0;

  /** `refused` is called whenever a connection is closed because there are too many. */
  constructor(most: number, refused: () => void) {
    this.#most = most;
    this.#refused = refused;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Counts a new connection; nothing happens for one that is counted already. */
  add(socket: Socket): void {
    if (this.#open.has(socket)) return;
    const origin = originOf(socket.remoteAddress);
    if (this.#open.size >= this.#most) {
      this.#refused();
      const victim = this.#leastMissed(origin);
      if (victim === undefined) {
        socket.destroy();
        return;
      }
      this.#open.delete(victim);
      victim.destroy();
    }
    this.#open.set(socket, { origin, current: new Set(), later: [], since: this.#step++ });
    socket.once('close', () => this.#open.delete(socket));
  }

  /**
   * Calls `begin` when everything that came on the connection before has been answered; `begin` calls `done` when this
   * one is. A connection with too many requests in waiting is cut off.
   */
  inTurn(socket: Socket, request: Arriving, begin: Begin): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) {
      socket.destroy();
    } else if (connection.current.size === 0) {
      this.#answer(socket, connection, request, begin);
    } else if (connection.later.length < PORT_LIMITS.pipelinedRequests) {
      connection.later.push({ request, begin });
    } else {
      socket.destroy();
    }
  }

  /** Counts a stream of HTTP/2; call what it returns when the stream has ended. */
  stream(socket: Socket, request: Arriving): () => void {
    const connection = this.#open.get(socket);
    connection?.current.add(request);
    return () => {
      if (connection?.current.delete(request) === true) connection.since = this.#step++;
    };
  }

  destroyAll(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #answer(socket: Socket, connection: Connection, request: Arriving, begin: Begin): void {
    connection.current.add(request);
    connection.since = this.#step++;
    begin(() => {
      connection.current.delete(request);
      connection.since = this.#step++;
      const next = connection.later.shift();
      if (next !== undefined && !socket.destroyed) this.#answer(socket, connection, next.request, next.begin);
    });
  }

  /** The connection that gives its place to one from `origin`. */
  #leastMissed(origin: string): Socket | undefined {
    const crowd = this.#crowd();
    const open = [...this.#open].filter(([, each]) => crowd === undefined || each.origin === crowd);
    const waiting = open.filter(([, { current }]) => current.size === 0);
    const receiving = open.filter(([, { current }]) => [...current].every(({ complete }) => !complete));
    const victims = [waiting, receiving, crowd === undefined || crowd === origin ? [] : open];
    return oldestOf(victims.find(({ length }) => length > 0) ?? []);
  }

  /** The origin that holds more than half of the places, if one does. */
  #crowd(): string | undefined {
    const counts = new Map<string, number>();
    for (const { origin } of this.#open.values()) counts.set(origin, (counts.get(origin) ?? 0) + 1);
    return [...counts].find(([, count]) => count > this.#most / 2)?.[0];
  }
}

function oldestOf(connections: readonly [Socket, Connection][]): Socket | undefined {
  let oldest: [Socket, Connection] | undefined;
  for (const entry of connections) if (entry[1].since < (oldest?.[1].since ?? Infinity)) oldest = entry;
  return oldest?.[0];
}

/** An address; of IPv6 the half that names a network, since a client has all the addresses of one. */
function originOf(address = ''): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address.replace('::ffff:', '');
  const [head = [], tail = []] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  // What is left out between the two is zeros.
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  const network = [...head, ...zeros, ...tail];
  return network.slice(0, 4).join(':');
}
