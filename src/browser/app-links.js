import { elementById } from './elements.js';
import { appIdOf } from './token-shape.js';

/**
 * Leads each step to the settings of the very app whose app-level token was typed: the token's text tells which.
 *
 * @param {Document} document
 */
export function startAppLinks(document) {
  const token = elementById(document, 'app_token', HTMLInputElement);
  if (!token) return;
  const links = [...document.querySelectorAll('a[data-app-page]')]
    .filter((link) => link instanceof HTMLAnchorElement)
    .map((link) => ({ link, page: link.dataset['appPage'] ?? '', first: link.href }));
  /** @param {string} appId empty when it is not known */
  const lead = (appId) => {
    for (const { link, page, first } of links)
      link.href = appId === '' ? first : `${new URL(first).origin}/apps/${appId}/${page}`;
  };
  const update = () => lead(appIdOf(token.value));
  token.addEventListener('input', update);
  // An app that was just created, or changed, is the one that the next press is about.
  document.addEventListener('outcome', (event) => {
    const done = event.target instanceof Element ? event.target.querySelector('[data-app-id]') : null;
    const appId = done?.getAttribute('data-app-id') ?? '';
    if (appId === '') return;
    const field = elementById(document, 'app_id', HTMLInputElement);
    if (field) field.value = appId;
    lead(appId);
  });
  // The browser may have kept what was typed before a reload.
  update();
}
