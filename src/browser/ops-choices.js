/** Buttons that are about what is ticked wait until something is: see `data-choices` and `data-needs-choice`. */

/** @param {Document} document */
export function startChoices(document) {
  document.addEventListener('change', () => showChoices(document));
  showChoices(document);
}

/**
 * To be called, too, when the forms were replaced.
 *
 * @param {Document} document
 */
export function showChoices(document) {
  for (const form of document.querySelectorAll('form[data-choices]')) {
    const isChosen = form.querySelector('input:checked') !== null;
    for (const button of form.querySelectorAll('button[data-needs-choice]'))
      if (button instanceof HTMLButtonElement) button.disabled = !isChosen;
  }
}
