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
  const update = () => {
    const appId = appIdOf(token.value);
    for (const { link, page, first } of links)
      link.href = appId === '' ? first : `${new URL(first).origin}/apps/${appId}/${page}`;
  };
  token.addEventListener('input', update);
  // The browser may have kept what was typed before a reload.
  update();
}
