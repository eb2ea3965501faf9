import { evaluate } from '@marcbachmann/cel-js';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../../src/autokitteh/values-json.js';
import { toEvent } from '../../../src/events/mapping.js';
import { frameText } from './frames.js';

/** What existing projects read from events, and the filters that they set (public AutoKitteh projects and samples). */

interface Seen {
  data: Record<string, unknown>;
  event_type: string;
}

function seen(file: string): Seen {
  const { data, eventType } = toEvent(frameText(file), { appId: 'A07SYNTH01', key: 'k' });
  const json = Object.entries(data).map(([key, value]) => [key, toJson(value)]);
  return { data: Object.fromEntries(json) as Record<string, unknown>, event_type: eventType };
}

const MESSAGES = [
  'channels',
  'groups',
  'im',
  'mpim',
  'thread_reply',
  'bot_message',
  'file_share',
  'me_message',
]
  .concat(['message_changed', 'message_deleted', 'channel_join'])
  .map((name) => `message.${name}.json`);
const INTERACTIONS = [
  'block_actions.message',
  'block_actions.view',
  'block_suggestion',
  'interactive_message',
]
  .concat(['message_action', 'shortcut', 'view_closed', 'view_submission'])
  .map((name) => `interactive.${name}.json`);

const message = 'text channel user ts thread_ts subtype parent_user_id root type bot_id'.split(' ');
const slash = 'user_id text channel_id command trigger_id'.split(' ');

describe('every field that existing projects read', () => {
  it.each([
    ['app_mention.json', 'text channel user ts'.split(' ')],
    ...MESSAGES.map((file): [string, string[]] => [file, message]),
    [
      'message.message_changed.json',
      ['message.user', 'message.text', 'message.thread_ts', 'message.ts', 'message.subtype'].concat(
        'previous_message.text',
      ),
    ],
    ['message.message_deleted.json', ['deleted_ts', 'previous_message.thread_ts']],
    ['reaction_added.json', 'user reaction item item.channel item.ts'.split(' ')],
    ['slash_command.json', slash],
    ...INTERACTIONS.map((file): [string, string[]] => [file, ['type', 'user.id', 'actions', 'view']]),
    [
      'interactive.block_actions.message.json',
      ['actions.0.value', 'actions.0.action_id', 'actions.0.style', 'message.ts', 'channel.id'],
    ],
    ['interactive.view_submission.json', ['view.state.values.inp.name.value', 'view.callback_id']],
  ])('The field that existing projects read is mapped: %s has %j', (file, paths) => {
    const { data } = seen(file);
    for (const path of paths) {
      const value = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], data);
      expect(value, path).toBeDefined();
    }
  });

  it('Message events have strings where handlers and filters expect them', () => {
    for (const file of MESSAGES) {
      const { data } = seen(file);
      for (const key of ['text', 'thread_ts', 'bot_id', 'subtype', 'user', 'channel', 'ts']) {
        expect(typeof data[key], `${file} ${key}`).toBe('string');
      }
    }
  });
});

const FILTERS: [filter: string, files: string[], matches: string[]][] = [
  [`data.thread_ts == '' && data.text.startsWith('!')`, MESSAGES, []],
  [`data.thread_ts == '' && data.text.startsWith('f')`, MESSAGES, ['message.bot_message.json']],
  [`data.thread_ts != '' && data.text.startsWith('!tldr')`, MESSAGES, []],
  [`data.thread_ts != ''`, MESSAGES, ['message.thread_reply.json']],
  [`data.text == "break-glass"`, ['slash_command.json'], []],
  [`data.text == "status now"`, ['slash_command.json'], ['slash_command.json']],
  [`data.type == "view_submission"`, INTERACTIONS, ['interactive.view_submission.json']],
  [
    `data.type == "block_actions"`,
    INTERACTIONS,
    ['interactive.block_actions.message.json', 'interactive.block_actions.view.json'],
  ],
  [`data.text == "availablerooms"`, ['slash_command.json'], []],
  [`data.text.startsWith("roomstatus ")`, ['slash_command.json'], []],
  [`data.text.startsWith("reserveroom ")`, ['slash_command.json'], []],
  [`data.command == "/availablerooms"`, ['slash_command.json'], []],
  [`data.command == "/syn"`, ['slash_command.json'], ['slash_command.json']],
  [`event_type == "interaction"`, INTERACTIONS, INTERACTIONS],
  [`event_type == 'message'`, [...MESSAGES, 'app_mention.json'], MESSAGES],
  [`data.type == 'message' && data.bot_id == '' && data.thread_ts == '1.2'`, MESSAGES, []],
  [`data.type == 'message' && data.thread_ts == '1.2' && data.text.startsWith('!')`, MESSAGES, []],
  [`event_type == 'interaction' && data.user.id == 'U07SYNUSR1'`, INTERACTIONS, INTERACTIONS],
  [`event_type == 'interaction' && data.user.id == 'U07SYNUSR1'`, [...MESSAGES, 'slash_command.json'], []],
  [
    `data.type == "block_actions" && data.user.id == "U07SYNUSR1"`,
    [...INTERACTIONS, ...MESSAGES],
    ['interactive.block_actions.message.json', 'interactive.block_actions.view.json'],
  ],
  [`data.channel == 'C07SYNCHN1'`, ['app_mention.json', 'message.im.json'], ['app_mention.json']],
  [
    `data.slack_envelope.retry_attempt > 0`,
    ['message.im.json', 'retry.message.json'],
    ['retry.message.json'],
  ],
  [`!data.slack_envelope.cut && data.slack_envelope.event_id != ''`, MESSAGES, MESSAGES],
];

describe('every filter that existing projects set', () => {
  it.each(FILTERS)('A filter of existing projects works: %s', (filter, files, matches) => {
    const matched = files.filter((file) => evaluate(filter, seen(file) as never));
    expect(matched).toEqual(matches);
  });
});
