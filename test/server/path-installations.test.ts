import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { MEETINGS, startPathWorld, type PathWorld } from '../world/people.js';
import { SLACK } from '../world/server.js';
import { seededRandom, type Random } from '../../src/core/random.js';
import { homeOf, type SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import { reactionAdded } from '../../src/sim/slack/frames/happenings.js';
import { blockAction, shortcut, viewSubmission } from '../../src/sim/slack/frames/interactions.js';
import { appMention, message } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';

const FRAMES: readonly (() => Frame)[] = [
  () => message(),
  () => appMention(),
  () => reactionAdded(),
  () => slashCommand(),
  () => blockAction(),
  () => viewSubmission(),
  () => shortcut(),
];
const EVENTS = 40;

/** A connection and the installation whose tokens it holds. */
interface Connected {
  readonly connectionId: string;
  readonly installation: SlackInstallation;
}

describe.each(MEETINGS)('several apps in several workspaces on one program, server: %s', (meeting) => {
  let world: PathWorld;
  let random: Random;
  let connected: Connected[];

  beforeAll(async () => {
    world = await startPathWorld(meeting);
    const seed = randomInt(2 ** 31);
    console.log(`installations and events are drawn with seed ${seed}`);
    random = seededRandom(seed);
    connected = await connectAll(world, drawInstallations(world, random));
  });
  afterAll(() => world.stop());

  it('Every event goes to the connections of its own installation, and to no other', async () => {
    const sent = Array.from({ length: EVENTS }, (): { entry: LedgerEntry; to: string[] } => {
      const { installation } = draw(connected, random);
      const workspaces = installation.organization?.workspaces ?? [homeOf(installation)];
      const workspace = installation.workspace ?? draw(workspaces, random);
      const entry = world.slack.send(installation, draw(FRAMES, random)(), { workspace });
      const owners = connected.filter((each) => each.installation === installation);
      return { entry, to: owners.map(({ connectionId }) => connectionId).sort() };
    });
    await world.slack.ledger.allSettled();
    expect(world.slack.ledger.lost()).toEqual([]);

    const wanted = sent.flatMap(({ to }) => to).length;
    const ours = new Set(connected.map(({ connectionId }) => connectionId));
    const arrived = await eventually(
      async () => {
        const asked = { integrationId: SLACK, maxResults: 500 };
        const { events } = await world.server.system.events.list(asked);
        const mine = events.filter(({ destinationId }) => ours.has(destinationId));
        return mine.length >= wanted && mine;
      },
      'every event on the server',
      60_000,
    );
    expect(arrived).toHaveLength(wanted);
    for (const { entry, to } of sent) {
      const envelopes = entry.attempts.map(({ envelopeId }) => envelopeId);
      const reached = arrived.filter(({ memo }) => envelopes.includes(memo['slack_envelope_id'] ?? ''));
      expect(reached.map(({ destinationId }) => destinationId).sort(), entry.type).toEqual(to);
      expect(reached.every(({ memo }) => memo['slack_app_id'] === entry.appId)).toBe(true);
    }
  });

  it('A connection gets nothing more by claiming an installation that its tokens are not of', async () => {
    const [mine, theirs] = [
      connected[0],
      connected.find(({ installation }) => installation !== connected[0]?.installation),
    ];
    if (mine === undefined || theirs === undefined) throw new Error('two installations at least are drawn');
    const value = [
      theirs.installation.app.id,
      theirs.installation.organization?.id ?? '',
      theirs.installation.workspace?.id ?? '',
    ].join('/');
    await world.server.system.vars.set({
      vars: [
        { scopeId: mine.connectionId, name: 'install_ids', value },
        { scopeId: mine.connectionId, name: 'app_id', value: theirs.installation.app.id },
      ],
    });
    const workspace = theirs.installation.workspace ?? homeOf(theirs.installation);
    const stolen = world.slack.send(theirs.installation, message(), { workspace });
    await world.eventOf(stolen, theirs.connectionId);
    const own = world.slack.send(mine.installation, message(), {
      workspace: mine.installation.workspace ?? homeOf(mine.installation),
    });
    await world.eventOf(own, mine.connectionId);
    expect(await world.eventsOf(stolen, mine.connectionId)).toEqual([]);
  });
});

/** Two apps, each in some of two workspaces, and in one of an Enterprise Grid organisation's or in all of those at once. */
function drawInstallations({ slack }: PathWorld, random: Random): SlackInstallation[] {
  const plain = [slack.addWorkspace('One'), slack.addWorkspace('Two')];
  const organization = slack.addOrganization('Grid');
  const inGrid = [slack.addWorkspace('North', organization), slack.addWorkspace('South', organization)];
  const apps = [slack.addApp('First'), slack.addApp('Second')];
  const orgWide = draw(apps, random);
  return apps.flatMap((app) => {
    const others = random() < 0.5 ? plain : [draw(plain, random)];
    const grid = app === orgWide ? organization : draw(inGrid, random);
    return [...others, grid].map((into) => slack.install(app, into));
  });
}

/** A connection for each installation, for some of them two, of two people, each in a deployed project. */
async function connectAll(world: PathWorld, installations: SlackInstallation[]): Promise<Connected[]> {
  const { server } = world;
  const people = [await server.createUser(), await server.createUser()];
  const shared = installations.slice(0, 1);
  const connected: Connected[] = [];
  for (const [index, installation] of [...installations, ...shared].entries()) {
    const user = people[index % 2] ?? people[0];
    if (user === undefined) throw new Error('there are people');
    const project = await server.createProject(user, { connections: { sl: {} } });
    await server.deploy(project);
    const connectionId = project.connections['sl'] ?? '';
    await world.connect(user, connectionId, installation);
    connected.push({ connectionId, installation });
  }
  return connected;
}

function draw<Item>(items: readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to draw from');
  return item;
}
