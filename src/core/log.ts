import { pino, type DestinationStream, type Logger } from 'pino';
import { Loggable } from './loggable.js';
import { OwnSecrets } from './scrub.js';
import { escapeEach } from './text.js';

/** What the parts of the program log with. Fields are an allow-list by habit; secrets are scrubbed by force. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export interface LogOptions {
  readonly level: string;
  /** `pretty` for people, `json` for machines. */
  readonly format: 'json' | 'pretty';
  /** The program's own secrets; those that are known by their form are scrubbed without. */
  readonly secrets?: OwnSecrets;
  /** The name of a connection, as `project/name`; nothing while it is not known. */
  readonly connectionName?: (connectionId: string) => string | undefined;
}

/**
 * A logger that scrubs each value before it is serialised, because in its serialised form a secret may look otherwise.
 * No text can end its line or move a terminal's cursor: control characters come out escaped.
 */
export function createLog(options: LogOptions, destination: DestinationStream = process.stdout): Logger {
  const loggable = new Loggable(options.secrets ?? new OwnSecrets());
  const nameOf = options.connectionName ?? (() => undefined);
  const escaped: DestinationStream = {
    write: (line) => {
      destination.write(`${escapeControls(options.format === 'json' ? line.trimEnd() : prettyLine(line))}\n`);
    },
  };
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // A word: nobody knows pino's numbers, and collectors of logs do not either.
    formatters: { level: (level: string) => ({ level }) },
    // Errors are plain objects by then, which pino's own serializer would take for errors of another type.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(this: Logger, words: Parameters<Logger['info']>, method: (...words: unknown[]) => void) {
        method.apply(this, scrubbed(loggable, named(words, nameOf)));
      },
    },
  };
  return pino(settings, escaped);
}

/** A connection that is told by its id alone is told by its name, too: people know it by that. */
function named(
  words: readonly unknown[],
  nameOf: (connectionId: string) => string | undefined,
): readonly unknown[] {
  const [fields, ...rest] = words;
  if (typeof fields !== 'object' || fields === null || fields instanceof Error) return words;
  const id = 'connection' in fields ? fields.connection : undefined;
  if (typeof id !== 'string') return words;
  return [{ ...fields, connection: nameOf(id) ?? id, connectionId: id }, ...rest];
}

/** An error in the place of the fields becomes their `err`, and its message the line's if there is no other. */
function scrubbed(loggable: Loggable, [first, ...rest]: readonly unknown[]): unknown[] {
  const words: readonly unknown[] =
    first instanceof Error
      ? [{ err: first }, ...(rest.length > 0 ? rest : [first.message])]
      : [first, ...rest];
  return words.map((word) => loggable.value(word));
}

function prettyLine(line: string): string {
  const { time, level, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${plain(value)}`);
  const cause =
    typeof err === 'object' && err !== null && 'message' in err ? [`error=${plain(err.message)}`] : [];
  const clock = typeof time === 'string' ? time.slice(11, 19) : '';
  const message = typeof msg === 'string' ? msg : '';
  const word = typeof level === 'string' ? level.toUpperCase() : '';
  return [clock, word, message, ...rest, ...cause].join(' ');
}

/** Quoted where it could pass for several words or another field. */
function plain(value: unknown): string {
  return typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
}

// Line ends of Unicode and what changes the direction of writing forge lines in some viewers.
function escapeControls(line: string): string {
  return escapeEach(line, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu);
}
