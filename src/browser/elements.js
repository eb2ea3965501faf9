/**
 * The element with that id, if it is there and of that kind.
 *
 * @template {HTMLElement} Kind
 * @param {Document} document
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind | undefined}
 */
export function elementById(document, id, kind) {
  const element = document.getElementById(id);
  return element instanceof kind ? element : undefined;
}

/**
 * Puts a text there if it is another one: what is announced to a screen reader is only what changed.
 *
 * @param {Element | null | undefined} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/**
 * @param {Element | null | undefined} element
 * @param {boolean} hidden
 */
export function hide(element, hidden) {
  if (element instanceof HTMLElement) element.hidden = hidden;
}
