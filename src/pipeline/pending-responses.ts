import { createHmac, randomBytes } from 'node:crypto';
import type { JsonObject } from '../core/json.js';
import { answerProblem, type AnswerKind } from '../connections/answer-kind.js';

/** What became of an answer that a workflow posted. */
export type Posted =
  | { readonly t: 'accepted' }
  /** Never opened, answered already, or too late. */
  | { readonly t: 'gone' }
  | { readonly t: 'refused'; readonly problem: string };

interface Open {
  readonly kind: AnswerKind;
  /** One for each time that Slack delivered the event while it was open. */
  readonly waiting: Set<(answer: JsonObject | undefined) => void>;
}

// Slack repeats a delivery within seconds, if at all; by then no more events than these were answered.
const REMEMBERED = 1_000;

/**
 * Where workflows answer slash commands, modals and options requests: each has one address that cannot be guessed,
 * takes one answer, and is gone when Slack's time is up. Addresses are derived from the event's key and a secret of
 * this process, so that nothing about them has to be stored; after a restart the old ones are gone.
 */
export class AnswerDesk {
  readonly #secret = randomBytes(32);
  readonly #open = new Map<string, Open>();
  /** Tickets that are used up, oldest first: a repeated delivery opens none of them again. */
  readonly #used = new Set<string>();

  /** The last part of an event's address: 43 characters that are safe in a URL. */
  ticket(appId: string, key: string): string {
    return createHmac('sha256', this.#secret).update(`${appId}\n${key}`).digest('base64url');
  }

  /** The kind of answer that this event still waits for; nothing if it waits for none. */
  awaited(appId: string, key: string): AnswerKind | undefined {
    return this.#open.get(this.ticket(appId, key))?.kind;
  }

  /** Whether an answer may still be posted with this ticket. */
  isOpen(ticket: string): boolean {
    return this.#open.has(ticket);
  }

  /**
   * Opens an event's address. Resolves with the workflow's answer, or with nothing when `signal` ends the waiting. An
   * event that is delivered again meanwhile waits for the same answer; later on there is none any more.
   */
  await(appId: string, key: string, kind: AnswerKind, signal: AbortSignal): Promise<JsonObject | undefined> {
    const ticket = this.ticket(appId, key);
    if (this.#used.has(ticket)) return Promise.resolve(undefined);
    const open = this.#open.get(ticket) ?? { kind, waiting: new Set() };
    this.#open.set(ticket, open);
    return new Promise((resolve) => {
      const onAbort = (): void => {
        if (open.waiting.size === 1) this.#close(ticket, open, undefined);
        else settle(undefined);
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

  /** Takes what a workflow posted. A refused answer leaves the address open for a better one. */
  post(ticket: string, answer: unknown): Posted {
    const open = this.#open.get(ticket);
    if (open === undefined) return { t: 'gone' };
    const problem = answerProblem(open.kind, answer);
    if (problem !== undefined) return { t: 'refused', problem };
    this.#close(ticket, open, answer as JsonObject);
    return { t: 'accepted' };
  }

  /** Gives every waiting event its default answer. */
  close(): void {
    for (const [ticket, open] of [...this.#open]) this.#close(ticket, open, undefined);
  }

  get size(): number {
    return this.#open.size;
  }

  #close(ticket: string, open: Open, answer: JsonObject | undefined): void {
    this.#open.delete(ticket);
    this.#used.add(ticket);
    const oldest = this.#used.values().next();
    if (this.#used.size > REMEMBERED && oldest.done !== true) this.#used.delete(oldest.value);
    for (const settle of [...open.waiting]) settle(answer);
  }
}
