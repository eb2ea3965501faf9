import { randomInt } from 'node:crypto';
import type { AppManifest } from '../setup/app-manifest.js';
import { startScriptedSlack, type ScriptedSlack } from '../sim/slack/scripted-slack.js';
import { SLACK_RETRIES } from '../sim/slack/sending/retry-ladder.js';
import type {
  SlackApp,
  SlackChannel,
  SlackInstallation,
  SlackUser,
  SlackWorkspace,
} from '../sim/slack/directory/entities.js';
import { PluginError } from '../core/errors.js';

/** A scripted Slack with one app in one workspace: the bot is in `#general`, and not in `#random`. */
export interface SlackWorld {
  readonly slack: ScriptedSlack;
  readonly app: SlackApp;
  readonly installation: SlackInstallation;
  readonly workspace: SlackWorkspace;
  readonly appToken: string;
}

// Tokens are the same in every run, so that a run knows those that one before it has left. They open nothing but a scripted Slack.
const DIRECTORY_SEED = 0x5eed;

/** Starts it on 127.0.0.1, with the app that `manifest` describes. */
export async function startSlackWorld(manifest: AppManifest): Promise<SlackWorld> {
  const slack = await startScriptedSlack({
    // Ids of events are others in each run: the server keeps those of the runs before.
    seed: randomInt(2 ** 31),
    directorySeed: DIRECTORY_SEED,
    // Slack's ladder is 0 s, 1 min, 5 min; nobody wants to watch that.
    retries: { ...SLACK_RETRIES, delays: [500, 2_000, 5_000, 10_000, 20_000] },
  });
  const app = slack.addApp(manifest.display_information.name, { ...manifest });
  const workspace = slack.addWorkspace('Scripted Slack');
  const installation = slack.install(app, workspace, { botName: manifest.features.bot_user.display_name });
  workspace.channels[0]?.members.add(installation.botUser.id);
  workspace.addChannel('random').members.delete(installation.botUser.id);
  return { slack, app, installation, workspace, appToken: app.createAppToken() };
}

/**
 * The channel with this name (with or without its `#`) or id, or the direct message with a person (`@name`); one that is not there
 * is made, with the bot in it. `#general` without a name.
 */
export function channelNamed(world: SlackWorld, named = 'general'): SlackChannel {
  const { workspace, installation } = world;
  const found = workspace.channels.find((channel) => isNamed(world, channel, named));
  if (found !== undefined) return found;
  if (named.startsWith('@')) return workspace.addChannel(personNamed(workspace, named).id, 'im');
  const name = named.replace(/^#/, '');
  if (!/^[\p{Ll}\p{N}_-]{1,80}$/u.test(name))
    throw new PluginError(
      'bad_input',
      `"${name}" cannot be the name of a channel: use small letters, digits, - and _`,
    );
  const made = workspace.addChannel(name);
  made.members.add(installation.botUser.id);
  return made;
}

/** Whether somebody names this channel so: by its name or id, or `@name` for the direct message with a person. */
export function isNamed({ workspace }: SlackWorld, { id, kind, name }: SlackChannel, named: string): boolean {
  if (!named.startsWith('@')) return [id, name].includes(named.replace(/^#/, ''));
  const person = workspace.users.find((user) => isPerson(user, named));
  return kind === 'im' && person !== undefined && person.id === name;
}

/** Who does something in a channel; in a direct message, which has its person's id for a name, that person and nobody else. */
export function personIn({ workspace }: SlackWorld, { kind, name }: SlackChannel, named?: string): SlackUser {
  if (kind !== 'im') return personNamed(workspace, named);
  return onlyPerson(personNamed(workspace, name), named, 'this direct message with the bot');
}

/** The one person who sees something. Throws `bad_input` where another one is named. */
export function onlyPerson(person: SlackUser, named: string | undefined, seen: string): SlackUser {
  if (named === undefined || isPerson(person, named)) return person;
  throw new PluginError(
    'bad_input',
    `only @${person.name} sees ${seen}: leave out --user (\`user\`), or name @${person.name}`,
  );
}

/** The person with this name (with or without `@`) or id; one that is not there is made. The first person without a name. */
export function personNamed(workspace: SlackWorkspace, named = ''): SlackUser {
  const name = named.replace(/^@/, '');
  const [first] = workspace.users;
  const found = name === '' ? first : workspace.users.find((user) => isPerson(user, name));
  return found ?? workspace.addUser(name);
}

function isPerson({ id, name }: SlackUser, named: string): boolean {
  return [id, name].includes(named.replace(/^@/, ''));
}
