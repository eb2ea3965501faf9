import { errorMessage, PluginError, type ErrorCode } from '../../core/errors.js';

// SQLite's primary result codes (sqlite.org, Result and Error Codes).
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;

/** The error that callers of the journal see for whatever SQLite threw, at opening with the path of the file. */
export function journalError(error: unknown, path?: string): PluginError {
  if (error instanceof PluginError) return error;
  const { code, advice } = verdict(primaryCode(error));
  const file = path === undefined ? '' : `${path}; `;
  return new PluginError(code, `${advice} (${file}SQLite: ${errorMessage(error)})`, { cause: error });
}

function verdict(code: number): { code: ErrorCode; advice: string } {
  switch (code) {
    case FULL:
      return {
        code: 'journal_full',
        advice:
          'The disk of the journal is full: free space on it; the program then accepts events again by itself, without a restart.',
      };
    case CORRUPT:
    case NOT_A_DATABASE:
      return {
        code: 'journal_damaged',
        advice:
          'The journal file is damaged: stop, move it and its -wal file away for examination, and start again.',
      };
    case BUSY:
    case LOCKED:
      return {
        code: 'journal_locked',
        advice: 'Another process uses the journal file: stop it, or give this one a file of its own.',
      };
    default:
      return {
        code: 'journal_unavailable',
        advice: 'The journal cannot be read or written: check its disk and the rights on its folder.',
      };
  }
}

function primaryCode(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return 0;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
}
