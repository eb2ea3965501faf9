import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { RESPONSE_KINDS, type ResponseKind } from '../connections/choices.js';
import { Channel } from '../core/channel.js';
import type { JsonObject } from '../core/json.js';
import { SLACK_WAITS_MS } from '../slack/policy.js';
import type { PendingResponseStore } from '../storage/cluster.js';
import type { JournalDatabase } from '../storage/journal.js';
import { payloadProblem } from './response-kinds.js';

/** Where the addresses lie below the public base; the token follows. */
export const RESPONSES_PATH = '/slack/assets/answers';

/** What became of a response that a workflow posted. */
export type Posted =
  | { readonly t: 'accepted' }
  /** Never opened, answered already, or too late. */
  | { readonly t: 'gone' }
  | { readonly t: 'refused'; readonly problem: string };

/**
 * What became of one response: Slack got it (`in_time`); it came when Slack had been answered (`late`); it was none of its kind
 * (`refused`); or no workflow responded before Slack's time was up (`none`).
 */
export const RESPONSE_FATES = ['in_time', 'late', 'refused', 'none'] as const;

export type ResponseFate = (typeof RESPONSE_FATES)[number];

/** What the processes that share a journal have in common. */
export interface SharedResponses {
  readonly secret: string;
  readonly store: PendingResponseStore;
  /** The time that all of them agree on. Milliseconds since 1970. */
  readonly now: () => number;
}

interface Open {
  readonly kind: ResponseKind;
  /** One for each time that Slack delivered the event while it was open. */
  readonly waiting: Set<(answer: JsonObject | undefined) => void>;
  /** Called when none of them waits any more. */
  readonly onEnd: (() => void)[];
}

/** What a workflow may use of Slack's time; the rest is for writing the journal and for the way there and back. Milliseconds. */
export const RESPONSE_MS = 0.8 * SLACK_WAITS_MS;

// A token is made of two parts of digests in base64url: 132 bits that name the event, and 126 that nobody else can make.
const NAME_LENGTH = 22;
const CHECK_LENGTH = 21;

// Slack repeats a delivery within seconds, if at all; by then no more events than these were answered.
const REMEMBERED = 1_000;

/**
 * The responses that workflows may give to slash commands, modals and options requests: each has one address that cannot
 * be guessed, takes one response, and is gone when Slack's time is up. Addresses are derived from the event's key and a
 * secret of this process, or of all that share a journal: then a response may reach any of them.
 */
export class PendingResponses {
  readonly fates = new Channel<ResponseFate>();
  readonly #secret: string | Buffer;
  readonly #elsewhere: PendingResponseStore | undefined;
  /** The time that all processes agree on. */
  readonly #now: () => number;
  readonly #open = new Map<string, Open>();
  /** Tokens that are used up, oldest first: a repeated delivery opens none of them again. */
  readonly #used = new Set<string>();
  #base = '';

  /** With what several processes share; else with a secret of this one. */
  constructor(shared?: SharedResponses) {
    this.#secret = shared?.secret ?? randomBytes(32);
    this.#elsewhere = shared?.store;
    this.#now = shared?.now ?? (() => Infinity);
    shared?.store.arrived.subscribe(({ ticket, answer }) => {
      const open = this.#open.get(ticket);
      if (open !== undefined) this.#close(ticket, open, JSON.parse(answer) as JsonObject);
    });
  }

  /** Whether another process may still wait for the response to an event that came then, by the time of all. */
  mayWaitElsewhere(receivedAt: number): boolean {
    return this.#elsewhere !== undefined && this.#now() < receivedAt + RESPONSE_MS;
  }

  /** The address at which people and workflows reach this program. */
  get base(): string {
    return this.#base;
  }

  /** From now on addresses begin with `base`, such as `https://ak.example.com`. */
  servedAt(base: string): void {
    this.#base = base;
  }

  /** The address at which a workflow responds to this event. */
  address(appId: string, key: string): string {
    return `${this.#base}${RESPONSES_PATH}/${this.token(appId, key)}`;
  }

  /** The last part of an event's address: 43 characters that are safe in a URL. */
  token(appId: string, key: string): string {
    const name = this.#digest(`event\n${appId}\n${key}`).slice(0, NAME_LENGTH);
    return name + this.#checkOf(name);
  }

  /** The kind of response that this event still waits for; nothing if it waits for none. */
  kindOf(appId: string, key: string): ResponseKind | undefined {
    return this.#open.get(this.token(appId, key))?.kind;
  }

