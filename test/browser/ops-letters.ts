import type { EventView } from '../../src/ops/event-search.js';
import type { DeadLetter } from '../../src/ops/overview.js';
import { MINUTE, NOW } from './ops-hour.js';

export const LETTERS: readonly DeadLetter[] = [
  [
    'message',
    'C07TRIAGE01',
    0,
    'the event is too large for AutoKitteh, which refuses it each time that it is sent: "failed starting workflow: Blob data size exceeds limit."',
    190,
  ],
  [
    'slash_command',
    'C07ONCALL02',
    4,
    'AutoKitteh refuses the event: "data: map must be at most 64 entries [map.max_pairs]"',
    26,
  ],
  [
    'block_actions',
    'C07TRIAGE01',
    0,
    'AutoKitteh refuses the event: "data: map must be at most 64 entries [map.max_pairs]"',
    3,
  ],
].map(([type, channel, at, reason, minutes], index) => ({
  id: 41 + index,
  appId: at === 4 ? 'A08C5DHX1NF' : 'A07QKJ2B4MT',
  attempts: 1,
  receivedAt: new Date(NOW - (Number(minutes) + 2) * MINUTE).toISOString(),
  connectionId: `con_01j2x5k8w3f4m6n7p9q0r1s2t${at}`,
  kind: type === 'message' ? 'events_api' : 'interactive',
  ...{ type: String(type), channel: String(channel), reason: String(reason) },
  key: `Ev07QX4M2${index}TZ`,
  givenUpAt: new Date(NOW - Number(minutes) * MINUTE).toISOString(),
}));

export const EVENT: EventView = {
  ...{ key: 'Ev07QX4M21TZ', type: 'app_mention', channel: 'C07TRIAGE01', appId: 'A07QKJ2B4MT' },
  ...{ connectionId: 'con_01j2x5k8w3f4m6n7p9q0r1s2t0', connection: 'support-desk/my_slack' },
  ...{ state: 'delivered', socket: 's3', journaledMs: 4, acknowledgedMs: 7, dispatched: 2 },
  receivedAt: new Date(NOW - 12 * MINUTE).toISOString(),
  dispatches: [
    { at: new Date(NOW - 12 * MINUTE + 8).toISOString(), ms: 31, answer: 'failed' },
    { at: new Date(NOW - 12 * MINUTE + 1_050).toISOString(), ms: 44, answer: 'delivered' },
  ],
  eventId: 'evt_01j2x5m3d8f0e9r7s6t5v4w3x2',
  sessions: [
    {
      ...{ id: 'ses_01j2x5m3f1a2b3c4d5e6f7g8h9', state: 'completed' },
      startedAt: new Date(NOW - 12 * MINUTE + 1_200).toISOString(),
    },
  ],
};
