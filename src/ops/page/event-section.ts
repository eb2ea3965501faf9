import { html } from 'hono/html';
import type { EventView } from '../event-search.js';
import { eventSteps, eventWords, unknownEventWords } from '../event-words.js';
import type { Markup } from './chart.js';

/** Longer ids are nobody's. */
export const LONGEST_EVENT_ID = 512;

/** What was looked for, and what was found. */
export interface EventSearched {
  readonly id: string;
  /** Absent where the search failed; `problem` says why. */
  readonly found?: readonly EventView[];
  readonly problem?: string;
}

/** Looks for one event, and tells its life. Not refreshed: it is what was so when it was asked for. */
export function eventSection(searched: EventSearched | undefined, at: string): Markup {
  return html`<section id="event" aria-labelledby="event-title">
    <h2 id="event-title">One event</h2>
    <form method="get" action="/ops/#event" role="search">
      <label for="event-id"
        >The id of an event: Slack’s, AutoKitteh’s, or the key of a command or click</label
      >
      <div class="with-button">
        <input
          id="event-id"
          name="event"
          type="search"
          value="${searched?.id ?? ''}"
          placeholder="Ev0123456789"
          maxlength="${LONGEST_EVENT_ID}"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          required
        />
        <button>Show its life</button>
      </div>
    </form>
    ${searched === undefined ? '' : results(searched, at)}
  </section>`;
}

function results({ id, found, problem }: EventSearched, at: string): Markup | Markup[] {
  if (found === undefined) return html`<p class="note note-warn" role="status">${problem}</p>`;
  if (found.length === 0) return html`<p class="note note-warn" role="status">${unknownEventWords(id)}</p>`;
  return found.map((event) => life(event, at));
}

function life(event: EventView, at: string): Markup {
  return html`<article class="card life">
    <h3>${eventWords(event)}</h3>
    <dl>
      ${eventSteps(event, at).map(
        ({ name, words }) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${words}</dd>
          </div>`,
      )}
    </dl>
  </article>`;
}
