import { elementById, setText } from './elements.js';

/**
 * Lets a person look for scopes and events by their names, by what they are for, and by the scope that an event needs.
 *
 * @param {Document} document
 */
export function startChoiceSearch(document) {
  for (const input of document.querySelectorAll('input[data-searches]'))
    if (input instanceof HTMLInputElement) start(document, input);
}

/**
 * @param {Document} document
 * @param {HTMLInputElement} input
 */
function start(document, input) {
  const list = document.getElementById(input.dataset['searches'] ?? '');
  const found = elementById(document, `${input.id}-found`, HTMLParagraphElement);
  if (!list) return;
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/);
    let count = 0;
    for (const group of list.querySelectorAll('fieldset')) {
      const purpose = group.querySelector('legend')?.textContent ?? '';
      let any = false;
      for (const item of group.querySelectorAll('li')) {
        const text = `${purpose} ${item.textContent}`.toLowerCase();
        item.hidden = !words.every((word) => text.includes(word));
        if (item.hidden) continue;
        any = true;
        count += 1;
      }
      group.hidden = !any;
    }
    setText(found, input.value.trim() === '' ? '' : `${count} found`);
  });
}
