import { scaledClock, sleep, systemClock } from '../../src/core/clock.js';
import type { Random } from '../../src/core/random.js';
import { DEV_SIGN_KEY } from '../../src/sim/autokitteh/stand-in.js';
import {
  type SlackInstallation,
  homeOf,
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
import { SLACK_RETRIES } from '../../src/sim/slack/sending/retry-ladder.js';
import { openPeers, type Peers } from '../world/open-world.js';
import { startServerUnderTest, type TestUser } from '../world/server.js';
import { socketModeVariables } from '../world/socket-mode-variables.js';
import type { ChildPlan } from './crash-child.js';

// Slack waits three quarters of a second for an acknowledgement instead of three.
const SLACK_SPEED = 4;
// In Slack's own time: no event may be given up while a process starts again.
const RETRY_DELAYS = [500, ...Array.from({ length: 40 }, () => 2_000)];
/** More than any run sends. */
const ALL_EVENTS = 5_000;

/** Slack and a server, for one run after the other. */
export interface CrashPeers extends Peers {
  /** An app, a workspace and a connection that no other run uses. */
  tenant(name: string): Promise<CrashTenant>;
}

export interface CrashTenant {
  readonly installation: SlackInstallation;
  readonly plan: Omit<ChildPlan, 'folder' | 'kill' | 'limits' | 'checkpoints'>;
  /** The memo keys of the events that the server has for it, oldest first. */
  delivered(): Promise<string[]>;
  /** Takes its connection away, so that later runs open no sockets for it. */
  remove(): Promise<void>;
}

export async function startCrashPeers(seed: number, speed = SLACK_SPEED): Promise<CrashPeers> {
  const peers = await openPeers({
    slack: {
      seed,
      clock: scaledClock(speed),
      retries: { ...SLACK_RETRIES, delays: RETRY_DELAYS },
    },
    server: () => startServerUnderTest(),
  });
  const { slack, server } = peers;
  let owner: TestUser | undefined;
  return {
    ...peers,
    async tenant(name) {
      owner ??= await server.createUser();
      const project = await server.createProject(owner, { connections: { my_slack: {} } });
      const connectionId = project.connections['my_slack'] ?? '';
      const app = slack.addApp(name);
      const workspace = slack.addWorkspace(name);
      for (const channel of ['random', 'support']) workspace.addChannel(channel);
      workspace.addUser('bob');
      const installation = slack.install(app, workspace);
      const vars = socketModeVariables(app, installation).map((each) => ({ ...each, scopeId: connectionId }));
      await owner.clients.vars.set({ vars });
      await server.deploy(project);
      return {
        installation,
        plan: {
          autokittehUrl: server.url,
          signKey: server.signKey ?? DEV_SIGN_KEY,
          slackApiUrl: slack.apiUrl,
        },
        async delivered() {
          const request = { destinationId: connectionId, order: 'ASC', maxResults: ALL_EVENTS };
          const { events } = await server.system.events.list(request);
          return events.map(({ memo }) => memo['slack_event_key'] ?? '');
        },
        async remove() {
          await project.owner.clients.connections.delete({ connectionId });
        },
      };
    },
  };
}

// The longest pause between two events unless said; most come at once.
const PAUSE_MS = 20;
const SOCKET_WITHIN_MS = 30_000;

/** Sends `count` events of all kinds, of which half are messages, in bursts; resolves when the last one is out. Rejects when `signal` aborts. */
export async function sendTraffic(
  slack: ScriptedSlack,
  to: SlackInstallation,
  count: number,
  random: Random,
  signal: AbortSignal,
  pauseMs = PAUSE_MS,
): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (let number = 0; number < count; number++) {
    // While there is no socket Slack has nowhere to send to, and repeats nothing but events: most wait for one.
    if (random() < 0.9) await slack.waitForSockets(to.app, 1, SOCKET_WITHIN_MS);
    signal.throwIfAborted();
    entries.push(slack.send(to, frameOf(number, homeOf(to), random)));
    if (random() < 0.4) await sleep(systemClock, random() * pauseMs, signal);
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

/** A frame of any kind, of anybody and in any channel there. */
export function frameOf(number: number, { channels, users }: SlackWorkspace, random: Random): Frame {
  const people = users.filter(({ isBot }) => !isBot);
  const scene = { channel: oneOf(channels, random), user: oneOf(people, random) };
  if (random() < 0.5) return message({ ...scene, text: `event ${number}` });
  return oneOf(KINDS, random)(scene);
}

function oneOf<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)]!;
}
