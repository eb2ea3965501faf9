import { Code } from '@connectrpc/connect';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SlackInstallation } from '../../../src/sim/slack/directory/entities.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { SLACK_RETRIES } from '../../../src/sim/slack/sending/retry-ladder.js';
import { moveJournal } from '../../../src/storage/move/move-journal.js';
import { useMoves } from '../../conformance/move-rig.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect } from '../../world/connections.js';
import { textsOf, untilStatus } from '../../world/observations.js';
import { startWorld, type World } from '../../world/world.js';

const moves = useMoves();

/** Sends events one after the other, each when the one before it was acknowledged, until told to end. */
function startSending({ slack }: World, installation: SlackInstallation) {
  const sent: string[] = [];
  const ending = new AbortController();
  const sending = (async () => {
    while (!ending.signal.aborted) {
      const text = `event ${sent.length}`;
      sent.push(text);
      await slack.ledger.settled(slack.send(installation, message({ text })));
    }
  })();
  return {
    sent,
    async end(): Promise<void> {
      ending.abort();
      await sending;
    },
  };
}

it('A program whose journal moves to PostgreSQL and back while Slack sends delivers each event once and in order', async () => {
  // Slack sends again for as long as the program is away.
  const delays = [200, 200, 500, 500, 1_000, 1_000, 2_000, 2_000, 4_000, 8_000, 16_000];
  const world = await startWorld({
    settings: { GATEWAY_PUBLIC_URL: 'http://gateway.test' },
    slack: { retries: { ...SLACK_RETRIES, delays } },
  });
  await world.restart({ JOURNAL_URL: `sqlite:${moves.path}` });
  const { installation, appToken } = addInstallation(world);
  const connection = await connect(world, installation, appToken);
  const load = startSending(world, installation);
  const more = async (count: number): Promise<void> => {
    const wanted = world.slack.ledger.acknowledged().length + count;
    await eventually(
      () => world.slack.ledger.acknowledged().length >= wanted,
      'more events are acknowledged',
    );
  };
  /** Stops the program while the journal holds events that AutoKitteh has not taken. */
  const stopWithWaitingEvents = async (): Promise<void> => {
    const { faults } = world.standIn;
    faults.refuse({ method: 'Dispatch', code: Code.Unavailable, words: 'not now' });
    await more(20);
    await world.program.app.stop();
    faults.clear();
  };
  await more(20);

  await stopWithWaitingEvents();
  expect(await moves.moveInChild(1)).toBeUndefined();
  const { counts } = await moveJournal(moves.request());
  expect(counts?.waiting).toBeGreaterThanOrEqual(20);
  await world.restart({ JOURNAL_URL: moves.postgres.roles.url });
  await more(20);
  await untilStatus(world, connection.id, 'ok', /2 sockets live/);

  await stopWithWaitingEvents();
  const back = join(moves.folder.path, 'back.sqlite');
  await moveJournal(moves.request({ from: moves.postgres.roles.ownerUrl, to: back }));
  await world.restart({ JOURNAL_URL: `sqlite:${back}` });
  await more(20);
  await load.end();

  await eventually(() => textsOf(world, connection.id).length >= load.sent.length, 'all events');
  expect(textsOf(world, connection.id)).toEqual(load.sent);
  expect(world.slack.ledger.lost()).toEqual([]);
});
