import { setText } from './elements.js';

/**
 * What the page asks for every few seconds, as JSON.
 *
 * @typedef {{
 *   readonly status: { readonly code: string; readonly message: string };
 *   readonly active: boolean;
 *   readonly sockets: { readonly open: number; readonly wanted: number; readonly counted: number };
 *   readonly lastEvent: { readonly type: string; readonly at: string } | null;
 *   readonly delivered: number;
 *   readonly waiting: number;
 *   readonly dead: number;
 * }} StateAnswer
 */

const EVERY_MS = 2_000;

/** @type {Readonly<Record<string, string>>} */
const STATUS_WORDS = { ok: 'Connected', warning: 'Attention', error: 'Not working' };

/**
 * Asks for the state of the connection again and again while the page is seen, and shows it.
 *
 * @param {Document} document
 */
export function startLiveState(document) {
  const card = document.getElementById('live');
  const source = card?.dataset['source'];
  if (!card || source === undefined) return;
  let failures = 0;
  const ask = async () => {
    if (!document.hidden) failures = (await refresh(document, card, source)) ? 0 : failures + 1;
    // A server that is away is asked less and less often, but within half a minute of its return.
    setTimeout(() => void ask(), EVERY_MS * Math.min(2 ** failures, 15));
  };
  void ask();
}

/**
 * @param {Document} document
 * @param {HTMLElement} card
 * @param {string} source
 */
async function refresh(document, card, source) {
  try {
    const response = await fetch(source, { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(await response.text());
    show(document, card, /** @type {StateAnswer} */ (await response.json()));
    return true;
  } catch {
    setText(part(document, 'message'), 'The current state is unknown: AutoKitteh does not respond.');
    return false;
  }
}

/**
 * @param {Document} document
 * @param {HTMLElement} card
 * @param {StateAnswer} state
 */
function show(document, card, state) {
  const { status, sockets, lastEvent } = state;
  card.querySelector('.status')?.setAttribute('data-code', status.code);
  setText(part(document, 'word'), STATUS_WORDS[status.code] ?? 'Not connected yet');
  setText(part(document, 'message'), status.message);
  setText(part(document, 'sockets'), `${sockets.open} of ${sockets.wanted}`);
  setText(part(document, 'delivered'), String(state.delivered));
  setText(part(document, 'waiting'), String(state.waiting));
  setText(part(document, 'dead'), String(state.dead));
  setText(part(document, 'last-event'), lastEvent === null ? 'none yet' : eventWords(lastEvent));
  const others = Math.max(0, sockets.counted - sockets.open);
  setText(part(document, 'others-count'), String(others));
  hide(part(document, 'others'), others === 0);
  hide(part(document, 'inactive'), state.active);
}

/** @param {{ type: string, at: string }} event */
function eventWords({ type, at }) {
  return `${type}, ${new Date(at).toLocaleTimeString()}`;
}

/**
 * @param {Document} document
 * @param {string} name
 */
function part(document, name) {
  return document.querySelector(`[data-live="${name}"]`);
}

/**
 * @param {Element | null} element
 * @param {boolean} hidden
 */
function hide(element, hidden) {
  if (element instanceof HTMLElement) element.hidden = hidden;
}
