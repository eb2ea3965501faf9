import { PluginError } from '../core/errors.js';

/** The error of a journal whose rows and keys take as much as they may. */
export function journalFull(maxBytes: number): PluginError {
  return new PluginError(
    'journal_full',
    `The journal has reached its limit of ${maxBytes} bytes: make sure that AutoKitteh accepts the waiting events, after which the program accepts new ones by itself; or raise JOURNAL_MAX_BYTES, and restart the program.`,
  );
}
