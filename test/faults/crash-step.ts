/** Where on an event's way the process is killed. */
export const STEPS = [
  /** The event has arrived; the journal was not asked yet. */
  'before append',
  /** The journal was asked to write it. */
  'during append',
  /** It is on the disk; Slack was not told. */
  'after append',
  /** Slack was told. */
  'after acknowledgement',
  /** Its dispatch begins; nothing was sent. */
  'dispatch begins',
  /** The request is out. */
  'request sent',
  /** The server's answer is here, and nobody has read it. */
  'answer not read',
  /** The server has it; the journal was not told. */
  'before settle',
  /** The journal was asked to note that. */
  'during settle',
  /** The journal has noted it. */
  'after settle',
] as const;

export type Step = (typeof STEPS)[number];

/** The kill of one process: when the step was taken for the `nth` time, counted in events. */
export interface Kill {
  readonly step: Step;
  readonly nth: number;
  /** How long the other threads go on before it falls, in milliseconds: a commit takes about one. */
  readonly graceMs: number;
}

/** Burns down as events take the steps; blows once. */
export class Fuse {
  #left: number;

  constructor(
    private readonly kill: Kill | undefined,
    private readonly blow: (step: Step) => void,
  ) {
    this.#left = kill?.nth ?? Infinity;
  }

  /** `events` took this step. */
  taken(step: Step, events = 1): void {
    if (step !== this.kill?.step) return;
    this.#left -= events;
    if (this.#left <= 0) this.blow(step);
  }
}
