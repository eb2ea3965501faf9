import { html } from 'hono/html';
import { byteWords, counted, durationWords, numberWords, sentence } from '../../core/words.js';
import { headline, sinceWords, type Overview, type Problem } from '../overview.js';
import {
  colourOf,
  colourOfApps,
  colourOfConnections,
  colourOfPage,
  colourOfProblem,
  colourOfReplica,
  type Colour,
} from './colours.js';
import type { Markup } from './chart.js';
import { shownText } from './shown-text.js';

const SECTIONS: Readonly<Partial<Record<Problem['about'], readonly [anchor: string, words: string]>>> = {
  apps: ['apps', 'Slack apps'],
  connections: ['connections', 'Connections'],
  backlog: ['connections', 'Connections'],
  dead_letters: ['dead-letters', 'Dead letters'],
  replicas: ['replicas', 'Replicas'],
};

/** Whether all is well; if not, everything that is wrong, with what to do. */
export function verdictSection(overview: Overview): Markup {
  const { problems, at } = overview;
  const isWell = problems.length === 0;
  return html`<section id="verdict" data-part aria-labelledby="verdict-title">
    <h1 id="verdict-title" data-code="${colourOfPage(overview)}">
      <span class="lamp" aria-hidden="true"></span>${isWell ? 'All is well' : headline(overview)}
    </h1>
    ${
      isWell
        ? html`<p class="lead">${wellWords(overview)}</p>`
        : html`<ol class="problems" role="list">
            ${problems.map((problem) => problemItem(problem, at))}
          </ol>`
    }
  </section>`;
}

function wellWords({ connections, apps, delivery }: Overview): string {
  const active = connections.filter((each) => each.active).length;
  if (active === 0) return 'No connection with an active deployment uses Socket Mode yet.';
  const waiting =
    delivery.waiting === 0 ? 'nothing waits' : `${counted(delivery.waiting, 'event')} on the way`;
  return `${counted(active, 'active connection')} of ${counted(apps.length, 'Slack app')}; ${waiting}.`;
}

function problemItem(problem: Problem, at: string): Markup {
  const { about, sentence: what, since, impact, advice, pages = [] } = problem;
  const section = SECTIONS[about];
  const colour = colourOfProblem(problem);
  return html`<li class="note ${colour === 'error' ? 'note-bad' : 'note-warn'}" data-code="${colour}">
    <p>
      <strong>${what}</strong>
      <time datetime="${since}">${sentence(sinceWords(problem, at))}</time>
    </p>
    <p>${impact}</p>
    <p>
      <b>What to do:</b> ${shownText(advice, new Map(pages.map(({ name, url }) => [name, url])))}
      ${section === undefined ? '' : html`<a href="#${section[0]}">${section[1]}</a>`}
    </p>
  </li>`;
}

/** The numbers of this moment. */
export function factsSection(overview: Overview): Markup {
  const { connections, apps, delivery, at } = overview;
  const active = connections.filter((each) => each.active);
  const well = active.filter(({ status }) => status.code === 'ok').length;
  const sockets = apps.reduce((sum, app) => sum + app.sockets, 0);
  const wanted = apps.reduce((sum, app) => sum + app.wanted, 0);
  const { oldestWaitingAt, journalUsedBytes, journalMaxBytes, diskFreeBytes } = delivery;
  const age = oldestWaitingAt === undefined ? undefined : Date.parse(at) - Date.parse(oldestWaitingAt);
  return html`<section id="facts" data-part aria-label="At present">
    <dl class="facts card">
      ${fact(colourOfConnections(overview), 'Connections well', `${numberWords(well)} of ${numberWords(active.length)}`, 'of those with an active deployment')}
      ${fact(colourOfApps(overview), 'Live sockets', `${numberWords(sockets)} of ${numberWords(wanted)}`, counted(apps.length, 'Slack app'))}
      ${fact(colourOf(overview, 'rights', 'server', 'delivery', 'backlog'), 'Waiting', numberWords(delivery.waiting), age === undefined ? 'events in the journal' : `the oldest for ${durationWords(age)}`)}
      ${fact(colourOf(overview, 'dead_letters'), 'Dead letters', numberWords(delivery.dead), 'events that were given up')}
      ${fact(
        colourOf(overview, 'journal', 'room'),
        'Journal',
        byteWords(journalUsedBytes),
        `of ${byteWords(journalMaxBytes)}${diskFreeBytes === undefined ? '' : `; ${byteWords(diskFreeBytes)} free on the disk`}`,
      )}
    </dl>
  </section>`;
}

function fact(colour: Colour, name: string, value: string, more: string): Markup {
  return html`<div data-code="${colour}">
    <dt><span class="lamp" aria-hidden="true"></span>${name}</dt>
    <dd><b>${value}</b> <small>${more}</small></dd>
  </div>`;
}

/** The processes that share the journal; nothing where there is one. */
export function replicasSection({ replicas, at }: Overview): Markup | string {
  if (replicas.length === 0) return '';
  const now = Date.parse(at);
  return html`<section id="replicas" data-part aria-labelledby="replicas-title">
    <h2 id="replicas-title">Replicas</h2>
    <ul class="rows card" role="list">
      ${replicas.map((replica) => {
        const { name, state, isThis, sockets, seenAt } = replica;
        return html`<li class="row" data-code="${colourOfReplica(replica)}">
          <span class="lamp" aria-hidden="true"></span>
          <p class="who"><b>${name}</b> ${isThis ? html`<small>answers here</small>` : ''}</p>
          <p class="what">
            ${state}${state === 'gone' ? `, last seen ${durationWords(now - Date.parse(seenAt))} ago` : ''}
          </p>
          <p class="counts">${counted(sockets, 'socket')}</p>
        </li>`;
      })}
    </ul>
  </section>`;
}
