import type { SlackFailure } from '../../../src/slack/errors.js';
import type { OpenTransport, Transport, TransportListener } from '../../../src/slack/transport.js';

/** Slack's side of one connection, played by a test. */
export class FakeTransport implements Transport {
  readonly sent: string[] = [];
  pings = 0;
  /** Whether pings are answered. */
  answers = true;
  /** Whether a goodbye is answered at once. */
  polite = true;
  ended = false;
  closing = false;

  constructor(
    readonly token: string,
    private readonly listener: TransportListener,
  ) {}

  send(text: string): boolean {
    if (this.ended || this.closing) return false;
    this.sent.push(text);
    return true;
  }

  ping(): boolean {
    if (this.ended) return false;
    this.pings++;
    if (this.answers) queueMicrotask(() => this.life());
    return true;
  }

  close(): void {
    this.closing = true;
    if (this.polite) this.end();
  }

  destroy(): void {
    this.end(1006);
  }

  url(): void {
    this.listener.onUrl('wss-primary.slack.com');
  }

  open(): void {
    this.listener.onOpen();
  }

  text(text: string): void {
    this.listener.onText(text);
  }

  json(frame: object): void {
    this.text(JSON.stringify(frame));
  }

  life(): void {
    if (!this.ended) this.listener.onLife();
  }

  /** Goes all the way to a hello. */
  greet(appId: string, connections = 0, lifetimeSeconds = 18_060): void {
    this.url();
    this.open();
    this.json({
      type: 'hello',
      num_connections: connections,
      connection_info: { app_id: appId },
      debug_info: { approximate_connection_time: lifetimeSeconds },
    });
  }

  disconnect(reason: string): void {
    this.json({ type: 'disconnect', reason });
  }

  envelope(id: string, more: object = {}): void {
    this.json({
      type: 'events_api',
      envelope_id: id,
      accepts_response_payload: false,
      payload: { event: { type: 'message' } },
      ...more,
    });
  }

  end(code = 1000): void {
    if (this.ended) return;
    this.ended = true;
    this.listener.onEnd({ t: 'ended', code });
  }

  fail(failure: SlackFailure): void {
    if (this.ended) return;
    this.ended = true;
    this.listener.onEnd({ t: 'not_opened', failure });
  }

  /** Slack refuses the call for a URL. */
  refuse(error: string): void {
    this.fail({ t: 'refused', error });
  }
}

/** All connections that were opened, oldest first. */
export class FakeTransports {
  readonly all: FakeTransport[] = [];
  /** Called for each new one, later in the same turn; by default nothing happens to it. */
  onOpened: (transport: FakeTransport) => void = () => undefined;

  readonly open: OpenTransport = (token, listener) => {
    const transport = new FakeTransport(token, listener);
    this.all.push(transport);
    queueMicrotask(() => this.onOpened(transport));
    return transport;
  };

  /** The nth one from the start; a negative number counts from the end. */
  at(index: number): FakeTransport {
    const transport = this.all.at(index);
    if (transport === undefined) throw new Error(`only ${this.all.length} connections were opened`);
    return transport;
  }

  get opened(): number {
    return this.all.length;
  }

  /** Those that have not ended. */
  get alive(): FakeTransport[] {
    return this.all.filter((transport) => !transport.ended);
  }
}
