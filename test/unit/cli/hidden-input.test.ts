import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { readHiddenLine, type RawInput } from '../../../src/cli/hidden-input.js';

/** A terminal, which shows what is typed unless it is in raw mode. */
class FakeTerminal extends EventEmitter implements RawInput {
  shown = '';
  #isRaw = false;

  setRawMode(raw: boolean): void {
    this.#isRaw = raw;
  }

  resume(): void {
    // It hands over what comes in either way.
  }

  pause(): void {
    // Likewise.
  }

  type(text: string): void {
    if (!this.#isRaw) this.shown += text;
    this.emit('data', Buffer.from(text));
  }
}

describe('a line that is not shown', () => {
  it('A line is taken until Enter, with what was erased left out, and never shown', async () => {
    const terminal = new FakeTerminal();
    const line = readHiddenLine(terminal, { text: '' });
    for (const key of ['x', 'o', 'y', '\x7f', 'x', 'b', '\r']) terminal.type(key);
    expect(await line).toBe('xoxb');
    expect(terminal.shown).toBe('');
    expect(terminal.listenerCount('data')).toBe(0);
    terminal.type('ls');
    expect(terminal.shown).toBe('ls');
  });

  it('Two lines that are pasted at once are taken one after the other, without what a terminal puts around', async () => {
    const terminal = new FakeTerminal();
    const rest = { text: '' };
    const first = readHiddenLine(terminal, rest);
    terminal.type('\x1b[200~xoxb-1\r\n\r\nxapp-1\r\n\x1b[201~');
    expect(await first).toBe('xoxb-1');
    expect(await readHiddenLine(terminal, rest)).toBe('xapp-1');
    expect(terminal.shown).toBe('');
  });

  it('Ctrl-D ends a line, and Ctrl-C gives up', async () => {
    const terminal = new FakeTerminal();
    const ended = readHiddenLine(terminal, { text: '' });
    terminal.type('xoxb\x04');
    expect(await ended).toBe('xoxb');
    const givenUp = readHiddenLine(terminal, { text: '' });
    terminal.type('xo\x03xb\r');
    expect(await givenUp).toBeUndefined();
  });

  it('A character that arrives in two parts is one character', async () => {
    const terminal = new FakeTerminal();
    const line = readHiddenLine(terminal, { text: '' });
    const [first, ...others] = Buffer.from('é\r');
    terminal.emit('data', Buffer.from([first!]));
    terminal.emit('data', Buffer.from(others));
    expect(await line).toBe('é');
  });
});
