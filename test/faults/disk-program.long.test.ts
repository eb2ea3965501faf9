import { afterEach, describe, expect, it } from 'vitest';
import { scaledClock } from '../../src/core/clock.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import { blockAction } from '../../src/sim/slack/frames/interactions.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { SLACK_RETRIES } from '../../src/sim/slack/sending/retry-ladder.js';
import { eventually } from '../helpers/eventually.js';
import { addInstallation, connect, type TestConnection } from '../world/connections.js';
import { eventsOf, troubles, untilStatus } from '../world/observations.js';
import { QUICK_DELIVERY } from '../world/policies.js';
import { startWorld, type World } from '../world/world.js';
import { failingJournal, smallFileSystem, smallJournal, type FullDisk } from './full-disk.js';
import { acceptedOf } from './sent-event.js';

// Slack waits 0.6 s for an acknowledgement instead of three, and repeats an event 0.2 s later.
const SLACK = {
  clock: scaledClock(5),
  retries: { ...SLACK_RETRIES, delays: Array.from({ length: 150 }, () => 1_000) },
};
const LIMITS = { ...QUICK_DELIVERY, journalRetryMs: 100, bodiesMs: 100, pruneMs: 100, pruneStepMs: 1 };
// What is in the write-ahead log already leaves room for a few short events.
const LONG = 'long '.repeat(20_000);
const NOT_TAKEN = /^Events are not accepted, because the journal cannot be written/;

interface Stage {
  readonly world: World;
  readonly connection: TestConnection;
  readonly installation: SlackInstallation;
}

let inUse: { readonly disk: FullDisk; readonly world: World } | undefined;

// Runs before the world's own, which would otherwise end the program after its disk.
afterEach(async () => {
  await inUse?.world.program.app.stop();
  await inUse?.disk.remove();
  inUse = undefined;
});

describe('The program whose journal cannot be written,', () => {
  it.each([
    {
      what: 'because a small file system is full, or says so where none may be mounted',
      make: async () => (await smallFileSystem()) ?? failingJournal('journal_full'),
    },
    { what: 'because it says that it is full', make: () => failingJournal('journal_full') },
    { what: 'because it cannot be reached', make: () => failingJournal('journal_unavailable') },
  ])(
    'A program whose journal cannot be written, $what, acknowledges nothing, says so, and continues when it can',
    async ({ make }) => {
      const disk = await make();
      const stage = await start(disk);
      const { slack } = stage.world;
      const before = await acknowledged(stage, send(stage, message({ text: 'before' })));

      await disk.fill();
      const event = send(stage, message({ text: LONG }));
      const click = send(stage, blockAction({ value: LONG }));
      await expectNothingTaken(stage, event);
      await untilStatus(stage.world, stage.connection.id, 'warning', NOT_TAKEN);
      await slack.ledger.settled(click);
      expect(click.state).toBe('given_up');

      await disk.free();
      await acknowledged(stage, event);
      const after = await acknowledged(stage, send(stage, message({ text: 'after' })));
      const again = await acknowledged(stage, send(stage, slashCommand()));
      await expectAtServer(stage, [before, event, after, again]);
    },
  );

  it('A program whose journal has grown to its limit takes events again when the server has taken some', async () => {
    const stage = await start(await smallJournal());
    const { slack, standIn } = stage.world;
    await standIn.goDown();
    const taken: LedgerEntry[] = [];
    let refused: LedgerEntry | undefined;
    while (refused === undefined) {
      const entry = send(stage, message({ text: LONG }));
      await slack.ledger.waitFor((each) => each === entry && each.attempts[0]?.outcome !== 'waiting');
      if (entry.attempts[0]?.outcome === 'acknowledged') taken.push(entry);
      else refused = entry;
    }
    expect(taken.length).toBeGreaterThan(2);
    await expectNothingTaken(stage, refused);

    await standIn.comeUp();
    await acknowledged(stage, refused);
    await expectAtServer(stage, [...taken, refused, await acknowledged(stage, send(stage, message()))]);
  });
});

async function start(disk: FullDisk): Promise<Stage> {
  const world = await startWorld({
    slack: SLACK,
    settings: { JOURNAL_URL: `sqlite:${disk.path}` },
    other: { delivery: LIMITS, openJournal: (path) => disk.open(path) },
  });
  inUse = { disk, world };
  const { installation, appToken } = addInstallation(world);
  return { world, installation, connection: await connect(world, installation, appToken) };
}

/** Slack is not told yes, people are told no, and whoever asks how the program fares learns it. */
async function expectNothingTaken(stage: Stage, event: LedgerEntry): Promise<void> {
  const { slack, program } = stage.world;
  const command = await acknowledged(stage, send(stage, slashCommand({ text: LONG })));
  expect(slack.ledger.answer(command)?.payload).toMatchObject({
    response_type: 'ephemeral',
    text: expect.stringContaining('could not be processed') as string,
  });
  await slack.ledger.waitFor((entry) => entry === event && entry.attempts.length > 1);
  expect(event.attempts.flatMap(({ acknowledgements }) => acknowledgements)).toEqual([]);
  expect(await troubles(stage.world)).toContainEqual(expect.stringMatching(NOT_TAKEN));
  // The gateway is the way to the whole server: a full disk must not close it.
  expect((await fetch(`${program.pluginUrl}/readyz`)).status).toBe(200);
}

function send({ world, installation }: Stage, frame: Frame): LedgerEntry {
  return world.slack.send(installation, frame);
}

async function acknowledged({ world }: Stage, entry: LedgerEntry): Promise<LedgerEntry> {
  await world.slack.ledger.settled(entry);
  expect(entry.state).toBe('acknowledged');
  return entry;
}

/** These events and no others are at the server, each once, and the connection is well. */
async function expectAtServer({ world, connection }: Stage, entries: readonly LedgerEntry[]): Promise<void> {
  const keys = entries.map((entry) => acceptedOf(entry)?.key).toSorted();
  await eventually(() => eventsOf(world, connection.id).length >= keys.length, 'every event');
  await untilStatus(world, connection.id, 'ok', /2 sockets live/);
  const there = eventsOf(world, connection.id).map(({ memo }) => memo['slack_event_key']);
  expect(there.toSorted()).toEqual(keys);
}
