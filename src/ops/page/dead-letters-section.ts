import { html } from 'hono/html';
import { counted, durationWords, sentence } from '../../core/words.js';
import type { DeadLetter, Overview } from '../overview.js';
import type { Markup } from './chart.js';

/** As many as the page shows. */
export const LETTERS_SHOWN = 50;

/** The dead letters, oldest first, with what can be done with them; nothing where there are none. */
export function deadLettersSection(
  { connections, delivery, at }: Overview,
  letters: readonly DeadLetter[],
): Markup | string {
  if (letters.length === 0) return html`<section id="dead-letters" data-part></section>`;
  const names = new Map(connections.map((each) => [each.id, each]));
  const now = Date.parse(at);
  const hidden = delivery.dead - letters.length;
  return html`<section id="dead-letters" data-part aria-labelledby="dead-letters-title">
    <h2 id="dead-letters-title">Dead letters</h2>
    <form method="post" action="/ops/page/dead-letters" data-choices>
      <ul class="rows card" role="list">
        ${letters.map((letter) => {
          const connection = names.get(letter.connectionId);
          return html`<li class="row letter">
            <input type="checkbox" name="id" value="${letter.id}" id="letter-${letter.id}" />
            <label class="who" for="letter-${letter.id}">
              <b>${letter.type}</b>
              <span class="of"
                >for
                ${connection?.name ?? letter.connectionId}${connection?.project === undefined ? '' : ` in ${connection.project}`}</span
              >
              <small
                >${letter.channel === '' ? '' : html`<code>${letter.channel}</code> `}<code
                  >${letter.key}</code
                ></small
              >
            </label>
            <p class="what">${sentence(letter.reason)}</p>
            <p class="counts">
              <time datetime="${letter.givenUpAt}"
                >${durationWords(now - Date.parse(letter.givenUpAt))} ago</time
              >
              <span
                ><a href="/ops/?${new URLSearchParams({ event: letter.key }).toString()}#event"
                  >Its life<span class="unseen">: ${letter.key}</span></a
                ></span
              >
            </p>
          </li>`;
        })}
      </ul>
      ${hidden > 0 ? html`<p class="hint">And ${counted(hidden, 'more')}: <code>ak-slack dead-letters list</code> prints all.</p>` : ''}
      <div class="actions">
        <button class="primary" name="action" value="resend" data-needs-choice>
          Send the chosen ones again
        </button>
        <button name="action" value="resend-all">Send all again</button>
        <button name="action" value="discard" data-needs-choice>Discard the chosen ones</button>
      </div>
      <p class="hint">
        What AutoKitteh refuses again comes back to this list.
        ${letters.some(isTooLarge) ? 'That is sure of an event that is too large for it: discard that one.' : ''}
      </p>
    </form>
  </section>`;
}

function isTooLarge({ reason }: DeadLetter): boolean {
  return reason.startsWith('the event is too large for AutoKitteh');
}
