import { html } from 'hono/html';
import {
  sessionCommand,
  type EventRow,
  type EventsAnswer,
  type SessionOfEvent,
} from '../../browser/events.js';
import type { Html, PageView } from './view.js';

/** The latest events and what is missing; the script asks again every few seconds and puts the answer in here. */
export function eventsCard(view: PageView, answer: EventsAnswer): Html {
  const query = new URLSearchParams({ cid: view.connectionId, origin: view.origin });
  return html`<section
    class="card"
    id="events"
    aria-labelledby="events-title"
    data-source="/slack/assets/events?${query.toString()}"
  >
    <h2 id="events-title">Latest events</h2>
    ${missingNote(answer)}
    <p class="events-problem" data-part="problem" role="status">${answer.problem}</p>
    <p data-part="none" ${answer.events.length > 0 || answer.problem !== '' ? 'hidden' : ''}>
      No event has come yet. Try it above: what you do in Slack is listed here.
    </p>
    <ol class="events" role="list" data-part="list">
      ${answer.events.map(eventRow)}
    </ol>
    <p class="hint" data-part="not-yet" ${answer.notYet === '' ? 'hidden' : ''}>
      Triggers wait for events that have not come yet: <b data-part="not-yet-types">${answer.notYet}</b>. The
      app that this page proposes is subscribed to them; if yours was created in another way, look at its
      “Event Subscriptions”.
    </p>
    <p class="hint">
      These are the events that AutoKitteh stored, as far as you may read them. Press an event to see its
      data, and to copy a field or a filter from it. A session that is already running may take an event with
      <code>next_event</code>: that is not shown.
    </p>
    <p class="unseen" id="copied" role="status"></p>
    <template id="event-row">${eventRow(BLANK)}</template>
    <template id="session-row">${sessionRow({ id: '', trigger: '', state: '', link: '' })}</template>
  </section>`;
}

const BLANK: EventRow = { id: '', type: '', channel: '', at: '', link: '', sessions: [], reason: '' };

function missingNote({ missing }: EventsAnswer): Html {
  return html`<div class="note note-warn" data-part="missing" ${missing.length === 0 ? 'hidden' : ''}>
    <p><strong>What is missing</strong></p>
    <ul data-part="missing-list">
      ${missing.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
    <p>
      This page can read the settings of your app only with an app configuration token:
      <a href="#by-token">compare them with the proposed app</a>.
    </p>
  </div>`;
}

function eventRow({ id, type, channel, at, link, sessions, reason }: EventRow): Html {
  return html`<li data-event="${id}" data-shown="${JSON.stringify([sessions, reason])}">
    <p class="came">
      <a href="${link}" data-part="link"><code data-part="type">${type}</code></a>
      <span data-part="in" ${channel === '' ? 'hidden' : ''}
        >in <code data-part="channel">${channel}</code></span
      >
      <time datetime="${at}" data-local data-part="at">${utcWords(at)}</time>
    </p>
    <ul class="sessions" role="list" data-part="sessions">
      ${sessions.map(sessionRow)}
    </ul>
    <p class="reason" data-part="reason" ${reason === '' ? 'hidden' : ''}>${reason}</p>
  </li>`;
}

function sessionRow({ id, trigger, state, link }: SessionOfEvent): Html {
  return html`<li data-state="${state}">
    <span
      ><b data-part="trigger">${trigger}</b> started a session: <span data-part="state">${state}</span></span
    >
    <a href="${link}" target="_blank" rel="noopener noreferrer" data-part="session"
      ><code data-part="id">${id}</code> <span aria-hidden="true">↗</span
      ><span class="unseen"> (opens a new tab)</span></a
    >
    <button type="button" class="copy" data-copies="${sessionCommand(id)}" data-part="copy" hidden>
      <span>Copy command</span>
    </button>
  </li>`;
}

/** `2026-05-04 09:41:07 UTC`; the script shows the person's own time in its place. */
export function utcWords(at: string): string {
  return at === '' ? '' : `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}
