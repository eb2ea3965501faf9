import { createHash } from 'node:crypto';
import { APPEND } from './functions/append.js';
import { BEAT } from './functions/beat.js';
import { CLAIM } from './functions/claim.js';
import { LEAD } from './functions/lead.js';
import { NOTE_PATH } from './functions/note-path.js';
import { REMOVE_CONNECTION } from './functions/remove-connection.js';
import { RESEND } from './functions/resend.js';
import { SETTLE } from './functions/settle.js';
import { TAKE_OVER } from './functions/take-over.js';

/** Each is what follows `CREATE FUNCTION <name>`; `{{name}}` stands for another of them. */
const TEXTS = {
  lead: LEAD,
  note_path: NOTE_PATH,
  append: APPEND,
  claim: CLAIM,
  settle: SETTLE,
  take_over: TAKE_OVER,
  resend: RESEND,
  remove_connection: REMOVE_CONNECTION,
  beat: BEAT,
} as const;

// The name of a function carries a digest of all of them, so that two releases work beside each other in one database, and
// none can change a function under the other.
const DIGEST = createHash('sha256').update(JSON.stringify(TEXTS)).digest('hex').slice(0, 8);

/** The name in the database of the function `name` of this release. */
export function functionName(name: keyof typeof TEXTS): string {
  return `ak_slack.${name}_${DIGEST}`;
}

/** Whether the database has all functions of this release. */
export const FUNCTIONS_ARE_THERE = `SELECT count(*) = ${Object.keys(TEXTS).length} AS complete
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = 'ak_slack' AND right(p.proname, ${DIGEST.length + 1}) = '_${DIGEST}'`;

/** Statements that make the functions of this release. */
export const CREATE_FUNCTIONS = Object.entries(TEXTS)
  .map(([name, text]) => {
    const filled = text.replaceAll(/\{\{(\w+)\}\}/g, (_, other: string) =>
      functionName(other as keyof typeof TEXTS),
    );
    return `CREATE OR REPLACE FUNCTION ${functionName(name as keyof typeof TEXTS)}${filled};`;
  })
  .join('\n');
