import { StringDecoder } from 'node:string_decoder';

/** The part of standard input that this needs. */
export interface RawInput {
  setRawMode(raw: boolean): unknown;
  on(event: 'data', listener: (data: Buffer) => void): unknown;
  off(event: 'data', listener: (data: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

const ENTER = /[\r\n]/;
const INTERRUPT = '\x03';
const END = '\x04';
const ERASE = new Set(['\b', '\x7f']);
// What a terminal puts around what was pasted.
const PASTE_MARKS = /\p{Cc}\[20[01]~/gu;

/**
 * One line that a person types or pastes, of which the terminal shows nothing. Resolves with what was typed until Enter or
 * Ctrl-D, and with nothing at Ctrl-C. What follows a line end in one paste is left to `rest`, the next line.
 */
export function readHiddenLine(input: RawInput, rest: { text: string }): Promise<string | undefined> {
  const decoder = new StringDecoder('utf8');
  return new Promise((resolve) => {
    let line = '';
    const finish = (result: string | undefined, left: string): void => {
      rest.text = left;
      input.off('data', take);
      input.setRawMode(false);
      input.pause();
      resolve(result);
    };
    const type = (text: string): void => {
      const characters = Array.from(text.replace(PASTE_MARKS, ''));
      for (const [at, character] of characters.entries()) {
        // Blank lines between what is pasted are no answer.
        const isEnter = ENTER.test(character);
        if (isEnter && line.trim() === '') continue;
        if (isEnter || character === END || character === INTERRUPT) {
          const left = isEnter ? characters.slice(at + 1).join('') : '';
          finish(character === INTERRUPT ? undefined : line, left);
          return;
        }
        line = ERASE.has(character) ? line.slice(0, -1) : line + character;
      }
    };
    const take = (data: Buffer): void => type(decoder.write(data));
    input.setRawMode(true);
    input.on('data', take);
    input.resume();
    if (rest.text !== '') type(rest.text);
  });
}
