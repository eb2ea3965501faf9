import { html } from 'hono/html';
import { timeWords } from '../../core/words.js';
import { axisEnd, ticksOf } from './scale.js';

/** A piece of the page, with everything that came from outside escaped. */
export type Markup = ReturnType<typeof html>;

/** One line or row of bars of a chart; a gap where a value is absent. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | undefined)[];
}

export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly kind: 'bars' | 'steps' | 'lines';
  readonly series: readonly Series[];
  /** The start of each minute, milliseconds since 1970. */
  readonly times: readonly number[];
  /** For instance `40 ms`. */
  readonly words: (value: number) => string;
  /** The axis ends here at least. */
  readonly least: number;
  /** The minute under way counts less than a whole one: the one before is the latest that says something. */
  readonly isRate?: true;
  /** A line that values should stay below, where it comes into view. */
  readonly limit?: { readonly value: number; readonly name: string };
}

// In units of the drawing, which is as wide as the page lets it be.
const WIDTH = 280;
// Left of it are the numbers of the scale.
const LEFT = 36;
const TOP = 8;
const BOTTOM = 92;
const HEIGHT = 108;
// A character of the smallest text, on average.
const CHARACTER = 6.2;

/** A chart of an hour as a card: the latest values, a drawing, and exact numbers for the minute that is pointed at. */
export function chartCard(chart: Chart): Markup {
  const { id, title, series } = chart;
  const all = series.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const end = axisEnd(all, chart.least);
  return html`<figure class="card chart" id="${id}">
    <figcaption>
      <h3>${title}</h3>
      <p class="latest">
        ${series.map(
          (each, index) =>
            html`<span class="series-${index}">
              ${series.length > 1 ? html`<i class="swatch" aria-hidden="true"></i><small>${each.name}</small> ` : ''}<b
                >${latestWords(each, chart)}</b
              >
            </span>`,
        )}
      </p>
    </figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${description(chart)}">
      ${grid(chart, end)} ${series.map((each, index) => drawn(chart, each, index, end)).reverse()}
      ${chart.times.map((_, index) => pointed(chart, index, end))}
    </svg>
  </figure>`;
}

function latestOf({ values }: Series, { isRate }: Chart): number | undefined {
  return (isRate === true ? values.at(-2) : undefined) ?? values.at(-1) ?? values.at(-2);
}

function latestWords(series: Series, chart: Chart): string {
  const value = latestOf(series, chart);
  return value === undefined ? '–' : chart.words(value);
}

function description(chart: Chart): string {
  const { title, series, words } = chart;
  const parts = series.map((each) => {
    const { name, values } = each;
    const known = values.filter((value) => value !== undefined);
    const last = latestOf(each, chart);
    if (known.length === 0) return `${name}: nothing yet`;
    return `${name}: ${last === undefined ? 'nothing now' : `${words(last)} now`}, at most ${words(Math.max(...known))}`;
  });
  return `${title} in the last hour. ${parts.join('; ')}.`;
}

function grid({ words, limit }: Chart, end: number): Markup {
  return html`${ticksOf(end).map((value) => {
      const at = y(value, end);
      return html`<line
          class="${value === 0 ? 'axis' : 'grid'}"
          x1="${LEFT}"
          x2="${WIDTH}"
          y1="${at}"
          y2="${at}"
        />
        <text class="label tick" x="${LEFT - 5}" y="${at + 3.5}" text-anchor="end">${words(value)}</text>`;
    })}
    <text class="label" x="${LEFT}" y="${HEIGHT - 5}">1 h ago</text>
    <text class="label" x="${WIDTH}" y="${HEIGHT - 5}" text-anchor="end">now</text>
    ${
      limit === undefined || limit.value > end
        ? ''
        : html`<line
              class="limit"
              x1="${LEFT}"
              x2="${WIDTH}"
              y1="${y(limit.value, end)}"
              y2="${y(limit.value, end)}"
            />
            <text class="label" x="${WIDTH}" y="${y(limit.value, end) - 4}" text-anchor="end"
              >${limit.name}</text
            >`
    }`;
}

