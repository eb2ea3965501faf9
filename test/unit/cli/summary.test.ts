import { describe, expect, it } from 'vitest';
import { Causes } from '../../../src/cli/doctor/causes.js';
import type { Finding } from '../../../src/cli/doctor/finding.js';
import { summaryOf } from '../../../src/cli/doctor/summary.js';

const OK = { step: 'settings', verdict: 'ok', found: 'All settings are valid.' } as const;

function failed(step: string, about: NonNullable<Finding['about']>): Finding {
  return { step, verdict: 'failed', found: `${step} is bad.`, advice: 'Mend it.', about };
}

/** The steps and verdicts as they are told. */
function sorted(findings: readonly Finding[]): (readonly [step: string, verdict: string])[] {
  const causes = new Causes();
  return findings
    .map((finding) => causes.sorted(finding))
    .map(({ step, verdict }) => [step, verdict] as const);
}

describe('The causes that the doctor finds', () => {
  it('A cause that the program and two steps find is one problem, and the others say where it is told', () => {
    const causes = new Causes();
    expect(causes.sorted(failed('program', ['server']))).toMatchObject({ verdict: 'failed' });
    expect(causes.sorted(failed('AutoKitteh', ['server']))).toEqual({
      ...{ step: 'AutoKitteh', verdict: 'follows', about: ['server'] },
      found: 'Follows from “program” above: AutoKitteh is bad.',
    });
    expect(causes.sorted(failed('dispatch', ['server', 'delivery']))).toMatchObject({ verdict: 'follows' });
    expect(causes.sorted(failed('Slack', ['slack']))).toMatchObject({ verdict: 'failed' });
  });

  it('A step that finds worse than what was told is a problem of its own, and so is each app of one step', () => {
    expect(
      sorted([
        { step: 'program', verdict: 'warning', found: 'Little room.', about: ['room'] },
        failed('journal', ['journal', 'room']),
        failed('socket', ['apps']),
        failed('socket', ['apps']),
      ]),
    ).toEqual([
      ['program', 'warning'],
      ['journal', 'failed'],
      ['socket', 'failed'],
      ['socket', 'failed'],
    ]);
  });
});

describe('The summary of the doctor', () => {
  it.each<[string, Finding['verdict'][]]>([
    ['All is well.', []],
    ['Nothing is wrong, as far as it could be tried.', ['skipped']],
    ['1 problem: the line with FAIL says what to do.', ['failed', 'follows', 'follows']],
    ['2 problems: the 2 lines with WARN say what to do.', ['warning', 'warning']],
    [
      '3 problems: the 2 lines with FAIL and the line with WARN say what to do.',
      ['failed', 'warning', 'failed'],
    ],
  ])('The summary says: %s', (words, verdicts) => {
    expect(summaryOf([OK, ...verdicts.map((verdict): Finding => ({ ...OK, verdict }))])).toBe(words);
  });
});
