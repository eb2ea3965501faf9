import { hide, setText } from './elements.js';

/**
 * The latest events of a connection as JSON. `problem` says in a sentence why they cannot be shown; it is empty otherwise.
 *
 * @typedef {{
 *   readonly problem: string;
 *   readonly events: readonly EventRow[];
 *   readonly missing: readonly string[];
 *   readonly notYet: string;
 * }} EventsAnswer
 *
 * @typedef {{
 *   readonly id: string;
 *   readonly type: string;
 *   readonly channel: string;
 *   readonly at: string;
 *   readonly link: string;
 *   readonly sessions: readonly SessionOfEvent[];
 *   readonly reason: string;
 * }} EventRow
 *
 * @typedef {{
 *   readonly id: string;
 *   readonly trigger: string;
 *   readonly state: string;
 *   readonly link: string;
 * }} SessionOfEvent
 */

const EVERY_MS = 4_000;

/**
 * The command that shows what a session did.
 *
 * @param {string} sessionId
 */
export function sessionCommand(sessionId) {
  return `ak session log ${sessionId}`;
}

/**
 * Asks for the latest events again and again while the page is seen, and shows them.
 *
 * @param {Document} document
 */
export function startEvents(document) {
  const section = document.getElementById('events');
  const source = section?.dataset['source'];
  showLocalTimes(document);
  if (!section || source === undefined) return;
  let failures = 0;
  const ask = async () => {
    if (!document.hidden) failures = (await refresh(section, source)) ? 0 : failures + 1;
    setTimeout(() => void ask(), EVERY_MS * Math.min(2 ** failures, 15));
  };
  setTimeout(() => void ask(), EVERY_MS);
}

/**
 * @param {HTMLElement} section
 * @param {string} source
 */
async function refresh(section, source) {
  try {
    const response = await fetch(source, { headers: { accept: 'application/json' } });
    // Why there is no answer is said beside the lamp.
    if (!response.ok) return false;
    const answer = /** @type {EventsAnswer} */ (await response.json());
    show(section, answer);
    return answer.problem === '';
  } catch {
    return false;
  }
}

/**
 * @param {HTMLElement} section
 * @param {EventsAnswer} answer
 */
function show(section, { problem, events, missing, notYet }) {
  setText(part(section, 'problem'), problem);
  // What was shown last stays.
  if (problem !== '') return;
  const list = part(section, 'list');
  if (list) showRows(list, events);
  hide(part(section, 'none'), events.length > 0);
  showMissing(section, missing);
  setText(part(section, 'not-yet-types'), notYet);
  hide(part(section, 'not-yet'), notYet === '');
}

/**
 * Rows that are as before stay, and so does one in which a person is: its links keep the focus.
 *
 * @param {Element} list
 * @param {readonly EventRow[]} events
 */
function showRows(list, events) {
  const { ownerDocument: document } = list;
  const wanted = new Set(events.map(({ id }) => id));
  /** @type {Map<string, HTMLElement>} */
  const there = new Map();
  for (const row of [...list.children]) {
    if (!(row instanceof HTMLElement)) continue;
    const id = row.dataset['event'] ?? '';
    if (wanted.has(id)) there.set(id, row);
    else row.remove();
  }
  let next = list.firstElementChild;
  for (const event of events) {
    const row = there.get(event.id);
    const key = JSON.stringify([event.sessions, event.reason]);
    if (row && (row.dataset['shown'] === key || row.contains(document.activeElement))) {
      next = row.nextElementSibling;
      continue;
    }
    const made = rowFor(document, event);
    if (!made) return;
    made.dataset['shown'] = key;
    if (row) {
      next = row.nextElementSibling;
      row.replaceWith(made);
    } else {
      list.insertBefore(made, next);
    }
  }
}

/**
 * @param {Document} document
 * @param {EventRow} event
 */
function rowFor(document, event) {
  const row = copyOf(document, 'event-row');
  if (!row) return undefined;
  row.dataset['event'] = event.id;
  part(row, 'link')?.setAttribute('href', event.link);
  setText(part(row, 'type'), event.type);
  setText(part(row, 'channel'), event.channel);
  hide(part(row, 'in'), event.channel === '');
  const time = part(row, 'at');
  time?.setAttribute('datetime', event.at);
  setText(part(row, 'reason'), event.reason);
  hide(part(row, 'reason'), event.reason === '');
  for (const session of event.sessions) {
    const made = copyOf(document, 'session-row');
    if (made) part(row, 'sessions')?.append(sessionRow(made, session));
  }
  showLocalTimes(row);
  return row;
}

/**
 * @param {HTMLElement} row
 * @param {SessionOfEvent} session
 */
function sessionRow(row, { id, trigger, state, link }) {
  row.dataset['state'] = state;
  setText(part(row, 'trigger'), trigger);
  setText(part(row, 'state'), state);
  part(row, 'session')?.setAttribute('href', link);
  setText(part(row, 'id'), id);
  const copy = part(row, 'copy');
  if (copy instanceof HTMLButtonElement) {
    copy.dataset['copies'] = sessionCommand(id);
    copy.hidden = false;
  }
  return row;
}

/**
 * @param {HTMLElement} section
 * @param {readonly string[]} sentences
 */
function showMissing(section, sentences) {
  const list = part(section, 'missing-list');
  if (!list) return;
  hide(part(section, 'missing'), sentences.length === 0);
  const shown = [...list.children].map((item) => item.textContent);
  if (JSON.stringify(shown) === JSON.stringify(sentences)) return;
  list.replaceChildren(
    ...sentences.map((sentence) => {
      const item = section.ownerDocument.createElement('li');
      item.textContent = sentence;
      return item;
    }),
  );
}

/**
 * Times as the person's clock has them.
 *
 * @param {ParentNode} root
 */
function showLocalTimes(root) {
  for (const time of root.querySelectorAll('time[data-local]')) {
    const at = new Date(time.getAttribute('datetime') ?? '');
    if (!Number.isNaN(at.getTime())) setText(time, at.toLocaleString());
  }
}

/**
 * @param {Document} document
 * @param {string} id of a template with one element
 */
function copyOf(document, id) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) return undefined;
  const copy = template.content.firstElementChild?.cloneNode(true);
  return copy instanceof HTMLElement ? copy : undefined;
}

/**
 * @param {Element} root
 * @param {string} name
 */
function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}
