/** The states of a session that has ended. */
export const FINAL: ReadonlySet<string> = new Set(['completed', 'error', 'stopped']);
