import { counted } from '../../core/words.js';
import type { Finding } from './finding.js';

/**
 * What is wrong, each cause once and the worst first, with what to do: for those who read nothing else. What a running
 * program tells of itself comes before what the steps found, because it says since when and what is lost.
 */
export function summaryOf(findings: readonly Finding[]): string {
  const told = new Set<string>();
  const wrong = [...where(findings, 'failed'), ...where(findings, 'warning')].filter(
    ({ step, about = [] }) => {
      const isTold = step !== 'program' && about.some((each) => told.has(each));
      about.forEach((each) => told.add(each));
      return !isTold;
    },
  );
  if (wrong.length > 0) return [`${counted(wrong.length, 'problem')}:`, ...wrong.map(textOf)].join('\n');
  return findings.some(({ verdict }) => verdict === 'skipped')
    ? 'Nothing is wrong, as far as it could be tried.'
    : 'All is well.';
}

function where(findings: readonly Finding[], verdict: Finding['verdict']): Finding[] {
  const chosen = findings.filter((each) => each.verdict === verdict);
  return [
    ...chosen.filter(({ step }) => step === 'program'),
    ...chosen.filter(({ step }) => step !== 'program'),
  ];
}

function textOf({ found, advice }: Finding, index: number): string {
  const lines = [...found.split('\n'), ...(advice === undefined ? [] : [`What to do: ${advice}`])];
  return `${index + 1}. ${lines.join('\n   ')}`;
}
