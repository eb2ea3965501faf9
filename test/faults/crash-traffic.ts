import { sleep, systemClock } from '../../src/core/clock.js';
import type { Random } from '../../src/core/random.js';
import {
  homeOf,
  type SlackInstallation,
  type SlackWorkspace,
} from '../../src/sim/slack/directory/entities.js';
import type { Frame, Scene } from '../../src/sim/slack/frames/draft.js';
import { reactionAdded } from '../../src/sim/slack/frames/happenings.js';
import {
  blockAction,
  messageAction,
  optionsRequest,
  shortcut,
  viewClosed,
  viewSubmission,
} from '../../src/sim/slack/frames/interactions.js';
import { appMention, message } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';

// The longest pause between two events; most come at once.
const PAUSE_MS = 20;
const SOCKET_WITHIN_MS = 30_000;

/** Sends `count` events of all kinds, of which half are messages, in bursts; resolves when the last one is out. Rejects when `signal` aborts. */
export async function sendTraffic(
  slack: ScriptedSlack,
  to: SlackInstallation,
  count: number,
  random: Random,
  signal: AbortSignal,
): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (let number = 0; number < count; number++) {
    // While there is no socket Slack has nowhere to send to, and repeats nothing but events: most wait for one.
    if (random() < 0.9) await slack.waitForSockets(to.app, 1, SOCKET_WITHIN_MS);
    signal.throwIfAborted();
    entries.push(slack.send(to, frameOf(number, homeOf(to), random)));
    if (random() < 0.4) await sleep(systemClock, random() * PAUSE_MS, signal);
  }
  return entries;
}

const KINDS: readonly ((scene: Scene) => Frame)[] = [
  (scene) => appMention(scene),
  (scene) => reactionAdded(scene),
  (scene) => slashCommand(scene),
  (scene) => blockAction(scene),
  (scene) => viewSubmission(scene),
  (scene) => viewClosed(scene),
  (scene) => optionsRequest(scene),
  (scene) => shortcut(scene),
  (scene) => messageAction(scene),
];

function frameOf(number: number, { channels, users }: SlackWorkspace, random: Random): Frame {
  const people = users.filter(({ isBot }) => !isBot);
  const scene = { channel: oneOf(channels, random), user: oneOf(people, random) };
  if (random() < 0.5) return message({ ...scene, text: `event ${number}` });
  return oneOf(KINDS, random)(scene);
}

function oneOf<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)]!;
}
