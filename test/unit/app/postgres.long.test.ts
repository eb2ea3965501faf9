import { describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect } from '../../world/connections.js';
import { eventsOf, textsOf, untilStatus, untilTroubles } from '../../world/observations.js';
import { usePostgres } from '../../helpers/use-postgres.js';
import { startWorld } from '../../world/world.js';
import { QUICK_DELIVERY } from '../../world/policies.js';

describe('A program with its journal in PostgreSQL', () => {
  const postgres = usePostgres();

  it('Every acknowledged event is delivered once and in order, over an end of PostgreSQL and a restart of the program', async () => {
    const world = await startWorld({
      settings: { JOURNAL_URL: postgres.server.url, GATEWAY_PUBLIC_URL: 'http://gateway.test' },
      other: { delivery: { ...QUICK_DELIVERY, journalRetryMs: 100 } },
    });
    const { slack, standIn } = world;
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
    const send = (text: string) => slack.ledger.settled(slack.send(installation, message({ text })));
    await send('first');
    await postgres.server.kill();
    const meanwhile = send('meanwhile');
    await untilTroubles(world, /PostgreSQL/);
    await postgres.server.start();
    await meanwhile;

    await standIn.goDown();
    await send('before the restart');
    await world.restart();
    await standIn.comeUp();
    await send('last');
    await eventually(() => eventsOf(world, connection.id).length === 4, 'all events');
    expect(textsOf(world, connection.id)).toEqual(['first', 'meanwhile', 'before the restart', 'last']);
    expect(slack.ledger.lost()).toEqual([]);
  });
});
