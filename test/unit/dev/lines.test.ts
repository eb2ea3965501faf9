import { describe, expect, it } from 'vitest';
import { terminalLine } from '../../../src/dev/lines.js';
import type { Happening } from '../../../src/dev/timeline.js';

function lineOf(happening: Happening): string {
  return terminalLine({ n: 1, at: 0, ...happening });
}

describe('A line in the terminal of `ak-slack dev`', () => {
  it('Nothing is announced where there is no text', () => {
    const sent = {
      t: 'sent',
      kind: 'slash_commands',
      type: '/deploy',
      channel: '#general',
      note: '',
    } as const;
    const texts = ['', 'now'].map((text) => lineOf({ ...sent, text, payload: {} }));
    expect(texts.map((line) => line.slice(32))).toEqual([
      '#1 /deploy in #general',
      '#1 /deploy in #general: now',
    ]);
  });

  it('A traceback keeps its lines, below the title', () => {
    const error = 'ValueError(\'no\')\nTraceback:\n  File "main.py", line 3\n';
    const line = lineOf({ t: 'session', sent: 1, sessionId: 'ses_1', state: 'error', error });
    expect(line.split('\n')).toEqual([
      "00:00:00.000  session           ses_1 failed: ValueError('no')",
      '              Traceback:',
      '                File "main.py", line 3',
    ]);
  });

  it('What somebody has written cannot pass for a line of its own', () => {
    const text = 'a\n00:00:00.000  acknowledged';
    const [, ...others] = lineOf({ t: 'print', sent: 1, sessionId: 'ses_1', text }).split('\n');
    expect(others).toEqual(['              00:00:00.000  acknowledged']);
  });

  it('A post to a response_url is not called the workflow’s, because this program posts there too', () => {
    const call = { channel: '', text: 'Approved', args: {}, ok: true, error: '', answer: null } as const;
    const titles = ['response_url', 'chat.postMessage'].map((method) =>
      lineOf({ t: 'call', method, ...call }),
    );
    expect(titles.map((line) => line.slice(14))).toEqual([
      'posted            response_url Approved',
      'workflow called   chat.postMessage Approved',
    ]);
  });
});
