import { createHmac, randomBytes } from 'node:crypto';
import type { JsonObject } from '../../core/json.js';
import { answerProblem, type AnswerKind } from './answer-kind.js';

/** What became of an answer that a workflow posted. */
export type Posted =
  | { readonly t: 'accepted' }
  /** Never opened, answered already, or too late. */
  | { readonly t: 'gone' }
  | { readonly t: 'refused'; readonly problem: string };

interface Open {
  readonly kind: AnswerKind;
  readonly settle: (answer: JsonObject | undefined) => void;
}

/**
 * Where workflows answer slash commands, modals and options requests: each has one address that cannot be guessed,
 * takes one answer, and is gone when Slack's time is up. Addresses are derived from the event's key and a secret of
 * this process, so that nothing about them has to be stored; after a restart the old ones are gone.
 */
export class AnswerDesk {
  readonly #secret = randomBytes(32);
  readonly #open = new Map<string, Open>();

  /** The last part of an event's address: 43 characters that are safe in a URL. */
  ticket(appId: string, key: string): string {
    return createHmac('sha256', this.#secret).update(`${appId}\n${key}`).digest('base64url');
  }

  /** Whether an answer to this event can still be taken. */
  isOpen(appId: string, key: string): boolean {
    return this.#open.has(this.ticket(appId, key));
  }

  /** Opens an event's address. Resolves with the workflow's answer, or with nothing when `signal` ends the waiting. */
  await(appId: string, key: string, kind: AnswerKind, signal: AbortSignal): Promise<JsonObject | undefined> {
    const ticket = this.ticket(appId, key);
    return new Promise((resolve) => {
      const onAbort = (): void => settle(undefined);
      const settle = (answer: JsonObject | undefined): void => {
        signal.removeEventListener('abort', onAbort);
        this.#open.delete(ticket);
        resolve(answer);
      };
      this.#open.get(ticket)?.settle(undefined);
      this.#open.set(ticket, { kind, settle });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Takes what a workflow posted. A refused answer leaves the address open for a better one. */
  post(ticket: string, answer: unknown): Posted {
    const open = this.#open.get(ticket);
    if (open === undefined) return { t: 'gone' };
    const problem = answerProblem(open.kind, answer);
    if (problem !== undefined) return { t: 'refused', problem };
    open.settle(answer as JsonObject);
    return { t: 'accepted' };
  }

  /** Gives every waiting event its default answer. */
  close(): void {
    for (const { settle } of [...this.#open.values()]) settle(undefined);
  }

  get size(): number {
    return this.#open.size;
  }
}
