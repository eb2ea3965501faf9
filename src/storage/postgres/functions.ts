import { createHash } from 'node:crypto';
import { APPEND } from './functions/append.js';
import { BEAT } from './functions/beat.js';
import { CLAIM } from './functions/claim.js';
import { LEAD } from './functions/lead.js';
import { NOTE_PATH } from './functions/note-path.js';
import { REMOVE_CONNECTION } from './functions/remove-connection.js';
import { RESEND } from './functions/resend.js';
import { SETTLE } from './functions/settle.js';
import { LEAVE_APP, LOOK_SLOTS, SYNC_SLOTS, TAKE_SLOT } from './functions/slots.js';
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
  take_slot: TAKE_SLOT,
  sync_slots: SYNC_SLOTS,
  leave_app: LEAVE_APP,
  look_slots: LOOK_SLOTS,
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

const CREATE_FUNCTIONS = Object.entries(TEXTS)
  .map(([name, text]) => {
    const filled = text.replaceAll(/\{\{(\w+)\}\}/g, (_, other: string) =>
      functionName(other as keyof typeof TEXTS),
    );
    return `CREATE OR REPLACE FUNCTION ${functionName(name as keyof typeof TEXTS)}${filled};`;
  })
  .join('\n');

// Of this release, of the one before, and of the one before that while a replacement is being taken back.
const RELEASES_KEPT = 3;

/**
 * A block that adds the functions of this release, notes that they are the newest, and drops those of releases that are no
 * longer among the last ones. Functions that were there before such notes were made count as noted.
 */
export const ADD_FUNCTIONS = `DECLARE
    digests text[];
    old regprocedure;
  BEGIN
    ${CREATE_FUNCTIONS}
    SELECT string_to_array(i.value, ' ') INTO digests FROM ak_slack.installation i WHERE i.name = 'functions';
    digests := coalesce(digests, ARRAY(SELECT DISTINCT right(p.proname, ${DIGEST.length}) FROM pg_proc p
      WHERE p.pronamespace = to_regnamespace('ak_slack')));
    digests := (ARRAY['${DIGEST}'] || array_remove(digests, '${DIGEST}'))[1:${RELEASES_KEPT}];
    INSERT INTO ak_slack.installation (name, value) VALUES ('functions', array_to_string(digests, ' '))
      ON CONFLICT (name) DO UPDATE SET value = excluded.value;
    FOR old IN SELECT p.oid::regprocedure FROM pg_proc p
      WHERE p.pronamespace = to_regnamespace('ak_slack') AND p.proname ~ '_[0-9a-f]{${DIGEST.length}}$'
        AND right(p.proname, ${DIGEST.length}) <> ALL (digests) AND pg_has_role(p.proowner, 'USAGE')
    LOOP EXECUTE 'DROP FUNCTION ' || old; END LOOP;
  END;`;
