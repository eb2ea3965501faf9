import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { JsonObject } from '../src/core/json.js';
import { toEvent } from '../src/events/mapping.js';
import { dataToJson } from '../src/sim/autokitteh/values.js';

/** An event as workflows get it. */
export interface Sample {
  /** Of its file, without the ending. */
  readonly name: string;
  readonly eventType: string;
  /** When Slack sends it, in a sentence. */
  readonly about: string;
  readonly data: JsonObject;
}

// What the built-in integration made of a frame is recorded for most of them; `unrecorded` has the others.
const FOLDERS = ['../test/data/payloads/', '../test/data/unrecorded/'];

// By the name of the frame, in the order of the page.
const ABOUT: Readonly<Record<string, string>> = {
  'message.channels': 'Somebody writes in a public channel.',
  'message.groups': 'Somebody writes in a private channel.',
  'message.im': 'Somebody writes the bot a direct message.',
  'message.mpim': 'Somebody writes in a direct message of several people.',
  'message.thread_reply': 'Somebody replies in a thread: `thread_ts` names its first message.',
  'message.file_share': 'Somebody posts files, which are in `files`.',
  'message.me_message': 'Somebody writes with `/me`.',
  'message.bot_message': 'Another app posts a message; such messages have no `user`.',
  'message.message_changed':
    'A message is edited: the new text is in `message`, the old one in `previous_message`.',
  'message.message_deleted': 'A message is deleted: what it was is in `previous_message`.',
  'message.channel_join': 'Slack’s own line in a channel that somebody joins.',
  app_mention: 'Somebody names the bot in a channel that it is in.',
  reaction_added: 'Somebody adds a reaction; `item` says to which message.',
  'reaction_added.no_item_user': 'Somebody adds a reaction to a message that no person wrote.',
  reaction_removed: 'Somebody removes a reaction.',
  slash_command: 'Somebody runs a slash command of the app.',
  'interactive.block_actions.message': 'Somebody clicks a button of a message.',
  'interactive.block_actions.view': 'Somebody chooses in a menu of a modal or of the home tab.',
  'interactive.view_submission': 'Somebody submits a modal: what they filled in is in `view.state`.',
  'interactive.view_closed': 'Somebody closes a modal that has `notify_on_close`.',
  'interactive.block_suggestion': 'A menu asks for its options: what was typed is in `value`.',
  'interactive.shortcut': 'Somebody uses a global shortcut.',
  'interactive.message_action': 'Somebody uses a shortcut of a message.',
  'interactive.interactive_message': 'Somebody clicks a button of an attachment, the older form.',
  app_home_opened: 'Somebody opens the app’s home tab.',
  'app_home_opened.messages_tab': 'Somebody opens the app’s messages tab.',
  member_joined_channel: 'Somebody, or the bot, joins a channel.',
  member_left_channel: 'Somebody leaves a channel.',
  file_shared: 'A file is shared. This stands for all types that the built-in integration does not know.',
  channel_created: 'A public channel is created.',
  channel_rename: 'A public channel gets another name.',
  channel_archive: 'A public channel is archived.',
  channel_unarchive: 'An archived public channel is in use again.',
  channel_deleted: 'A public channel is deleted.',
  channel_left: 'The bot leaves a public channel.',
  channel_history_changed: 'Much of a public channel’s history changes at once.',
  channel_id_changed: 'A channel gets another id.',
  group_open: 'A private channel is opened.',
  group_close: 'A private channel is closed.',
  group_rename: 'A private channel gets another name.',
  group_archive: 'A private channel is archived.',
  group_unarchive: 'An archived private channel is in use again.',
  group_deleted: 'A private channel is deleted.',
  group_left: 'The bot leaves a private channel.',
  group_history_changed: 'Much of a private channel’s history changes at once.',
  im_history_changed: 'Much of a direct message’s history changes at once.',
  app_uninstalled: 'The app is removed from the workspace.',
  tokens_revoked: 'Tokens of the app are revoked; the lists hold ids of users.',
  app_rate_limited: 'Slack leaves events of the app out for a minute, because there are too many.',
};

/** The events of the tests' frames, as workflows get them. */
export function authorSamples(): Sample[] {
  return Object.entries(ABOUT).map(([name, about]) => {
    const { eventType, data } = toEvent(frameNamed(name), { appId: 'A07SYNTH01', key: '' });
    return { name, eventType, about, data: dataToJson(data) };
  });
}

function frameNamed(name: string): string {
  for (const folder of FOLDERS) {
    try {
      return readFileSync(new URL(`${folder}${name}.json`, import.meta.url), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`there is no frame ${name}`);
}

/** The text of each sample's file, by its name in `docs/authors/events`. */
export async function sampleFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const { name, eventType, data } of authorSamples())
    files.set(
      `${name}.json`,
      await formatted('events/sample.json', JSON.stringify({ event_type: eventType, data })),
    );
  return files;
}

/** The page about events with its list of samples made anew. */
export async function withSampleList(page: string): Promise<string> {
  const rows = authorSamples().map(
    ({ name, eventType, about }) => `| \`${eventType}\` | ${about} | [${name}.json](events/${name}.json) |`,
  );
  const table = ['| `event_type` | when | sample |', '| --- | --- | --- |', ...rows].join('\n');
  const text = page.replace(
    /(<!-- samples -->)[^]*(<!-- \/samples -->)/,
    (_, start: string, end: string) => `${start}\n\n${table}\n\n${end}`,
  );
  return formatted('events.md', text);
}

/** As `npm run format` writes a file of `docs/authors`. */
export async function formatted(file: string, text: string): Promise<string> {
  const filepath = fileURLToPath(new URL(`../docs/authors/${file}`, import.meta.url));
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}
