import { html, raw } from 'hono/html';
import { headline, type Overview } from './overview.js';

type Markup = ReturnType<typeof html>;

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
  th, td { text-align: left; padding: 0.35rem 0.75rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
  th { font-weight: 600; }
`;

/** The overview for people: plain tables, readable without scripts, refreshed by reloading. */
export function overviewPage(overview: Overview): Markup {
  const { version, troubles, conditions, connections, apps, delivery } = overview;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Slack Socket Mode for AutoKitteh</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>Slack Socket Mode for AutoKitteh</h1>
        <p>Version ${version}.</p>
        ${
          troubles.length === 0
            ? html`<p>${headline(overview)}</p>`
            : html`<ul>
                ${troubles.map((trouble) => html`<li>${trouble}</li>`)}
              </ul>`
        }
        <h2>Conditions</h2>
        ${table(
          ['Condition', 'State', ''],
          conditions.map(({ name, ok, message }) => [name, ok ? 'ok' : 'problem', message]),
        )}
        <h2>Connections</h2>
        ${table(
          ['Connection', 'Status', '', 'Active', 'Delivered', 'Dead letters'],
          connections.map(({ id, name, status, active, delivered, dead }) => [
            `${name} (${id})`,
            status.code,
            status.message,
            active ? 'yes' : 'no',
            String(delivered),
            String(dead),
          ]),
        )}
        <h2>Slack apps</h2>
        ${table(
          ['App', 'State', 'Live sockets', 'Other sockets, as counted by Slack'],
          apps.map(({ id, state, sockets, ghosts }) => [id, state, String(sockets), String(ghosts)]),
        )}
        <h2>Delivery</h2>
        ${table(
          ['Waiting', 'In flight', 'Concurrency limit', 'Dead letters', 'Journal'],
          [
            [
              String(delivery.waiting),
              String(delivery.inFlight),
              String(delivery.concurrency),
              String(delivery.dead),
              `${(delivery.journalBytes / 2 ** 20).toFixed(1)} MiB`,
            ],
          ],
        )}
      </body>
    </html>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  if (rows.length === 0) return html`<p>None.</p>`;
  return html`<table>
    <thead>
      <tr>
        ${head.map((cell) => html`<th scope="col">${cell}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
