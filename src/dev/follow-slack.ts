import { objectAt, stringAt, type JsonObject } from '../core/json.js';
import type { LedgerEntry } from '../sim/slack/sending/ledger-entry.js';
import type { SlackWorld } from './slack-world.js';
import type { Timeline } from './timeline.js';

// The program makes these itself, and Python's `slack_client` the first one each time that it is made.
const NOT_TOLD = new Set(['auth.test', 'bots.info', 'apps.connections.open', 'api.test']);

/** What keeps the scripted Slack from delivering anything. */
export const NO_SOCKET =
  'The app has no open socket: its sockets are open while the project has an active deployment (`ak deploy`).';

/** Tells a timeline what becomes of what the scripted Slack sends, and which calls it gets. */
export interface SlackFollower {
  /** Slack has sent this, which the timeline tells under number `n`. */
  sent(entry: LedgerEntry, n: number): void;
  /** The number of what the program's journal has under this key. */
  numberOf(key: string): number | undefined;
  end(): void;
}

export function followSlack({ slack, workspace }: SlackWorld, timeline: Timeline): SlackFollower {
  const numbers = new Map<LedgerEntry, number>();
  const told = new Set<LedgerEntry>();
  const look = (entry: LedgerEntry): void => {
    const sent = numbers.get(entry);
    if (sent === undefined || entry.state === 'pending' || told.has(entry)) return;
    told.add(entry);
    const answer = slack.ledger.answer(entry);
    if (answer === undefined) {
      timeline.add({ t: 'unacknowledged', sent, reason: reasonOf(entry) });
      return;
    }
    const ms = Math.max(0, Math.round(answer.at - entry.sentAt));
    timeline.add({ t: 'acknowledged', sent, ms, answer: answer.payload ?? null });
  };
  const channelName = (id: string): string => {
    const channel = workspace.channels.find((each) => each.id === id || each.name === id.replace(/^#/, ''));
    if (channel === undefined) return id;
    return channel.kind === 'im' ? 'a direct message' : `#${channel.name}`;
  };
  const endLedger = slack.ledger.subscribe(look);
  const endCalls = slack.calls.recorded.subscribe(({ method, args, answer }) => {
    if (NOT_TOLD.has(method)) return;
    const { token: _, ...others } = args;
    const ok = answer?.['ok'] === true;
    timeline.add({
      ...{ t: 'call', method, args: others, ok, answer: answer ?? null },
      channel: channelName(stringAt(args, 'channel') || stringAt(args, 'channel_id')),
      text: stringAt(args, 'text') || titleOf(answer),
      error: ok ? '' : stringAt(answer, 'error') || 'no answer',
    });
  });
  return {
    sent(entry, n) {
      numbers.set(entry, n);
      look(entry);
    },
    numberOf: (key) => [...numbers].findLast(([entry]) => isKeyOf(key, entry))?.[1],
    end() {
      endLedger();
      endCalls();
    },
  };
}

function titleOf(answer: JsonObject | undefined): string {
  return stringAt(objectAt(objectAt(answer, 'view'), 'title'), 'text');
}

function reasonOf(entry: LedgerEntry): string {
  if (entry.state === 'refused') return 'Slack did not send it, because the app is over its rate.';
  return entry.attempts.some(({ outcome }) => outcome !== 'unrouted')
    ? 'It was not acknowledged within 3 seconds.'
    : NO_SOCKET;
}

/** Whether the journal's key is that of this entry: its own, behind a kind, or that of one delivery. */
function isKeyOf(key: string, entry: LedgerEntry): boolean {
  if (entry.key !== '' && (key === entry.key || key.endsWith(`:${entry.key}`))) return true;
  const view = stringAt(objectAt(entry.payload, 'view'), 'id');
  if (view !== '' && key.startsWith(`view_closed:${view}:`)) return true;
  return entry.attempts.some(({ envelopeId }) => envelopeId === key);
}
