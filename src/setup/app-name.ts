import type { AppManifest } from '../browser/app-manifest.js';
import { DOCUMENTED_APP_MANIFEST } from './app-manifest.js';

/** What stands in a proposed app for the name of the project, or of the connection where there is none. */
const NAME = '{name}';
const WITHOUT_NAME = 'AutoKitteh';

// Slack, "App manifest reference": in characters, the slash of a command included.
const LONGEST_NAME = 35;
const LONGEST_COMMAND = 32;

// Slack's own commands, which no app may take (Slack, "Slash commands in Slack").
const COMMANDS_OF_SLACK = new Set(
  (
    'active apps archive away call canvas collapse dm dnd expand feed feedback giphy huddle invite join kick leave list me ' +
    'msg mute open part prefs remind remove rename search shortcuts shrug star status topic unarchive who'
  ).split(' '),
);

/** What the page shows: the proposed app, or that of AutoKitteh's documentation, which has its own name. */
export function manifestFor(
  { manifest }: { readonly manifest: AppManifest },
  name: string | undefined,
  documented: boolean,
): AppManifest {
  return documented ? DOCUMENTED_APP_MANIFEST : namedApp(manifest, name);
}

/** The proposed app under the name of a project or a connection, such as `break_glass`. */
export function namedApp(proposed: AppManifest, name: string | undefined): AppManifest {
  const words = wordsOf(name ?? WITHOUT_NAME);
  const { display_information: shown, features } = proposed;
  const { slash_commands: commands } = features;
  return {
    ...proposed,
    display_information: { ...shown, name: cut(shown.name.replaceAll(NAME, words), LONGEST_NAME) },
    features: {
      ...features,
      bot_user: {
        ...features.bot_user,
        display_name: cut(features.bot_user.display_name.replaceAll(NAME, words), LONGEST_NAME),
      },
      ...(commands !== undefined && {
        slash_commands: commands.map((command) => ({
          ...command,
          command: cut(command.command.replaceAll(NAME, commandOf(name ?? WITHOUT_NAME)), LONGEST_COMMAND),
          description: command.description.replaceAll(NAME, words),
        })),
      }),
    },
  };
}

/** `break_glass` for people: "Break glass". */
function wordsOf(name: string): string {
  const words = name.replaceAll(/[_\s-]+/g, ' ').trim();
  return words === '' ? WITHOUT_NAME : words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** As a slash command may be written, without its slash. */
function commandOf(name: string): string {
  const word = name
    .toLowerCase()
    .replaceAll(/[^\p{Ll}\p{Lo}\p{N}_-]+/gu, '-')
    .replaceAll(/^[_-]+|[_-]+$/g, '');
  if (word === '') return 'autokitteh';
  return COMMANDS_OF_SLACK.has(word) ? `${word}-app` : word;
}

function cut(text: string, most: number): string {
  return Array.from(text).slice(0, most).join('').trim();
}
