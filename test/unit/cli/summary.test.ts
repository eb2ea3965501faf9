import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../../src/cli/doctor/summary.js';

const OK = { step: 'settings', verdict: 'ok', found: 'All settings are valid.' } as const;

describe('The summary of the doctor', () => {
  it('A cause that the program and a step tell is summed up once, the worst first, with what to do', () => {
    const text = summaryOf([
      OK,
      {
        step: 'program',
        verdict: 'warning',
        found: 'A dead letter.\n- message: too large',
        advice: 'Read it.',
        about: ['dead_letters'],
      },
      {
        step: 'program',
        verdict: 'failed',
        found: 'AutoKitteh is unreachable.',
        advice: 'Start it.',
        about: ['server'],
      },
      {
        step: 'AutoKitteh',
        verdict: 'failed',
        found: 'No server answers.',
        advice: 'Start the server.',
        about: ['server'],
      },
      { step: 'Slack', verdict: 'failed', found: 'Slack does not answer.', advice: 'Let it pass.' },
      {
        step: 'dispatch',
        verdict: 'failed',
        found: 'No answer.',
        advice: 'Look.',
        about: ['server', 'delivery'],
      },
    ]);
    expect(text).toBe(
      [
        '3 problems:',
        '1. AutoKitteh is unreachable.',
        '   What to do: Start it.',
        '2. Slack does not answer.',
        '   What to do: Let it pass.',
        '3. A dead letter.',
        '   - message: too large',
        '   What to do: Read it.',
      ].join('\n'),
    );
  });

  it('Where nothing is wrong the summary says whether everything could be tried', () => {
    expect(summaryOf([OK])).toBe('All is well.');
    expect(summaryOf([OK, { step: 'program', verdict: 'skipped', found: 'None runs.' }])).toBe(
      'Nothing is wrong, as far as it could be tried.',
    );
  });
});
