import { PluginError } from '../../core/errors.js';

/** What is noted in a journal that takes part in a move, so that no program starts on it. */
export interface MoveMark {
  readonly t:
    /** It is being moved away. */
    | 'leaving'
    /** It is being filled. */
    | 'arriving'
    /** All of it is in the other one. */
    | 'moved';
  /** Of the move. */
  readonly id: string;
  /** Where the other journal is, without the name of a user. */
  readonly other: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The name under which a journal keeps its mark, beside the key of the installation. */
export const MARK = 'move';

/** The name under which the journal that is filled keeps how far the move has come. */
export const PROGRESS = 'move_progress';

/** The mark that a text holds. */
export function parseMark(text: string): MoveMark {
  return JSON.parse(text) as MoveMark;
}

/** The error of a program that is started on a journal with this mark. */
export function movedError(place: string, { t, other, at }: MoveMark): PluginError {
  const on = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const [from, to] = t === 'arriving' ? [other, place] : [place, other];
  const sentence =
    t === 'moved'
      ? `The journal ${place} was moved to ${other} on ${on} UTC: set JOURNAL_URL to that one. Events that were moved would be sent twice from here.`
      : `The journal ${from} is being moved to ${to}, and neither can be used meanwhile: run \`ak-slack journal move\` again with the same ` +
        '--from and --to, which goes on where it stopped, or with --cancel to stay with the first one.';
  return new PluginError('journal_moved', sentence);
}
