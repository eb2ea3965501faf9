import { Code, ConnectError } from '@connectrpc/connect';
import { idProblem, isSymbol, type IdKind } from './ids.js';

/** AutoKitteh's refusals, in its own words and codes. */
export const refusals = {
  notFound: () => new ConnectError('not_found', Code.NotFound),
  unauthorized: () => new ConnectError('unauthorized', Code.PermissionDenied),
  unauthenticated: () => new ConnectError('', Code.Unauthenticated),
  alreadyExists: () => new ConnectError('already_exists', Code.AlreadyExists),
  invalid: (message: string) => new ConnectError(message, Code.InvalidArgument),
  /** What its handlers return without a code of their own. */
  unknown: (message: string) => new ConnectError(message, Code.Unknown),
  /** What the check of a request's form says. */
  malformed: (rule: string) => new ConnectError(`validation error:\n - ${rule}`, Code.InvalidArgument),
  unimplemented: (method: string) => new ConnectError(`${method} is not implemented`, Code.Unimplemented),
} as const;

/** Refuses an empty field, as the request's form demands. */
export function requireFilled(field: string, value: string): void {
  if (value === '')
    throw refusals.malformed(`${field}: value length must be at least 1 characters [string.min_len]`);
}

/** Refuses an id that is malformed; an empty one passes. */
export function requireId(id: string, kind: IdKind): void {
  const problem = idProblem(id, kind);
  if (problem !== undefined) throw refusals.unknown(problem);
}

/** Refuses what cannot be a name; `field` is named as AutoKitteh names it, after the colon. */
export function requireSymbol(name: string, field?: string): void {
  const suffix = field === undefined ? '' : `: ${field}`;
  if (!isSymbol(name))
    throw refusals.invalid(`illegal symbol (expected [a-zA-Z_][\\w]*), got: ${name}${suffix}`);
}

/** The bare words of a refusal, as AutoKitteh embeds them in others. */
export function wordsOf(error: unknown): string {
  if (error instanceof ConnectError) return error.rawMessage;
  return error instanceof Error ? error.message : String(error);
}