  /** Whether a response may still be posted with this token. The others are asked only about one that can be real. */
  isOpen(token: string): boolean | Promise<boolean> {
    if (this.#open.has(token)) return true;
    const elsewhere = this.#elsewhere;
    if (elsewhere === undefined || this.#used.has(token) || !this.#isReal(token)) return false;
    return elsewhere.find(token).then((kind) => kind !== undefined);
  }

  /** Whether a response may still be posted to this path. */
  isOpenAt(path: string): boolean | Promise<boolean> {
    return path.startsWith(`${RESPONSES_PATH}/`) && this.isOpen(path.slice(RESPONSES_PATH.length + 1));
  }

  /**
   * Opens an event's address. Resolves with the workflow's response, or with nothing when `signal` ends the waiting, which it
   * does `forMs` milliseconds from now at the latest. An event that is delivered again meanwhile waits for the same response;
   * later on there is none any more.
   */
  await(
    appId: string,
    key: string,
    kind: ResponseKind,
    signal: AbortSignal,
    forMs = 0,
  ): Promise<JsonObject | undefined> {
    const token = this.token(appId, key);
    if (this.#used.has(token)) return Promise.resolve(undefined);
    const open = this.#open.get(token) ?? { kind, waiting: new Set(), onEnd: [] };
    if (!this.#open.has(token)) this.#elsewhere?.open(token, kind, forMs);
    this.#open.set(token, open);
    return new Promise((resolve) => {
      const onAbort = (): void => {
        if (open.waiting.size > 1) {
          settle(undefined);
          return;
        }
        this.#close(token, open, undefined);
        this.fates.emit('none');
      };
      const settle = (answer: JsonObject | undefined): void => {
        signal.removeEventListener('abort', onAbort);
        open.waiting.delete(settle);
        resolve(answer);
      };
      open.waiting.add(settle);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Takes what a workflow posted. A refused response leaves the address open for a better one. */
  post(token: string, answer: unknown): Posted | Promise<Posted> {
    const open = this.#open.get(token);
    if (open === undefined) return this.#handOver(token, answer);
    const problem = payloadProblem(open.kind, answer);
    if (problem !== undefined) {
      this.fates.emit('refused');
      return { t: 'refused', problem };
    }
    if (this.#elsewhere === undefined) return this.#accept(token, open, answer as JsonObject);
    return this.#acceptFirst(token, open, answer as JsonObject, this.#elsewhere);
  }

  /** Somebody responded where nothing is awaited: too late, unless the address never was one. */
  noteLate(token: string): void {
    if (this.#used.has(token)) this.fates.emit('late');
  }

  /** Resolves when none of the events that wait now waits any more. */
  async settled(): Promise<void> {
    const open = [...this.#open.values()];
    await Promise.all(open.map(({ onEnd }) => new Promise<void>((resolve) => onEnd.push(resolve))));
  }

  /** Gives every waiting event its default response. */
  close(): void {
    for (const [token, open] of [...this.#open]) this.#close(token, open, undefined);
  }

  get size(): number {
    return this.#open.size;
  }

  #accept(token: string, open: Open, answer: JsonObject): Posted {
    this.#close(token, open, answer);
    this.fates.emit('in_time');
    return { t: 'accepted' };
  }

  /** Unless another process has accepted one, or the waiting ends meanwhile: what was accepted always goes out. */
  async #acceptFirst(
    token: string,
    open: Open,
    answer: JsonObject,
    elsewhere: PendingResponseStore,
  ): Promise<Posted> {
    // Where the others cannot be asked they can accept nothing either.
    const isFirst = await elsewhere.settle(token, JSON.stringify(answer)).catch(() => true);
    if (isFirst && this.#open.get(token) === open) return this.#accept(token, open, answer);
    this.fates.emit('late');
    return { t: 'gone' };
  }

  /** To the process that waits for it. */
  async #handOver(token: string, answer: unknown): Promise<Posted> {
    const posted = await this.#handed(token, answer);
    if (posted.t === 'gone') this.noteLate(token);
    else this.fates.emit(posted.t === 'accepted' ? 'in_time' : 'refused');
    return posted;
  }

  async #handed(token: string, answer: unknown): Promise<Posted> {
    const elsewhere = this.#elsewhere;
    if (elsewhere === undefined || !this.#isReal(token)) return { t: 'gone' };
    const found = await elsewhere.find(token);
    const kind = RESPONSE_KINDS.find((each) => each === found);
    if (kind === undefined) return { t: 'gone' };
    const problem = payloadProblem(kind, answer);
    if (problem !== undefined) return { t: 'refused', problem };
    return { t: (await elsewhere.hand(token, JSON.stringify(answer))) ? 'accepted' : 'gone' };
  }

  #isReal(token: string): boolean {
    const name = token.slice(0, NAME_LENGTH);
    const check = Buffer.from(token.slice(NAME_LENGTH));
    const expected = Buffer.from(this.#checkOf(name));
    return check.length === expected.length && timingSafeEqual(check, expected);
  }

  #checkOf(name: string): string {
    return this.#digest(`check\n${name}`).slice(0, CHECK_LENGTH);
  }

  #digest(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url');
  }

  #close(token: string, open: Open, answer: JsonObject | undefined): void {
    this.#open.delete(token);
    this.#elsewhere?.close(token);
    this.#used.add(token);
    const oldest = this.#used.values().next();
    if (this.#used.size > REMEMBERED && oldest.done !== true) this.#used.delete(oldest.value);
    for (const settle of [...open.waiting]) settle(answer);
    for (const end of open.onEnd) end();
  }
}

/** Those of a process, which takes responses for the others too where several share the journal. */
export async function openPendingResponses({ cluster, tokens }: JournalDatabase): Promise<PendingResponses> {
  const { membership, responses: store } = cluster;
  if (membership.now === undefined) return new PendingResponses();
  // The one secret that all of them have; what is made with it for another purpose cannot be told from this.
  const key = await tokens.key(randomBytes(32).toString('hex'));
  const secret = createHmac('sha256', key).update('responses of workflows').digest('hex');
  return new PendingResponses({ secret, store, now: membership.now });
}
