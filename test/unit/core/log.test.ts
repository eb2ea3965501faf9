import { describe, expect, it } from 'vitest';
import { createLog } from '../../../src/core/log.js';
import { logged } from './logged.js';

describe('the lines of a log', () => {
  it('A log says the level as a word, for machines and for people', () => {
    const write = (log: ReturnType<typeof createLog>): void => {
      log.debug('one');
      log.info('two');
      log.warn('three');
      log.error('four');
    };
    const lines = logged('json', write).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual([
      'debug',
      'info',
      'warn',
      'error',
    ]);
    expect(logged('pretty', write)).toMatch(/DEBUG one\n.*INFO two\n.*WARN three\n.*ERROR four\n/);
  });

  it('A log tells a connection by its name and by its id, and by its id alone while the name is not known', () => {
    const output: string[] = [];
    const names = new Map([['con_1', 'my_project/my_slack']]);
    const log = createLog(
      { level: 'info', format: 'json', connectionName: (id) => names.get(id) },
      { write: (line) => void output.push(line) },
    );
    log.info({ connection: 'con_1', key: 'Ev1' }, 'known');
    log.info({ connection: 'con_2' }, 'unknown');
    log.info('none');
    expect(output.map((line) => JSON.parse(line) as object)).toMatchObject([
      { connection: 'my_project/my_slack', connectionId: 'con_1', key: 'Ev1' },
      { connection: 'con_2', connectionId: 'con_2' },
      { msg: 'none' },
    ]);
  });

  it('A log rounds numbers to what is worth reading, and leaves whole ones as they are', () => {
    const output = logged('json', (log) => {
      const numbers = {
        long: 1234.567_89,
        short: 3.141_592_65,
        tiny: 0.000_123_456,
        whole: 1_790_000_000_123,
      };
      log.info({ ...numbers, within: [{ ms: 12.345_678 }] }, 'numbers');
    });
    expect(JSON.parse(output)).toMatchObject({
      ...{ long: 1235, short: 3.14, tiny: 0.000_123, whole: 1_790_000_000_123 },
      within: [{ ms: 12.3 }],
    });
  });
});

describe('a pretty log', () => {
  it('A pretty log cannot be made to show a line, or a field, that was not logged', () => {
    const forged = 'harmless\n12:00:00 ERROR forged\r\x1b[2K\u009b1A\u2028\u202e12:00:00 INFO user=admin';
    const output = logged('pretty', (log) => {
      log.info({ reason: forged, list: [forged] }, forged);
      log.error({ err: new Error(forged) }, 'failed');
    });
    expect(output.split(/[\n\r\u2028\u0085]/).filter((line) => line !== '')).toHaveLength(2);
    expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    expect(output).toContain('reason="harmless\\n');
  });
});
