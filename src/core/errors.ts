/** All error codes of this program; docs/errors.md explains each. */
export const ERROR_CODES = [
  'bad_config',
  'bad_manifest',
  'bad_input',
  'missing_package',
  'unauthenticated',
  'forbidden',
  'not_found',
  'timeout',
  'cancelled',
  'slack_refused',
  'slack_unavailable',
  'server_refused',
  'server_unavailable',
  'program_unavailable',
  'overloaded',
  'journal_full',
  'journal_damaged',
  'journal_newer',
  'journal_locked',
  'journal_moved',
  'journal_unavailable',
  'stopped',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error with a code from a closed set and a message that says what to do. Never holds a secret. */
export class PluginError extends Error {
  override readonly name = 'PluginError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  /** The error itself if it is one of ours, else a new one of `code` that names it as its cause. */
  static from(error: unknown, code: ErrorCode = 'internal'): PluginError {
    if (error instanceof PluginError) return error;
    return new PluginError(code, errorMessage(error), { cause: error });
  }
}

/** How the client of AutoKitteh begins what it says, and how that goes on where AutoKitteh is named already. */
const AFTER_NAME: readonly (readonly [RegExp, string])[] = [
  [/^AutoKitteh says /, 'it says '],
  [/^the AutoKitteh server cannot be reached /, 'no connection to the server '],
  [/^the reply of AutoKitteh /, 'its reply '],
];

/** The message of an error for a sentence that has named AutoKitteh already. */
export function serverReason(error: unknown): string {
  return AFTER_NAME.reduce(
    (message, [begin, instead]) => message.replace(begin, instead),
    errorMessage(error),
  );
}

/** A sentence for whatever was thrown. */
export function errorMessage(error: unknown): string {
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  return typeof error === 'string' ? error : 'an error without a message';
}
