import { elementById, setText } from './elements.js';
import { appTokenProblem, areSwapped, botTokenProblem } from './token-shape.js';

/**
 * Looks at the shape of the tokens while they are typed, offers to swap them, and shows them on demand. Nothing is sent.
 *
 * @param {Document} document
 */
export function startTokenFields(document) {
  const bot = elementById(document, 'bot_token', HTMLInputElement);
  const app = elementById(document, 'app_token', HTMLInputElement);
  const swap = elementById(document, 'swap', HTMLButtonElement);
  if (!bot || !app || !swap) return;

  const look = () => {
    tell(document, bot, botTokenProblem(bot.value));
    tell(document, app, appTokenProblem(app.value));
    swap.hidden = !areSwapped(bot.value, app.value);
  };
  bot.addEventListener('input', look);
  app.addEventListener('input', look);
  swap.addEventListener('click', () => {
    [bot.value, app.value] = [app.value, bot.value];
    look();
    bot.focus();
  });
  for (const button of document.querySelectorAll('button[data-reveals]')) {
    if (button instanceof HTMLButtonElement) startReveal(document, button);
  }
  // The browser may have kept what was typed before a reload.
  look();
}

/**
 * @param {Document} document
 * @param {HTMLInputElement} input
 * @param {string} problem empty when there is none
 */
function tell(document, input, problem) {
  const hint = elementById(document, `${input.id}-hint`, HTMLParagraphElement);
  const empty = input.value.trim() === '';
  const wrong = !empty && problem !== '';
  if (wrong) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
  hint?.classList.toggle('wrong', wrong);
  hint?.classList.toggle('right', !empty && !wrong);
  if (empty) setText(hint, hint?.dataset['usual'] ?? '');
  else setText(hint, wrong ? problem : 'Looks right.');
}

/**
 * @param {Document} document
 * @param {HTMLButtonElement} button
 */
function startReveal(document, button) {
  const input = elementById(document, button.dataset['reveals'] ?? '', HTMLInputElement);
  if (!input) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    const shown = input.type === 'text';
    input.type = shown ? 'password' : 'text';
    button.setAttribute('aria-pressed', String(!shown));
    setText(button, shown ? 'Show' : 'Hide');
  });
}
