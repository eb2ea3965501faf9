import { counted } from '../../core/words.js';
import type { Finding } from './finding.js';

/** How the lines of findings begin. */
export const MARKS: Readonly<Record<Finding['verdict'], string>> = {
  ok: 'ok  ',
  warning: 'WARN',
  failed: 'FAIL',
  follows: '-   ',
  skipped: '-   ',
};

/** How many problems there are, and which lines tell them. */
export function summaryOf(findings: readonly Finding[]): string {
  const lines = (['failed', 'warning'] as const).flatMap((verdict) => {
    const count = findings.filter((each) => each.verdict === verdict).length;
    const which = count === 1 ? 'the line' : `the ${count} lines`;
    return count === 0 ? [] : [{ count, words: `${which} with ${MARKS[verdict].trim()}` }];
  });
  const problems = lines.reduce((sum, { count }) => sum + count, 0);
  if (problems > 0) {
    const words = lines.map((each) => each.words).join(' and ');
    return `${counted(problems, 'problem')}: ${words} ${problems === 1 ? 'says' : 'say'} what to do.`;
  }
  return findings.some(({ verdict }) => verdict === 'skipped')
    ? 'Nothing is wrong, as far as it could be tried.'
    : 'All is well.';
}
