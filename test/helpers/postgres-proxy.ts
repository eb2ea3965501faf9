import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to connections on their way to PostgreSQL. */
export type PostgresFault =
  | { readonly t: 'none' }
  /** They stay open, and nothing passes, as when a firewall forgets them. */
  | { readonly t: 'silent' }
  /** Each answer comes so much later, in milliseconds. */
  | { readonly t: 'slow'; readonly ms: number }
  /** One answer in so many is lost, and the connection with it; what was asked is done. */
  | { readonly t: 'cut'; readonly oneIn: number }
  /** They are ended, and new ones are refused by PostgreSQL with this error (its manual, Appendix A). */
  | { readonly t: 'refused'; readonly code: string; readonly message: string };

/** A TCP proxy before a PostgreSQL server of this machine. */
export interface PostgresProxy {
  readonly port: number;
  /** Holds from now on, for connections that are open too. */
  set(fault: PostgresFault): void;
  stop(): Promise<void>;
}

// The end of what PostgreSQL says when a statement is over and no transaction is open: ReadyForQuery, idle.
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** Starts one in front of a port of 127.0.0.1. */
export async function startPostgresProxy(target: number): Promise<PostgresProxy> {
  const pairs = new Set<Pair>();
  let fault: PostgresFault = { t: 'none' };
  const listener = createServer((client) => {
    const pair = new Pair(client, target, () => fault);
    pairs.add(pair);
    client.once('close', () => pairs.delete(pair));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    set(next) {
      fault = next;
      for (const pair of pairs) pair.changed();
    },
    stop() {
      const stopped = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const pair of pairs) pair.destroy();
      return stopped;
    },
  };
}

/** A connection of a client, and the one to the server that it stands for. */
class Pair {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #fault: () => PostgresFault;
  /** Answers to statements, those to the greeting not counted. */
  #answers = -1;
  #sending: Promise<void> = Promise.resolve();

  constructor(client: Socket, target: number, fault: () => PostgresFault) {
    this.#client = client;
    this.#fault = fault;
    this.#server = connect(target, '127.0.0.1');
    for (const socket of [client, this.#server]) socket.on('error', () => undefined);
    client.on('data', (chunk) => this.#server.write(chunk));
    this.#server.on('data', (chunk) => this.#answer(chunk));
    this.#server.once('close', () => client.destroy());
    client.once('close', () => this.#server.destroy());
    this.changed();
  }

  /** The fault is another one. */
  changed(): void {
    const fault = this.#fault();
    for (const socket of [this.#client, this.#server])
      if (fault.t === 'silent') socket.pause();
      else socket.resume();
    if (fault.t === 'refused') this.#client.end(errorResponse(fault));
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #answer(chunk: Buffer): void {
    const fault = this.#fault();
    if (chunk.subarray(-READY.length).equals(READY)) this.#answers += 1;
    if (fault.t === 'cut' && this.#answers > 0 && this.#answers % fault.oneIn === 0) {
      this.#client.resetAndDestroy();
      return;
    }
    if (fault.t === 'refused') return;
    const lateness = fault.t === 'slow' ? fault.ms : 0;
    this.#sending = this.#sending.then(async () => {
      if (lateness > 0) await new Promise<void>((resolve) => setTimeout(resolve, lateness));
      this.#client.write(chunk);
    });
  }
}

/** PostgreSQL's message ErrorResponse: fields of a letter and a text, each ended by a zero, and a zero. */
function errorResponse({ code, message }: { readonly code: string; readonly message: string }): Buffer {
  const fields = Buffer.from(
    [`SFATAL`, `VFATAL`, `C${code}`, `M${message}`].map((field) => `${field}\0`).join('') + '\0',
  );
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}
