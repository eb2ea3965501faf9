/**
 * Puts a text into the clipboard. Pages served over plain HTTP have no `navigator.clipboard`, unless they are on this
 * machine: there a selected field is copied, as browsers have done it for longer.
 *
 * @param {Document} document
 * @param {string} text
 * @returns {Promise<boolean>} false when the browser lets no page do it
 */
export async function copyText(document, text) {
  /** @type {Clipboard | undefined} */
  const clipboard = navigator.clipboard;
  if (clipboard !== undefined) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // A person or a policy may have forbidden it; the older way asks nobody.
    }
  }
  return copySelected(document, text);
}

/**
 * @param {Document} document
 * @param {string} text
 */
function copySelected(document, text) {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.className = 'copied';
  field.readOnly = true;
  field.value = text;
  document.body.append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}
