import { pino, type DestinationStream, type Logger } from 'pino';
import { scrub } from './scrub.js';

/** What the parts of the program log with. Fields are an allow-list by habit; secrets are scrubbed by force. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export interface LogOptions {
  readonly level: string;
  /** `pretty` for people, `json` for machines. */
  readonly format: 'json' | 'pretty';
}

/** A logger whose every line passes through `scrub` before it reaches `destination`. */
export function createLog(options: LogOptions, destination: DestinationStream = process.stdout): Logger {
  const scrubbed: DestinationStream = {
    write: (line) => {
      destination.write(options.format === 'json' ? scrub(line) : prettyLine(scrub(line)));
    },
  };
  return pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, scrubbed);
}

const LEVELS: Readonly<Record<number, string>> = { 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR' };

function prettyLine(line: string): string {
  const { time, level, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${plain(value)}`);
  const cause =
    typeof err === 'object' && err !== null && 'message' in err ? [`error=${plain(err.message)}`] : [];
  const clock = typeof time === 'string' ? time.slice(11, 19) : '';
  return [clock, LEVELS[level as number] ?? '', plain(msg), ...rest, ...cause].join(' ') + '\n';
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
