import { html } from 'hono/html';
import { copied, watchPage, type ShownArrival, type PageMarkup } from '../demo/page-markup.js';
import type { Control } from './control.js';
import { lineOf, titleOf } from './lines.js';
import type { TimelineEntry } from './timeline.js';

// More would not be read, and each is asked for twice a second.
const MOST_ARRIVALS = 40;

const BUTTONS: Readonly<Record<string, string>> = {
  message: 'Message',
  mention: 'Mention',
  reaction: 'Reaction',
  command: 'Slash command',
  click: 'Click on a button',
  modal: 'Submit the modal',
  frame: 'Frame',
};

/** The page of a run, as things are; `refused` says why the last thing was not sent. */
export function devPage(control: Control, refused: string): PageMarkup {
  const { connection, world, timeline } = control;
  const entries = timeline.after(0);
  const status = entries.findLast((entry) => entry.t === 'status');
  const note = entries.findLast((entry) => entry.t === 'sent')?.note ?? '';
  return watchPage({
    title: `${connection.name} without Slack`,
    heading: `${connection.name} without Slack`,
    introduction:
      'A scripted Slack on this machine stands for Slack. This program serves this one connection of your server; when it ends, it removes what it made there.',
    first: {
      heading: 'Your project',
      body: html`<p>
          The connection is set up with tokens of the scripted Slack. Its sockets open while the project has
          an active deployment: type <code>ak deploy --manifest autokitteh.yaml</code> in its folder. Python’s
          <code>slack_client</code> reaches the scripted Slack by itself; other code finds it at this address:
        </p>
        <dl>${copied('api-url', 'Address of Slack’s Web API', world.slack.apiUrl)}</dl>`,
    },
    form: form(),
    hint: refused || note,
    status: status?.t === 'status' && status.message !== '' ? `${status.message}.` : 'Not connected yet.',
    arrivals: entries
      .filter((entry) => entry.t !== 'status')
      .slice(-MOST_ARRIVALS)
      .toReversed()
      .map(arrivalOf),
    nothing:
      'Nothing has happened yet. What Slack sends, what it starts, and what your workflow does, is shown here.',
  });
}

function form(): PageMarkup {
  return html`<form id="send" method="post" action="/send" aria-labelledby="send-title">
    <p class="fields">
      <label>Channel <input name="channel" value="general" autocomplete="off" /></label>
      <label>Text <input name="text" value="hello" autocomplete="off" /></label>
      <label>Slash command <input name="command" placeholder="the app’s first" autocomplete="off" /></label>
      <label>Button’s or modal’s id <input name="id" placeholder="the newest" autocomplete="off" /></label>
    </p>
    <p class="buttons">
      ${Object.entries(BUTTONS).map(([kind, label]) =>
        kind === 'frame' ? '' : html`<button name="kind" value="${kind}">${label}</button>`,
      )}
    </p>
    <details>
      <summary>Send a frame as Slack sends it</summary>
      <p>
        <label>The payload as JSON <textarea name="frame" rows="8" spellcheck="false"></textarea></label>
      </p>
      <p><button name="kind" value="frame">Frame</button></p>
    </details>
  </form>`;
}

/** A request from the page's form, to be checked as any other one. */
export function requestOf(fields: Readonly<Record<string, unknown>>): unknown {
  const given = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const kind = given('kind');
  if (kind === 'frame') return { kind, frame: parsed(given('frame')) };
  const [channel, text, command, id] = ['channel', 'text', 'command', 'id'].map(given);
  const only: Readonly<Record<string, object>> = {
    message: { text },
    mention: { text },
    command: { text, command },
    click: { action: id },
    modal: { callbackId: id },
  };
  // A button or a modal is wherever the workflow put it.
  const where = kind === 'click' || kind === 'modal' ? {} : { channel };
  return JSON.parse(JSON.stringify({ kind, ...where, ...(kind === undefined ? {} : only[kind]) })) as unknown;
}

function parsed(json = ''): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function arrivalOf(entry: TimelineEntry): ShownArrival {
  return {
    id: `entry-${entry.n}`,
    title: titleOf(entry),
    detail: `${new Date(entry.at).toISOString().slice(11, 19)} UTC: ${lineOf(withoutError(entry))}`,
    texts: textsOf(entry),
    label: `The data of entry ${entry.n}`,
  };
}

/** A traceback has lines of its own, below. */
function withoutError(entry: TimelineEntry): TimelineEntry {
  return entry.t === 'session' ? { ...entry, error: '' } : entry;
}

function textsOf(entry: TimelineEntry): string[] {
  switch (entry.t) {
    case 'sent':
      return [JSON.stringify(entry.payload)];
    case 'acknowledged':
      return entry.answer === null ? [] : [JSON.stringify(entry.answer)];
    case 'print':
      return [entry.text];
    case 'session':
      return entry.error === '' ? [] : [entry.error];
    case 'call':
      return [JSON.stringify(entry.args), ...(entry.ok ? [] : [JSON.stringify(entry.answer)])];
    default:
      return [];
  }
}
