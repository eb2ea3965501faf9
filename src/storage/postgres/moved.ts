/** The constraint that no row satisfies, of tables in a journal that was moved, or is being moved: see docs/replicas.md. */
export const MOVED = 'journal_was_moved';
