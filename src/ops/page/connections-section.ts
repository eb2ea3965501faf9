import { html } from 'hono/html';
import { counted, durationWords, parted, sentence } from '../../core/words.js';
import { THIS_PAGE } from '../../slack/errors.js';
import type { ConnectionView, Overview } from '../overview.js';
import type { Markup } from './chart.js';
import { colourOfConnection, isGeneral } from './colours.js';
import { shownText } from './shown-text.js';

// A page of thousands of rows is of no use to anybody; those that need a person come first.
const SHOWN = 200;

const WORDS: Readonly<Record<string, string>> = {
  ok: 'well',
  warning: 'attention',
  error: 'not working',
  init_required: 'not set up',
};

const RANKS: Readonly<Record<string, number>> = { error: 0, warning: 1, init_required: 2 };

/** Each connection with its project, app and status; those that need a person first. */
export function connectionsSection(overview: Overview): Markup {
  const { connections, otherConnections, at } = overview;
  const sorted = connections.toSorted(
    (left, right) => rank(left) - rank(right) || titleOf(left).localeCompare(titleOf(right)),
  );
  const now = Date.parse(at);
  const hidden = sorted.length - SHOWN;
  return html`<section id="connections" data-part aria-labelledby="connections-title">
    <h2 id="connections-title">Connections</h2>
    ${
      sorted.length === 0
        ? html`<p class="hint">
            No connection uses Socket Mode yet. Create a Slack connection in AutoKitteh and open its page.
          </p>`
        : html`<ul class="rows card" role="list">
            ${sorted.slice(0, SHOWN).map((connection) => row(connection, now, overview))}
          </ul>`
    }
    ${hidden > 0 ? html`<p class="hint">And ${counted(hidden, 'more connection')} in a better state.</p>` : ''}
    ${
      otherConnections > 0
        ? html`<p class="hint">
            ${counted(otherConnections, 'connection')} more of Slack: AutoKitteh serves
            ${otherConnections === 1 ? 'it' : 'them'} with OAuth, or nobody has set
            ${otherConnections === 1 ? 'it' : 'them'} up yet.
          </p>`
        : ''
    }
  </section>`;
}

/** What works, and what nobody uses, comes last. */
function rank({ status, active, waiting, dead }: ConnectionView): number {
  if (!active) return status.code === 'ok' ? 5 : 4;
  return RANKS[status.code] ?? (waiting + dead > 0 ? 3 : 3.5);
}

function titleOf({ project, projectId, name }: ConnectionView): string {
  return `${project ?? projectId} ${name}`;
}

function row(connection: ConnectionView, now: number, overview: Overview): Markup {
  const { id, name, project, projectId, appId, status, active, waiting, dead, lastEventAt } = connection;
  const owner = project ?? (projectId === '' ? 'an organization' : projectId);
  return html`<li class="row" data-code="${colourOfConnection(connection, overview)}">
    <span class="lamp" aria-hidden="true"></span>
    <p class="who">
      <b title="${id}">${name}</b> <span class="of">in ${owner}</span>
      ${appId === undefined ? '' : html`<small>Slack app <code>${appId}</code></small>`}
    </p>
    <p class="what">
      <span class="unseen">${active ? (WORDS[status.code] ?? status.code) : 'no active deployment'}: </span
      >${active ? '' : 'No active deployment. '}${statusWords(connection, isGeneral(connection, overview))}
    </p>
    <p class="counts">
      ${waiting > 0 ? html`<span><b>${counted(waiting, 'event')}</b> waiting</span>` : ''}
      ${dead > 0 ? html`<span><b>${counted(dead, 'dead letter')}</b></span>` : ''}
      ${lastEventAt === undefined ? '' : html`<span>last delivered ${durationWords(now - Date.parse(lastEventAt))} ago</span>`}
    </p>
  </li>`;
}

function statusWords({ status, page }: ConnectionView, isForAll: boolean): Markup | string {
  const { code, message } = status;
  // What holds for all is said once, at the top.
  if (isForAll) return html`<span class="of">Affected by the problem at the top of this page.</span>`;
  if (code === 'ok') return message;
  const [what, why] = parted(message);
  return why === ''
    ? html`<b>${sentence(what)}</b>`
    : html`<b>${sentence(what)}</b> ${shownText(sentence(why), new Map([[THIS_PAGE, page]]))}`;
}
