import { copyText } from './copying.js';
import { setText } from './elements.js';

// How long a button says what became of its press.
const SAID_MS = 2_000;

/**
 * Buttons that put the text of their `data-copies` into the clipboard. Without script they are hidden: what they copy, or all
 * that it consists of, can be read beside them.
 *
 * @param {Document} document
 */
export function startCopyButtons(document) {
  for (const button of document.querySelectorAll('button[data-copies]'))
    if (button instanceof HTMLButtonElement) button.hidden = false;
  const said = document.getElementById('copied');
  document.addEventListener('click', (event) => {
    const { target } = event;
    const button = target instanceof Element ? target.closest('button[data-copies]') : null;
    if (button instanceof HTMLButtonElement) void copy(button, said);
  });
}

/**
 * @param {HTMLButtonElement} button
 * @param {HTMLElement | null} said for screen readers
 */
async function copy(button, said) {
  const words = button.querySelector('span');
  const usual = button.dataset['usual'] ?? words?.textContent ?? '';
  button.dataset['usual'] = usual;
  const isCopied = await copyText(button.ownerDocument, button.dataset['copies'] ?? '');
  const outcome = isCopied ? 'Copied' : 'Not copied';
  setText(words, outcome);
  setText(said, outcome);
  setTimeout(() => {
    setText(words, usual);
    setText(said, '');
  }, SAID_MS);
}
