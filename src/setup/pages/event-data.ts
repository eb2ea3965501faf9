import { html } from 'hono/html';
import { counted } from '../../core/words.js';
import type { OpenEvent } from '../events/connection-events.js';
import type { Field } from '../events/fields.js';
import { utcWords } from './events.js';
import { bad } from './outcome.js';
import type { Html, PageView } from './view.js';

/** One event unfolded: its data as workflows get it. */
export function eventData(view: PageView, event: OpenEvent): Html {
  const query = new URLSearchParams({ cid: view.connectionId, origin: view.origin });
  const back = html`<p class="actions">
    <a class="button" href="/slack/?${query.toString()}#events">Close</a>
  </p>`;
  if (event.t === 'not_shown')
    return html`<section class="card" id="event" aria-labelledby="event-title">
      <h2 id="event-title">An event</h2>
      ${bad(event.sentence)} ${back}
    </section>`;
  const { filled, empty, left } = event.fields;
  const at = new Date(event.createdAt).toISOString();
  return html`<section class="card" id="event" aria-labelledby="event-title">
    <h2 id="event-title">The data of <code>${event.eventType}</code></h2>
    <p class="hint">
      <time datetime="${at}" data-local>${utcWords(at)}</time>, <code>${event.eventId}</code>. A workflow in
      Python reads the fields so; a filter of a trigger has <code>data</code> in the place of
      <code>event.data</code>.
    </p>
    ${filters(event)} ${fieldList(filled)}
    ${
      empty.length === 0
        ? ''
        : html`<details class="inner">
            <summary>${counted(empty.length, 'field')} empty, 0 or False</summary>
            ${fieldList(empty)}
          </details>`
    }
    ${left === 0 ? '' : html`<p class="hint">${counted(left, 'more field')} not shown.</p>`} ${back}
  </section>`;
}

function filters({ eventType, triggers }: Extract<OpenEvent, { t: 'event' }>): Html | string {
  if (triggers.length === 0) return '';
  return html`<h3>Triggers for <code>${eventType}</code></h3>
    <ul>
      ${triggers.map(
        ({ name, filter }) =>
          html`<li>
            <b>${name}</b>${filter === '' ? ', without a filter' : html`: <code>${filter}</code>`}
          </li>`,
      )}
    </ul>
    <h3>Fields</h3>`;
}

function fieldList(fields: readonly Field[]): Html {
  return html`<ul class="fields" role="list">
    ${fields.map(fieldRow)}
  </ul>`;
}

function fieldRow({ path, shown, filter }: Field): Html {
  return html`<li>
    <span class="field-value"><code>${path}</code> <span>${shown}</span></span>
    <span class="copies">
      ${copyButton('Copy path', path, path)}
      ${filter === undefined ? '' : copyButton('Copy filter', filter, path)}
    </span>
  </li>`;
}

function copyButton(words: string, text: string, path: string): Html {
  return html`<button type="button" class="copy" data-copies="${text}" hidden>
    <span>${words}</span><span class="unseen"> of ${path}</span>
  </button>`;
}
