import { html } from 'hono/html';
import { numberWords, timeWords } from '../../core/words.js';
import type { Minute } from '../history.js';
import { chartCard, type Chart, type Markup } from './chart.js';

// Slack: an acknowledgement later than this counts as none.
const SLACK_LIMIT_MS = 3_000;

/** What happened in the last hour, as charts and as a table. */
export function historySection(minutes: readonly Minute[], wantedSockets: number): Markup {
  return html`<section id="history" data-part aria-labelledby="history-title">
    <h2 id="history-title">The last hour</h2>
    <div class="charts">${charts(minutes, wantedSockets).map(chartCard)}</div>
    <details class="aside" id="numbers">
      <summary>The same numbers as a table</summary>
      ${table(minutes)}
    </details>
  </section>`;
}

function charts(minutes: readonly Minute[], wantedSockets: number): Chart[] {
  const times = minutes.map(({ at }) => at);
  const of = (pick: (minute: Minute) => number | undefined): (number | undefined)[] => minutes.map(pick);
  return [
    {
      ...{ id: 'chart-events', title: 'Events a minute', kind: 'bars', times, words: numberWords },
      ...{ least: 5, isRate: true },
      series: [{ name: 'Events', values: of(({ events }) => events) }],
    },
    {
      ...{ id: 'chart-delivered', title: 'Deliveries a minute', kind: 'bars', times },
      ...{ words: numberWords, least: 5, isRate: true },
      series: [{ name: 'Deliveries', values: of(({ delivered }) => delivered) }],
    },
    {
      ...{ id: 'chart-acknowledgement', title: 'Acknowledgement', kind: 'lines', times },
      ...{ words: latencyWords, least: 10 },
      limit: { value: SLACK_LIMIT_MS, name: 'Slack waits 3 s' },
      series: [
        { name: 'p50', values: of(({ acknowledgement }) => acknowledgement?.p50) },
        { name: 'p99', values: of(({ acknowledgement }) => acknowledgement?.p99) },
      ],
    },
    {
      ...{ id: 'chart-dispatch', title: 'Dispatch to AutoKitteh', kind: 'lines', times },
      ...{ words: latencyWords, least: 10 },
      series: [
        { name: 'p50', values: of(({ dispatch }) => dispatch?.p50) },
        { name: 'p99', values: of(({ dispatch }) => dispatch?.p99) },
      ],
    },
    {
      ...{
        id: 'chart-waiting',
        title: 'Events that wait',
        kind: 'steps',
        times,
        words: numberWords,
        least: 5,
      },
      series: [{ name: 'Waiting', values: of(({ waiting }) => waiting) }],
    },
    {
      ...{ id: 'chart-sockets', title: 'Live sockets', kind: 'steps', times, words: numberWords },
      least: Math.max(1, wantedSockets),
      series: [{ name: 'Sockets', values: of(({ sockets }) => sockets) }],
    },
  ];
}

/** The latest minute first; only those in which the program ran. */
function table(minutes: readonly Minute[]): Markup {
  const ran = minutes.filter(({ events }) => events !== undefined).toReversed();
  const head = (name: string, unit = ''): Markup =>
    html`<th scope="col">${name}${unit === '' ? '' : html` <small>${unit}</small>`}</th>`;
  return html`<table class="numbers">
    <caption>
      Acknowledgement (Ack.) and dispatch (Disp.) in milliseconds: half took at most p50, 99 of 100 at most
      p99.
    </caption>
    <thead>
      <tr>
        ${head('Time')} ${head('In')} ${head('Out')} ${head('Ack.', 'p50')} ${head('Ack.', 'p99')}
        ${head('Disp.', 'p50')} ${head('Disp.', 'p99')} ${head('Wait')} ${head('Live', 'sockets')}
      </tr>
    </thead>
    <tbody>
      ${ran.map(
        ({ at, events, delivered, acknowledgement, dispatch, sockets, waiting }) =>
          html`<tr>
            <th scope="row">${timeWords(at, minutes.at(-1)?.at ?? at)}</th>
            ${[
              events,
              delivered,
              acknowledgement?.p50,
              acknowledgement?.p99,
              dispatch?.p50,
              dispatch?.p99,
              waiting,
              sockets,
            ].map((value) => html`<td>${value === undefined ? '–' : numberWords(value)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Milliseconds, in seconds where that is shorter. */
function latencyWords(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${Math.round(ms / (ms < 10_000 ? 100 : 1_000)) / (ms < 10_000 ? 10 : 1)} s`;
}