function drawn(chart: Chart, { values }: Series, index: number, end: number): Markup {
  if (chart.kind === 'bars') {
    const width = (WIDTH - LEFT) / values.length;
    return html`<g class="bars series-${index}">
      ${values.map((value, at) =>
        value === undefined || value === 0
          ? ''
          : html`<rect
              x="${round(LEFT + at * width + 0.5)}"
              y="${y(value, end)}"
              width="${round(width - 1)}"
              height="${round(BOTTOM - y(value, end))}"
              rx="0.75"
            />`,
      )}
    </g>`;
  }
  const runs = runsOf(values);
  const lines = runs.map((run) => (chart.kind === 'steps' ? stepped(run, end) : joined(run, end)));
  return html`<g class="${chart.kind} series-${index}">
    ${
      index > 0 && chart.kind === 'lines'
        ? ''
        : runs.map(
            (run, at) =>
              html`<path
                class="area"
                d="${lines[at] ?? ''}V${BOTTOM}H${x(run.from, chart.kind === 'steps' ? 0 : 0.5)}Z"
              />`,
          )
    }
    ${lines.map((line) => html`<path class="line" d="${line}" />`)}
  </g>`;
}

/** What shows while a minute is pointed at. No script: the drawing holds it for each minute. */
function pointed({ series, times, words }: Chart, index: number, end: number): Markup | string {
  const known = series.filter(({ values }) => values[index] !== undefined);
  if (known.length === 0) return '';
  const time = timeWords(times[index] ?? 0, times.at(-1) ?? 0);
  const lines = [
    time,
    ...known.map(({ name, values }) =>
      series.length > 1 ? `${name} ${words(values[index] ?? 0)}` : words(values[index] ?? 0),
    ),
  ];
  const width = Math.max(...lines.map(({ length }) => length)) * CHARACTER + 12;
  const middle = x(index, 0.5);
  const left = middle > (LEFT + WIDTH) / 2 ? middle - width - 6 : middle + 6;
  return html`<g class="minute">
    <rect
      class="hit"
      x="${x(index, 0)}"
      y="0"
      width="${round((WIDTH - LEFT) / times.length)}"
      height="${HEIGHT}"
    />
    <g class="tip">
      <line class="cursor" x1="${middle}" x2="${middle}" y1="${TOP}" y2="${BOTTOM}" />
      ${known.map(
        ({ values }) =>
          html`<circle class="point" cx="${middle}" cy="${y(values[index] ?? 0, end)}" r="2.5" />`,
      )}
      <rect
        class="box"
        x="${round(left)}"
        y="${TOP + 2}"
        width="${round(width)}"
        height="${lines.length * 13 + 8}"
        rx="4"
      />
      ${lines.map(
        (line, row) =>
          html`<text
            class="${row === 0 ? 'label' : 'exact'}"
            x="${round(left + 6)}"
            y="${TOP + 15 + row * 13}"
            >${line}</text
          >`,
      )}
    </g>
  </g>`;
}

interface Run {
  readonly from: number;
  readonly values: readonly number[];
}

/** The values between gaps. */
function runsOf(values: readonly (number | undefined)[]): Run[] {
  const runs: { from: number; values: number[] }[] = [];
  let open: { from: number; values: number[] } | undefined;
  values.forEach((value, index) => {
    if (value === undefined) {
      open = undefined;
      return;
    }
    if (open === undefined) runs.push((open = { from: index, values: [] }));
    open.values.push(value);
  });
  return runs;
}

function joined({ from, values }: Run, end: number): string {
  const points = values.map((value, index) => `${x(from + index, 0.5)} ${y(value, end)}`);
  // A line of one point would not be seen.
  return `M${points.join('L')}${points.length === 1 ? `h0.01` : ''}`;
}

function stepped({ from, values }: Run, end: number): string {
  const steps = values.map((value, index) => `V${y(value, end)}H${x(from + index, 1)}`);
  return `M${x(from, 0)} ${y(values[0] ?? 0, end)}${steps.join('')}`;
}

const MINUTES_SHOWN = 60;

function x(index: number, within: number): number {
  return round(LEFT + ((index + within) * (WIDTH - LEFT)) / MINUTES_SHOWN);
}

function y(value: number, end: number): number {
  return round(BOTTOM - ((BOTTOM - TOP) * Math.min(value, end)) / end);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
