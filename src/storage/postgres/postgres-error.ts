import pg from 'pg';
import { errorMessage, PluginError, type ErrorCode } from '../../core/errors.js';
import { MOVED } from './moved.js';

interface Verdict {
  readonly code: ErrorCode;
  readonly advice: string;
}

// PostgreSQL's error codes (its manual, Appendix A); a class is the first two letters.
const VERDICTS: Readonly<Record<string, Verdict>> = {
  53100: {
    code: 'journal_full',
    advice:
      "The disk of the journal's PostgreSQL is full: free space on it; the program then accepts events again by itself, without a restart.",
  },
  53300: unavailable(
    'PostgreSQL takes no more connections, of which each replica needs five: raise max_connections, or the limit of its role.',
  ),
  25006: unavailable(
    'PostgreSQL does not accept writes: it is a standby, or set to read-only. Name the primary in JOURNAL_URL.',
  ),
  '55P03': {
    code: 'journal_locked',
    advice:
      'Another program, such as pg_dump, uses the tables of the journal in PostgreSQL: wait until it has ended, and try again.',
  },
  57014: unavailable('PostgreSQL took too long for a statement; the program retries it.'),
  42501: unavailable(
    "The role of JOURNAL_URL may not use the journal's tables: grant it the rights, or run as their owner.",
  ),
  28000: unavailable('PostgreSQL refuses the role of JOURNAL_URL.'),
  '28P01': unavailable('PostgreSQL refuses the password of JOURNAL_URL.'),
  '3D000': unavailable('PostgreSQL has no database with the name in JOURNAL_URL: create it.'),
  '42P01': damaged(),
  42703: damaged(),
  42883: damaged(),
  '3F000': damaged(),
  XX001: damaged(),
  XX002: damaged(),
};

const AWAY = unavailable(
  'PostgreSQL, which holds the journal, cannot be reached, or does not respond in time: start it, or correct JOURNAL_URL.',
);
const REFUSED = unavailable('PostgreSQL refused a statement of the journal.');

// Deadlock, and a transaction that could not be ordered.
const TRANSIENT: ReadonlySet<string | undefined> = new Set(['40P01', '40001']);

const IS_MOVED: Verdict = {
  code: 'journal_moved',
  advice:
    'The journal in PostgreSQL was moved to another place, or is being moved: restart the program with JOURNAL_URL set to that place.',
};

/** Whether the same statement may work at once: PostgreSQL has undone it because of another one. */
export function isTransient(error: unknown): boolean {
  return error instanceof pg.DatabaseError && TRANSIENT.has(error.code);
}

/** Whether PostgreSQL found a second row where there may be only one. */
export function isUniqueViolation(error: unknown): boolean {
  return hasCode(error, '23505');
}

/** Whether the role lacks a right. */
export function isDenied(error: unknown): boolean {
  return hasCode(error, '42501');
}

/** The error that callers of the journal see for whatever the driver threw. */
export function postgresError(error: unknown): PluginError {
  if (error instanceof PluginError) return error;
  const { code, advice } = verdict(error);
  return new PluginError(code, `${advice} (PostgreSQL: ${errorMessage(error)})`, { cause: error });
}

function verdict(error: unknown): Verdict {
  if (!(error instanceof pg.DatabaseError)) return AWAY;
  if (error.constraint === MOVED) return IS_MOVED;
  const code = error.code ?? '';
  // Class 57 but a cancelled statement: the server is stopping, starting, or has crashed. Class 08: the connection.
  return VERDICTS[code] ?? (code.startsWith('57') || code.startsWith('08') ? AWAY : REFUSED);
}

function unavailable(advice: string): Verdict {
  return { code: 'journal_unavailable', advice };
}

function damaged(): Verdict {
  return {
    code: 'journal_damaged',
    advice:
      "The journal's tables in PostgreSQL were changed by another program: restore them, or name another database.",
  };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof PluginError && error.cause instanceof pg.DatabaseError && error.cause.code === code;
}
