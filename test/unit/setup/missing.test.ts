import { describe, expect, it } from 'vitest';
import type { TriggerRecord } from '../../../src/autokitteh/client.js';
import { DEFAULT_APP_MANIFEST } from '../../../src/setup/app-manifest.js';
import { missingOf, type MissingFacts } from '../../../src/setup/events/missing.js';

const trigger = (name: string, eventType: string): TriggerRecord => ({
  ...{ name, eventType, projectId: 'prj_1', filter: '', hasCall: true },
});

function missing(triggers: TriggerRecord[], facts: Partial<MissingFacts> = {}) {
  return missingOf({ triggers, seen: new Set(), proposed: DEFAULT_APP_MANIFEST, bot: {}, ...facts });
}

describe('the hints for triggers', () => {
  it('What is missing for a connection without a trigger is the trigger', () => {
    expect(missing([]).missing).toEqual([
      'No trigger uses this connection, so its events start no workflow.',
    ]);
  });

  it('What is missing for an event that the proposed app does not have is the subscription', () => {
    expect(missing([trigger('on_file', 'file_shared'), trigger('other', 'file_shared')]).missing).toEqual([
      'The triggers on_file and other wait for file_shared, and no such event has come yet. The app that this page proposes is not subscribed to it: add file_shared under “Event Subscriptions”, unless your app has it.',
    ]);
    expect(missing([trigger('on_file', 'file_shared')], { seen: new Set(['file_shared']) }).missing).toEqual(
      [],
    );
  });

  it('What is missing for very many triggers of one type is said once, with the first of them', () => {
    const triggers = Array.from({ length: 200_000 }, (_, index) => trigger(`t${index}`, 'file_shared'));
    expect(missing(triggers).missing).toEqual([
      expect.stringContaining('The triggers t0, t1, t2 and 199997 more wait for file_shared'),
    ]);
  });

  it('What is missing for an event that the proposed app has is only that none has come', () => {
    const triggers = [trigger('a', 'reaction_added'), trigger('b', 'message'), trigger('c', 'app_mention')];
    expect(missing(triggers, { seen: new Set(['message']) })).toEqual({
      missing: [],
      notYet: 'reaction_added and app_mention',
    });
  });

  it('What is missing for an event whose scope the bot token lacks is the scope', () => {
    const granted = new Set(['channels:history', 'chat:write']);
    const triggers = [trigger('a', 'reaction_added'), trigger('b', 'message'), trigger('c', 'slash_command')];
    const sentences = missing(triggers, { bot: { granted } }).missing;
    expect(sentences.map((text) => /^The trigger (\w+) .* scope ([\w:]+):/.exec(text)?.slice(1))).toEqual([
      ['a', 'reactions:read'],
      ['c', 'commands'],
    ]);
    const [either] = missing([trigger('d', 'member_joined_channel')], { bot: { granted } }).missing;
    expect(either).toContain('the scope channels:read or groups:read:');
  });

  it.each([
    ['message.im', 'Write event_type: message with filter: data.channel_type == "im".'],
    ['block_actions', 'Write event_type: interaction with filter: data.type == "block_actions".'],
    ['channel_join', 'Write event_type: message with filter: data.subtype == "channel_join".'],
    ['slash_commands', 'Write event_type: slash_command.'],
  ])('What is missing for a trigger on %s is the right type', (type, words) => {
    expect(missing([trigger('a', type)]).missing).toEqual([expect.stringContaining(words) as string]);
  });

  it('What is missing for a trigger on a type that Slack does not document is said without a guess', () => {
    expect(missing([trigger('a', 'no_such_event')]).missing).toEqual([
      'The trigger a waits for no_such_event, which is not an event for bots that this page knows.',
    ]);
  });

  it('What is missing for triggers on all events, interactions and unknown facts is nothing', () => {
    const triggers = [trigger('a', ''), trigger('b', '*'), trigger('c', 'interaction')];
    expect(missing(triggers)).toEqual({ missing: [], notYet: '' });
    expect(missing([], { triggers: undefined })).toEqual({ missing: [], notYet: '' });
  });

  it('What is missing for a bot that can ask for some channels only is said of those', () => {
    const channels = { kinds: 'public', isInAny: false } as const;
    expect(missing([trigger('a', '*')], { bot: { channels } }).missing).toEqual([
      'The bot is in no public channel, and Slack sends it nothing that happens there: type /invite and the bot’s name in one.',
    ]);
  });

  it('What is missing for a command of an app without any is the command', () => {
    const { slash_commands: _, ...features } = DEFAULT_APP_MANIFEST.features;
    const proposed = { ...DEFAULT_APP_MANIFEST, features };
    expect(missing([trigger('a', 'slash_command')], { proposed }).missing).toEqual([
      expect.stringContaining('add one under “Slash Commands”') as string,
    ]);
  });
});
