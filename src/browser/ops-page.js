/** Keeps the status page fresh: fetches it again every few seconds and replaces the parts that have changed. */

import { setText } from './elements.js';
import { showChoices, startChoices } from './ops-choices.js';

const EVERY_MS = 5_000;
const MOST_MS = 60_000;

document.documentElement.classList.add('scripted');

/** Each part as it came from the server. @type {Map<string, string>} */
const shown = new Map();
for (const part of partsOf(document)) shown.set(part.id, part.outerHTML);
startChoices(document);
let failures = 0;
setTimeout(() => void ask(), EVERY_MS);

async function ask() {
  if (!document.hidden) failures = (await refresh()) ? 0 : failures + 1;
  // A program that is away is asked less and less often.
  setTimeout(() => void ask(), Math.min(EVERY_MS * 2 ** failures, MOST_MS));
}

async function refresh() {
  try {
    const response = await fetch('/ops/now', { headers: { accept: 'text/html' } });
    if (response.status === 401) {
      stale('The session has ended. Run ak-slack open again, or reload this page.');
      return false;
    }
    if (!response.ok) throw new Error(response.statusText);
    show(new DOMParser().parseFromString(await response.text(), 'text/html'));
    return true;
  } catch {
    stale('The program does not answer: what is shown is old.');
    return false;
  }
}

/** @param {string} text */
function stale(text) {
  document.body.classList.add('stale');
  setText(document.getElementById('freshness'), text);
}

/** @param {Document} next */
function show(next) {
  document.body.classList.remove('stale');
  document.title = next.title;
  replace(document.querySelector('link[rel="icon"]'), next.querySelector('link[rel="icon"]'));
  replace(document.getElementById('freshness'), next.getElementById('freshness'));
  for (const part of partsOf(next)) {
    const before = document.getElementById(part.id);
    if (before === null || shown.get(part.id) === part.outerHTML || isInUse(before)) continue;
    shown.set(part.id, part.outerHTML);
    for (const details of part.querySelectorAll('details[id]')) {
      const old = document.getElementById(details.id);
      if (details instanceof HTMLDetailsElement) details.open = old instanceof HTMLDetailsElement && old.open;
    }
    before.replaceWith(document.adoptNode(part));
  }
  showChoices(document);
}

/** @param {Document} page */
function partsOf(page) {
  return page.querySelectorAll('[data-part]');
}

/**
 * What a person points at, chooses from or reads with the keyboard stays until they are done.
 *
 * @param {Element} part
 */
function isInUse(part) {
  if (part.contains(document.activeElement) || part.querySelector('input:checked, .minute:hover') !== null)
    return true;
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(part, true);
}

/**
 * @param {Element | null} before
 * @param {Element | null} after
 */
function replace(before, after) {
  if (before && after && before.outerHTML !== after.outerHTML) before.replaceWith(document.adoptNode(after));
}
