import { html, raw } from 'hono/html';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';

export type PageMarkup = ReturnType<typeof html>;

/** Something that has arrived, newest first on the page; what is shown once does not change. */
export interface ShownArrival {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** Beside the title. */
  readonly detail: string;
  /** Texts below it, each of which may be JSON. */
  readonly texts: readonly string[];
  /** What the texts are, for screen readers. */
  readonly label: string;
}

/** One page to send from and to watch, of the demo or of `ak-slack dev`, as things are. */
export interface WatchPage {
  readonly title: string;
  readonly heading: string;
  readonly introduction: string;
  /** The section before the others. */
  readonly first: { readonly heading: string; readonly body: PageMarkup };
  /** The form with which something is sent: to `/send`. */
  readonly form: PageMarkup;
  /** What to do about what was sent last; nothing where it is empty. */
  readonly hint: string;
  readonly status: string;
  readonly arrivals: readonly ShownArrival[];
  /** Said while there are none. */
  readonly nothing: string;
}

/** The whole page. */
export function watchPage(page: WatchPage): PageMarkup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title}</title>
        <style>
          ${raw(PAGE_STYLE)}
        </style>
        <script type="module">
          ${raw(PAGE_SCRIPT)};
        </script>
      </head>
      <body>
        <header>
          <h1>${page.heading}</h1>
          <p>${page.introduction}</p>
        </header>
        <main>
          <section aria-labelledby="set-up">
            <h2 id="set-up">1. ${page.first.heading}</h2>
            ${page.first.body}
            <p id="copied" class="quiet" role="status"></p>
          </section>
          <section aria-labelledby="send-title">
            <h2 id="send-title">2. Send something from Slack</h2>
            ${page.form}
            <p id="hint" class="hint" role="status" ${page.hint === '' ? 'hidden' : ''}>${page.hint}</p>
          </section>
          <section aria-labelledby="arrive">
            <h2 id="arrive">3. Watch it arrive</h2>
            <p id="status" role="status">${page.status}</p>
            <p id="nothing" class="quiet" ${page.arrivals.length > 0 ? 'hidden' : ''}>${page.nothing}</p>
            <ol id="arrivals">
              ${page.arrivals.map(arrival)}
            </ol>
          </section>
        </main>
      </body>
    </html>`;
}

function arrival({ id, title, detail, texts, label }: ShownArrival): PageMarkup {
  return html`<li id="${id}">
    <p>
      <strong>${title}</strong>
      <span class="quiet">${detail}</span>
    </p>
    ${
      texts.length === 0
        ? ''
        : html`<pre tabindex="0" role="region" aria-label="${label}">${texts.map(indented).join('\n')}</pre>`
    }
  </li>`;
}

/** A code that a person copies, with a button for it. */
export function copied(id: string, label: string, value: string): PageMarkup {
  return html`<dt>${label}</dt>
    <dd><code id="${id}" tabindex="0">${value}</code></dd>
    <dd>
      <button
        type="button"
        data-copies="${id}"
        data-what="The ${label.toLowerCase()}"
        aria-label="Copy the ${label.toLowerCase()}"
        hidden
      >
        Copy
      </button>
    </dd>`;
}

/** JSON over several lines, for people; any other text as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
