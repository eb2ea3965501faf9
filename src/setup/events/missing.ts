import { takesAll } from '../../autokitteh/trigger-match.js';
import type { TriggerRecord } from '../../autokitteh/client.js';
import type { AppManifest } from '../../browser/app-manifest.js';
import { objectAt, type JsonObject } from '../../core/json.js';
import { cutText } from '../../core/text.js';
import { listWords } from '../../core/words.js';
import type { BotFacts } from './bot-facts.js';
import { comesFromChannels, insteadOf, isKnownType, scopesFor, subscriptionsFor } from './trigger-types.js';

/** What keeps events from triggers, as sentences that say what to do. */
export interface Missing {
  readonly missing: readonly string[];
  /** Of which types no event has come yet, although the proposed app is subscribed to them; empty if of none. */
  readonly notYet: string;
}

export interface MissingFacts {
  /** Undefined where AutoKitteh does not tell them. */
  readonly triggers: readonly TriggerRecord[] | undefined;
  /** Types of the latest events. */
  readonly seen: ReadonlySet<string>;
  /** The app that the page proposes. */
  readonly proposed: AppManifest;
  readonly bot: BotFacts;
}

// More, nobody reads.
const MOST_SENTENCES = 8;
const LONGEST_NAME = 60;

/** Compares what triggers wait for with what Slack can send. */
export function missingOf({ triggers, seen, proposed, bot }: MissingFacts): Missing {
  if (triggers === undefined) return { missing: channelSentence(bot, true), notYet: '' };
  if (triggers.length === 0) {
    const none = 'No trigger uses this connection, so its events start no workflow.';
    return { missing: [none], notYet: '' };
  }
  const missing: string[] = [];
  const notYet: string[] = [];
  for (const [type, names] of byType(triggers)) {
    const sentence = sentenceFor(type, waits(type, names), { seen, proposed, bot });
    if (sentence === 'not yet') notYet.push(type);
    else if (sentence !== undefined) missing.push(sentence);
  }
  missing.push(
    ...channelSentence(
      bot,
      triggers.some(({ eventType }) => comesFromChannels(eventType)),
    ),
  );
  return { missing: missing.slice(0, MOST_SENTENCES), notYet: listWords(notYet, MOST_SENTENCES) };
}

/** Names of triggers by the type that they wait for; without those that take all. */
function byType(triggers: readonly TriggerRecord[]): ReadonlyMap<string, string[]> {
  const types = new Map<string, string[]>();
  for (const { eventType, name } of triggers) {
    if (takesAll(eventType)) continue;
    const type = cutText(eventType, LONGEST_NAME);
    const names = types.get(type);
    if (names === undefined) types.set(type, [cutText(name, LONGEST_NAME)]);
    else names.push(cutText(name, LONGEST_NAME));
  }
  return types;
}

function waits(type: string, names: readonly string[]): string {
  const many = names.length > 1;
  return `The trigger${many ? 's' : ''} ${listWords(names)} wait${many ? '' : 's'} for ${type}`;
}

/** What is wrong about a type; `not yet` if all that is known is that none has come. */
function sentenceFor(
  type: string,
  who: string,
  { seen, proposed, bot }: Omit<MissingFacts, 'triggers'>,
): string | undefined {
  if (seen.has(type)) return undefined;
  const instead = insteadOf(type);
  if (instead !== undefined) return `${who}, and no event has this type. ${instead.replaceAll('`', '')}`;
  if (!isKnownType(type)) return `${who}, which is not an event for bots that this page knows.`;
  const { granted } = bot;
  const needed = scopesFor(type);
  if (granted !== undefined && needed.length > 0 && !needed.some((scope) => granted.has(scope))) {
    const scopes = listWords(needed, needed.length).replace(/ and ([^ ]+)$/, ' or $1');
    return `${who}, and the bot token does not have the scope ${scopes}: add it under “OAuth & Permissions”, install the app again, and save the new bot token.`;
  }
  if (type === 'slash_command') return commandSentence(who, proposed);
  const subscriptions = subscriptionsFor(type);
  if (subscriptions.length === 0) return undefined;
  const { bot_events: events } = proposed.settings.event_subscriptions;
  if (subscriptions.some((name) => events.includes(name))) return 'not yet';
  const names = listWords(subscriptions, subscriptions.length);
  return `${who}, and no such event has come yet. The app that this page proposes is not subscribed to it: add ${names} under “Event Subscriptions”, unless your app has it.`;
}

/** A sentence for each type that triggers wait for, and that an app with this manifest does not get. */
export function unservedTriggers(manifest: JsonObject, triggers: readonly TriggerRecord[]): string[] {
  const events = objectAt(objectAt(manifest, 'settings'), 'event_subscriptions')?.['bot_events'];
  const has = (name: string): boolean => Array.isArray(events) && events.includes(name);
  return [...byType(triggers)].flatMap(([type, names]) => {
    const isType = insteadOf(type) === undefined && isKnownType(type);
    const subscriptions = isType ? subscriptionsFor(type) : [];
    if (subscriptions.length === 0 || subscriptions.some(has)) return [];
    const missing = listWords(subscriptions, subscriptions.length);
    return [
      `${waits(type, names)}, to which this app is not subscribed: choose ${missing} among the events.`,
    ];
  });
}

function commandSentence(who: string, { features }: AppManifest): string | undefined {
  if ((features.slash_commands ?? []).length > 0) return undefined;
  return `${who}, and the app that this page proposes has none: add one under “Slash Commands”, unless your app has it.`;
}

function channelSentence({ channels }: BotFacts, matters: boolean): string[] {
  if (!matters || channels === undefined || channels.isInAny) return [];
  const which = channels.kinds === 'all' ? 'no channel' : `no ${channels.kinds} channel`;
  return [
    `The bot is in ${which}, and Slack sends it nothing that happens there: type /invite and the bot’s name in one.`,
  ];
}
