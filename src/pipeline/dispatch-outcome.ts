import { PluginError, serverReason } from '../core/errors.js';
import type { DispatchOutcome } from '../delivery/sink.js';
import { hadNoAnswer, serverWords } from '../autokitteh/rpc.js';

/*
 * AutoKitteh answers every failure of Dispatch with "invalid argument", so that only the text tells a bad event from a
 * server that is down. The first rule that matches decides.
 */
const RULES: readonly (readonly [RegExp, 'too_large' | 'gone' | 'refused' | 'outage'])[] = [
  // Temporal's limit for one payload; the event never gets smaller.
  [/blob data size exceeds limit|HTTP 413|message (is )?too large/i, 'too_large'],
  // Temporal away, its namespace missing, its queue full.
  [/failed starting workflow/i, 'outage'],
  [
    /deadline exceeded|context canceled|connection (refused|reset)|broken pipe|no such host|i\/o timeout/i,
    'outage',
  ],
  [
    /\bEOF\b|unavailable|too many (requests|connections|clients)|resource.?exhausted|shutting down/i,
    'outage',
  ],
  [/database is (locked|closed)|\bSQLITE_|\bpq: |failed to connect/i, 'outage'],
  // The connection was deleted, or its project was.
  [/(^|[\s:])not_found$/, 'gone'],
  // The request itself is refused: malformed ids, values and names; rule names stand in brackets at the end.
  [
    /\binvalid (prefix|suffix|value|event|argument|id)\b|illegal symbol|validation error|\[[\w.]+\]$/i,
    'refused',
  ],
];

// Temporal has not answered AutoKitteh in time: seen to start the workflow all the same, if it stopped just then.
const UNSURE = /failed starting workflow:.*(deadline exceeded|context canceled|\bEOF\b|reset|broken pipe)/i;

/** What an error of `AutoKitteh.dispatch` means for the event. */
export function outcomeOfError(error: unknown): DispatchOutcome {
  const reason = serverReason(error);
  if (!(error instanceof PluginError)) return { t: 'failed', reason };
  if (hadNoAnswer(error)) return { t: 'unanswered', reason };
  switch (error.code) {
    case 'unauthenticated':
    case 'forbidden':
      return {
        t: error.code === 'forbidden' ? 'forbidden' : 'outage',
        reason: `${reason} (this program lacks the right to dispatch: see AUTOKITTEH_SIGN_KEY and AUTOKITTEH_TOKEN)`,
      };
    case 'server_unavailable':
      return { t: 'outage', reason };
    case 'not_found':
      return poisoned('gone', serverWords(error));
    case 'bad_input':
      return { t: 'poisoned', reason };
    default:
      return outcomeOfWords(serverWords(error), reason);
  }
}

function outcomeOfWords(words: string, reason: string): DispatchOutcome {
  if (UNSURE.test(words)) return { t: 'outage', reason, unsure: true };
  const kind = RULES.find(([pattern]) => pattern.test(words))?.[1] ?? 'failed';
  return kind === 'outage' || kind === 'failed' ? { t: kind, reason } : poisoned(kind, words);
}

/** Operators read the reason of a dead letter by itself. */
function poisoned(kind: 'too_large' | 'gone' | 'refused', words: string): DispatchOutcome {
  const how = {
    too_large: 'the event is too large for AutoKitteh, which refuses it each time that it is sent',
    gone: 'AutoKitteh has no such connection any more',
    refused: 'AutoKitteh refuses the event',
  }[kind];
  return { t: 'poisoned', reason: `${how}: "${words}"` };
}
