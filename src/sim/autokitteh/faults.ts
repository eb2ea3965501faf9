import { createContextKey, type Code, type ContextKey } from '@connectrpc/connect';

/** A refusal to give instead of an answer, to calls whose method ends with `method`. */
export interface Refusal {
  readonly method: string;
  readonly code: Code;
  readonly words: string;
}

/** What the transport can do to one exchange. */
export interface Exchange {
  /** Cuts the connection without an answer. */
  cut(): void;
}

export const exchangeKey: ContextKey<Exchange> = createContextKey<Exchange>({ cut: () => undefined });

interface Counted<T> {
  readonly what: T;
  left: number;
}

/** What goes wrong with a server, on demand. */
export class Faults {
  /** Milliseconds by which every answer comes later. */
  delayMs = 0;
  /** Whether Temporal is away: events are stored and start nothing, and Dispatch is refused. */
  temporalDown = false;
  /** Milliseconds after which Dispatch then gives up: 10,000 with AutoKitteh, none here unless set. */
  temporalWaitMs = 0;
  /** Milliseconds after which the workflow of an event runs that was dispatched without `wait`: Temporal keeps it meanwhile. */
  workflowDelayMs = 0;
  /** Whether every request is answered 502, as by a proxy whose server is away. */
  badGateway = false;
  #refusals: Counted<Refusal>[] = [];
  #lost: Counted<string>[] = [];
  #unstarted = 0;
  #met = 0;

  /** The next `times` calls of a method are refused before anything is done. */
  refuse(refusal: Refusal, times = Infinity): void {
    this.#refusals.push({ what: refusal, left: times });
  }

  /** The next `times` calls of a method do their work, and their answers never arrive. */
  loseAnswers(method: string, times = Infinity): void {
    this.#lost.push({ what: method, left: times });
  }

  /** The next `times` events are stored and start nothing, and no answer comes: the server dies between the two. */
  dieAfterStoring(times = 1): void {
    this.#unstarted = times;
  }

  /** How many calls have met `loseAnswers` or `dieAfterStoring`. */
  get met(): number {
    return this.#met;
  }

  /** Everything goes well again. */
  clear(): void {
    this.delayMs = 0;
    this.temporalDown = false;
    this.temporalWaitMs = 0;
    this.workflowDelayMs = 0;
    this.#unstarted = 0;
    this.badGateway = false;
    this.#refusals = [];
    this.#lost = [];
  }

  takeRefusal(path: string): Refusal | undefined {
    return take(this.#refusals, ({ method }) => path.endsWith(method));
  }

  takeDeath(): boolean {
    if (this.#unstarted === 0) return false;
    this.#unstarted--;
    this.#met++;
    return true;
  }

  takeLoss(path: string): boolean {
    const isLost = take(this.#lost, (method) => path.endsWith(method)) !== undefined;
    if (isLost) this.#met++;
    return isLost;
  }
}

function take<T>(from: Counted<T>[], wanted: (what: T) => boolean): T | undefined {
  const found = from.find(({ what, left }) => left > 0 && wanted(what));
  if (found !== undefined) found.left--;
  return found?.what;
}
