import { elementById } from './elements.js';

/**
 * Sends the forms with tokens, test messages and apps without leaving the page, so that what was typed stays when something
 * is wrong. The answer is the same page as without script; only its outcome is taken from it.
 *
 * @param {Document} document
 */
export function startFormSending(document) {
  start(elementById(document, 'token-form', HTMLFormElement), 'outcome');
  start(elementById(document, 'test-form', HTMLFormElement), 'test-outcome');
  start(elementById(document, 'app-form', HTMLFormElement), 'app-outcome');
}

/**
 * @param {HTMLFormElement | undefined} form
 * @param {string} outcomeId
 */
function start(form, outcomeId) {
  form?.addEventListener('submit', (event) => {
    const { submitter } = event;
    if (!(submitter instanceof HTMLButtonElement)) return;
    event.preventDefault();
    // A second press while the first is under way would check everything twice.
    if (form.ariaBusy === 'true') return;
    void send(form, submitter, outcomeId);
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} submitter
 * @param {string} outcomeId
 */
async function send(form, submitter, outcomeId) {
  const document = form.ownerDocument;
  const words = submitter.textContent;
  form.ariaBusy = 'true';
  submitter.setAttribute('aria-disabled', 'true');
  submitter.textContent = 'One moment…';
  try {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, submitter)) {
      if (typeof value === 'string') body.append(name, value);
    }
    // Not form.action: the buttons are named so, and would answer in its place.
    const response = await fetch(form.getAttribute('action') ?? '', { method: 'POST', body });
    if (response.redirected) {
      document.location.assign(response.url);
      return;
    }
    const answer = new DOMParser().parseFromString(await response.text(), 'text/html');
    show(document, outcomeId, answer.getElementById(outcomeId)?.childNodes);
  } catch {
    show(document, outcomeId, undefined);
  } finally {
    form.ariaBusy = 'false';
    submitter.removeAttribute('aria-disabled');
    submitter.textContent = words;
  }
}

/**
 * @param {Document} document
 * @param {string} outcomeId
 * @param {NodeListOf<ChildNode> | undefined} nodes
 */
function show(document, outcomeId, nodes) {
  const outcome = document.getElementById(outcomeId);
  if (!outcome) return;
  if (nodes && nodes.length > 0) outcome.replaceChildren(...nodes);
  else outcome.replaceChildren(unanswered(document));
  // What holds where the answer is the whole page, and what holds where the form is still there.
  for (const part of outcome.querySelectorAll('[data-when]'))
    if (part instanceof HTMLElement) part.hidden = part.dataset['when'] === 'page';
  outcome.dispatchEvent(new Event('outcome', { bubbles: true }));
  outcome.focus({ preventScroll: true });
  outcome.scrollIntoView({ block: 'nearest' });
}

/** @param {Document} document */
function unanswered(document) {
  const note = document.createElement('p');
  note.className = 'note note-bad';
  note.setAttribute('role', 'alert');
  note.textContent =
    'There was no reply, so it is not known whether anything was stored. What you typed is still here: try again in a moment.';
  return note;
}
