import { expect, test } from 'vitest';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import type { CrashNote, StampedNote } from './crash-record.js';
import { judgeReplicas } from './replicas-verdict.js';

/** A message of one channel, sent at `sentAt` and acknowledged at `toldAt`, if at all. */
function entry(id: string, sentAt: number, toldAt?: number): LedgerEntry {
  const told = toldAt === undefined ? [] : [{ at: toldAt, socketId: 's', late: false, payload: undefined }];
  return {
    number: 1,
    kind: 'events_api',
    type: 'message',
    appId: 'A1',
    installation: 'A1//T1',
    key: id,
    payload: {
      event_id: id,
      team_id: 'T1',
      api_app_id: 'A1',
      event: { type: 'message', channel: 'C1', user: 'U1' },
    },
    sentAt,
    attempts: [
      {
        number: 0,
        envelopeId: `envelope ${id}`,
        at: sentAt,
        socketId: 's',
        trouble: undefined,
        outcome: toldAt === undefined ? 'timed_out' : 'acknowledged',
        copies: 1,
        acknowledgements: told,
      },
    ],
    state: toldAt === undefined ? 'given_up' : 'acknowledged',
  };
}

const notes = (...given: [number, string, CrashNote][]): StampedNote[] =>
  given.map(([at, process, note]) => ({ ...note, at, process }));

test('An event that was acknowledged and is not at the server is lost', () => {
  const { faults } = judgeReplicas([entry('a', 0, 1), entry('b', 2, 3)], ['a'], []);
  expect(faults).toEqual(['lost: events_api message b']);
});

test('An event that Slack gave up is a fault, and so is one that Slack never sent', () => {
  const { faults } = judgeReplicas([entry('a', 0)], ['other'], []);
  expect(faults).toEqual(['never acknowledged: message a', 'at the server, but not from Slack: other']);
});

test('An event overtakes if one that was acknowledged before it was sent is dispatched after it', () => {
  const [first, second] = [entry('a', 0, 1), entry('b', 2, 3)];
  expect(judgeReplicas([first, second], ['a', 'b'], []).faults).toEqual([]);
  expect(judgeReplicas([first, second], ['b', 'a'], []).faults).toHaveLength(1);
  // Sent before the other one was acknowledged: Slack promises no order for such.
  expect(judgeReplicas([entry('a', 0, 3), entry('b', 2, 3)], ['b', 'a'], []).faults).toEqual([]);
});

test('A second dispatch needs a look-up that did not find the first one', () => {
  const twice = ['a', 'a'];
  const begun: CrashNote = { t: 'begun', key: 'a' };
  const sought: CrashNote = { t: 'sought', key: 'a', found: false };
  const explained = notes([0, 'r1', begun], [1, 'r2', sought], [2, 'r2', begun]);
  expect(judgeReplicas([entry('a', 0, 1)], twice, explained)).toMatchObject({ faults: [], duplicates: 1 });
  const unfenced = notes([1, 'r2', sought], [2, 'r2', begun], [3, 'r1', begun]);
  expect(judgeReplicas([entry('a', 0, 1)], twice, unfenced).faults).toHaveLength(1);
});

test('The time of a take-over runs from the kill to the look at each row that the dead process held, and to its dispatch', () => {
  const { takeOverMs, goneOnMs, kills } = judgeReplicas(
    [],
    [],
    notes(
      [0, 'r1', { t: 'append', rows: [{ key: 'claimed', lane: 'l' }] }],
      [1, 'r1', { t: 'appended', results: [{ claimed: 1 }] }],
      [2, 'r1', { t: 'begun', key: 'ended' }],
      [3, 'r1', { t: 'ended', key: 'ended', outcome: 'delivered' }],
      [4, 'r1', { t: 'begun', key: 'begun' }],
      [10, 'r1', { t: 'killed', step: 'request sent' }],
      [12, 'r2', { t: 'begun', key: 'other' }],
      [30, 'r2', { t: 'sought', key: 'claimed', found: false }],
      [50, 'r3', { t: 'sought', key: 'begun', found: true }],
      [60, 'r2', { t: 'sought', key: 'claimed', found: false }],
      [70, 'r2', { t: 'begun', key: 'claimed' }],
    ),
  );
  expect([takeOverMs, goneOnMs, kills]).toEqual([[20, 40], [40, 60], 1]);
});
