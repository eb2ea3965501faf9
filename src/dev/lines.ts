import type { TimelineEntry } from './timeline.js';

/** Who did something, in a word or two. */
export function titleOf(entry: TimelineEntry): string {
  switch (entry.t) {
    case 'sent':
      return 'Slack sent';
    case 'acknowledged':
      return 'acknowledged';
    case 'unacknowledged':
      return 'not acknowledged';
    case 'event':
    case 'refused':
    case 'no_session':
      return 'AutoKitteh';
    case 'session':
      return 'session';
    case 'print':
      return 'printed';
    case 'call':
      if (!entry.ok) return 'Slack refused';
      // This program posts there too: it marks in a message which button was pressed.
      return entry.method === 'response_url' ? 'posted' : 'workflow called';
    case 'status':
      return 'connection';
  }
}

/** What happened, beside that. */
export function lineOf(entry: TimelineEntry): string {
  switch (entry.t) {
    case 'sent':
      return [
        `#${entry.n}`,
        entry.type,
        entry.channel && `in ${entry.channel}${entry.text && ':'}`,
        entry.text,
        entry.note && `(${entry.note})`,
      ]
        .filter((word) => word !== '')
        .join(' ');
    case 'acknowledged':
      return `#${entry.sent} after ${entry.ms} ms${entry.answer === null ? '' : `, with an answer${textOfAnswer(entry.answer)}`}`;
    case 'unacknowledged':
      return `#${entry.sent}: ${entry.reason}`;
    case 'event':
      return `#${entry.sent} is the event ${entry.eventId}`;
    case 'refused':
      return `does not take #${entry.sent}: ${entry.reason}`;
    case 'no_session':
      return `started no session for #${entry.sent}. ${entry.reason}`;
    case 'session':
      return `${entry.sessionId} ${STATES[entry.state] ?? entry.state}${entry.error === '' ? '' : `: ${entry.error}`}`;
    case 'print':
      return `by ${entry.sessionId}`;
    case 'call':
      return [
        entry.method,
        entry.channel && `to ${entry.channel}${entry.text && ':'}`,
        entry.text,
        entry.error && `(${entry.error})`,
      ]
        .filter((word) => word !== '')
        .join(' ');
    case 'status':
      return entry.message;
  }
}

const STATES: Readonly<Record<string, string>> = {
  started: 'began',
  completed: 'ended',
  error: 'failed',
  stopped: 'was stopped',
};

function textOfAnswer({ text, response_action: action }: { readonly [name: string]: unknown }): string {
  const words = [text, action].find((each) => typeof each === 'string' && each !== '');
  return typeof words === 'string' ? `: ${words}` : '';
}

// Further lines begin where a line's title does, never where its time does.
const INDENTED = `\n${' '.repeat(14)}`;

/** A line for a terminal, with what a session printed; a print or a traceback of several lines keeps them. */
export function terminalLine(entry: TimelineEntry): string {
  const time = new Date(entry.at).toISOString().slice(11, 23);
  const printed = entry.t === 'print' ? `: ${entry.text}` : '';
  const line = `${time}  ${titleOf(entry).padEnd(16)}  ${lineOf(entry)}${printed}`;
  return line.trimEnd().replaceAll('\n', INDENTED).replaceAll('\t', '  ');
}
