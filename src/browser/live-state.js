import { hide, setText } from './elements.js';

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

/** @type {ReadonlyMap<string, string>} */
const STATUS_WORDS = new Map([
  ['ok', 'Connected'],
  ['warning', 'Attention'],
  ['error', 'Not working'],
  ['unknown', 'Unknown'],
]);

/**
 * The word beside the lamp.
 *
 * @param {string} code
 */
export function statusWord(code) {
  return STATUS_WORDS.get(code) ?? 'Not connected yet';
}

/**
 * How many sockets there are, or why there are none.
 *
 * @param {Pick<StateAnswer, 'active' | 'sockets'>} state
 */
export function socketWords({ active, sockets }) {
  if (sockets.wanted > 0) return `${sockets.open} of ${sockets.wanted}`;
  return active ? 'none yet' : 'waits for a deployment';
}

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
    if (!response.ok) {
      showUnknown(document, card, response.status);
      return false;
    }
    show(document, card, /** @type {StateAnswer} */ (await response.json()));
    return true;
  } catch {
    showUnknown(document, card, 0);
    return false;
  }
}

/**
 * @param {Document} document
 * @param {HTMLElement} card
 * @param {number} status of HTTP; 0 when nothing answered
 */
function showUnknown(document, card, status) {
  card.querySelector('.status')?.setAttribute('data-code', 'unknown');
  setText(part(document, 'word'), statusWord('unknown'));
  setText(part(document, 'message'), reasonFor(status));
  hide(part(document, 'login'), status !== 401);
}

/** @param {number} status */
function reasonFor(status) {
  switch (status) {
    case 0:
      return 'The current state is not known: this program does not respond.';
    case 401:
      return 'The current state is not known: your login to AutoKitteh has expired.';
    case 403:
    case 404:
      return 'The current state is not known: the connection was deleted, or is not yours any more.';
    default:
      return 'The current state is not known: AutoKitteh does not respond.';
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
  setText(part(document, 'word'), statusWord(status.code));
  hide(part(document, 'login'), true);
  setText(part(document, 'message'), status.message);
  setText(part(document, 'sockets'), socketWords(state));
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
