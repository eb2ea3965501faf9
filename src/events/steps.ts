import { PluginError } from '../core/errors.js';

/** The work on one frame, counted: own code that takes more steps than a frame of its length can need is ended. */
export class Steps {
  #taken = 0;

  constructor(private readonly most: number) {}

  get taken(): number {
    return this.#taken;
  }

  /** Throws `bad_input` beyond the limit. */
  take(): void {
    this.#taken += 1;
    if (this.#taken > this.most)
      throw new PluginError('bad_input', `mapping the frame takes more than ${this.most} steps`);
  }
}
