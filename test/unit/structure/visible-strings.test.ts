import { describe, expect, it } from 'vitest';
import { visibleStrings } from '../../../scripts/visible-strings.js';

describe('The list of visible strings', () => {
  it('The list of visible strings has log lines, errors and descriptions, with their lines and gaps', () => {
    const script = [
      "import { log } from './a log.js';",
      "log.warn({ connection: id }, 'a socket was closed');",
      "throw new PluginError('bad_input', `there is no function ${name}, or not yet`);",
      "program.command('status').description('print the state');",
    ].join('\n');
    expect(visibleStrings('a.ts', script)).toEqual([
      { line: 2, text: 'a socket was closed' },
      { line: 3, text: 'there is no function …, or not yet' },
      { line: 4, text: 'print the state' },
    ]);
  });

  it('The list of visible strings has the paragraphs, labels and attributes of a page, one by one', () => {
    const script = [
      'html`<h1 class="large title">Slack connection</h1>',
      '  <p>Paste the <b>bot token</b> of ${app}',
      '    here.</p>',
      '  <input placeholder="Bot token" />`;',
    ].join('\n');
    expect(visibleStrings('a.ts', script)).toEqual([
      { line: 1, text: 'Slack connection' },
      { line: 2, text: 'Paste the bot token of … here.' },
      { line: 4, text: 'Bot token' },
    ]);
  });

  it('The list of visible strings leaves out statements of SQL, styles and headers', () => {
    const script = [
      'database.exec(`SELECT id FROM events`);',
      "const style = 'body { color: red; margin: 0 auto }';",
      "reply('text/plain; charset=utf-8');",
    ].join('\n');
    expect(visibleStrings('a.ts', script)).toEqual([]);
  });
});
