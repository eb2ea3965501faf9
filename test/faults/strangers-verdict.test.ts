import { expect, test } from 'vitest';
import type { Acknowledgement, Attempt, LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { brokenRules, EventAccount, type StrangersRecord } from './strangers-verdict.js';

const SENT_AT = 10_000;

function attempt(number: number, at: number, acknowledgedAt?: number): Attempt {
  const acknowledgements: Acknowledgement[] =
    acknowledgedAt === undefined
      ? []
      : [{ at: acknowledgedAt, socketId: 's1', late: acknowledgedAt - at > 3_000, payload: undefined }];
  const outcome = acknowledgedAt === undefined ? 'timed_out' : 'acknowledged';
  return {
    number,
    at,
    acknowledgements,
    outcome,
    envelopeId: `e${number}`,
    socketId: 's1',
    trouble: undefined,
    copies: 1,
  };
}

function entry(key: string, state: LedgerEntry['state'], attempts: Attempt[]): LedgerEntry {
  const fixed = {
    number: 1,
    kind: 'events_api',
    type: 'message',
    appId: 'A1',
    installation: 'A1//T1',
    payload: {},
  } as const;
  return { ...fixed, key, state, attempts, sentAt: SENT_AT };
}

const inTime = (key: string): LedgerEntry =>
  entry(key, 'acknowledged', [attempt(0, SENT_AT, SENT_AT + 2_999)]);

function recordOf(events: EventAccount, changed: Partial<StrangersRecord> = {}): StrangersRecord {
  return {
    ...{ events, exit: undefined, stopped: '0', exceptions: [], countedFaults: 0, secrets: [], changed: [] },
    memory: { before: 100, peak: 300, after: 120 },
    answering: { gateway: true },
    ...changed,
  };
}

/** Events of which each is acknowledged in time and stored. */
function goodEvents(): EventAccount {
  const events = new EventAccount();
  events.stored('Ev1');
  events.add(inTime('Ev1'), true);
  events.add(inTime('Ev2'), true);
  events.stored('Ev2');
  return events;
}

test('Events that are acknowledged in time and stored break no rule, in whichever order that is noticed', () => {
  expect(brokenRules(recordOf(goodEvents()))).toEqual([]);
});

test('An acknowledgement after 3 s is noticed, also where Slack had sent the event again by then', () => {
  const events = goodEvents();
  events.add(entry('EvA', 'acknowledged', [attempt(0, SENT_AT, SENT_AT + 3_001)]), false);
  const again = [attempt(0, SENT_AT), attempt(1, SENT_AT + 3_100, SENT_AT + 3_110)];
  events.add(entry('EvB', 'acknowledged', again), false);
  expect(brokenRules(recordOf(events))).toEqual(['2 events were acknowledged after more than 3000 ms']);
});

test('An event that Slack gave up and one that is pending at the end are noticed', () => {
  const events = goodEvents();
  events.add(entry('EvA', 'given_up', [attempt(0, SENT_AT)]), false);
  events.add(entry('EvB', 'pending', [attempt(0, SENT_AT)]), false);
  expect(brokenRules(recordOf(events))).toEqual([
    '1 events were lost: Slack gave them up',
    '1 events were not acknowledged at the end',
  ]);
});

test('An event that was acknowledged and dropped is noticed', () => {
  const events = goodEvents();
  events.add(inTime('EvDropped'), true);
  expect(brokenRules(recordOf(events))).toEqual(['1 acknowledged events are not at the server: EvDropped']);
});

test.each<[sentence: string, changed: Partial<StrangersRecord>]>([
  ['the program ended by itself: SIGABRT', { exit: 'SIGABRT' }],
  ['the program did not stop in order: SIGKILL', { stopped: 'SIGKILL' }],
  ['exceptions were logged: a line', { exceptions: ['a line'] }],
  ['1 faults of the process were counted', { countedFaults: 1 }],
  ['the log holds a secret', { secrets: ['xoxb-1'] }],
  ['peak resident memory is 512.0 MiB', { memory: { before: 100, peak: 512, after: 100 } }],
  ['peak resident memory is NaN MiB', { memory: { before: 100, peak: NaN, after: 100 } }],
  ['resident memory stayed at 1.210 times what it was', { memory: { before: 100, peak: 200, after: 121 } }],
  ['strangers changed auth_type', { changed: ['auth_type'] }],
  ['gateway does not answer', { answering: { gateway: false } }],
])('A run is found faulty because %s', (sentence, changed) => {
  expect(brokenRules(recordOf(goodEvents(), changed))).toEqual([sentence]);
});

test('A run in which no event was sent proves nothing', () => {
  expect(brokenRules(recordOf(new EventAccount()))).toEqual(['no event was sent']);
});
