import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scaledClock } from '../../src/core/clock.js';
import { PostgresRelay } from '../../src/storage/postgres/acknowledgement-relay.js';
import { Line } from '../../src/storage/postgres/line.js';
import { prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { eventually } from '../helpers/eventually.js';
import { usePostgres } from '../helpers/use-postgres.js';
import { emptyJournal } from './empty-journal.js';

// Ten looks in the time of one.
const SPEED = 10;

describe('the relay of acknowledgements through PostgreSQL', () => {
  const postgres = usePostgres();
  let ends: (() => Promise<void>)[] = [];

  beforeAll(() => prepareDatabase(postgres.server));

  beforeEach(() => postgres.admin.run(emptyJournal));

  afterEach(async () => {
    for (const end of ends) await end();
    ends = [];
  });

  /** A process, and what it is asked to send. */
  function member(instance: string) {
    const line = new Line({ url: postgres.server.url, applicationName: 'test', statementMs: 2500 });
    const relay = new PostgresRelay(line, scaledClock(SPEED), instance);
    const asked: string[] = [];
    relay.arrived.subscribe(({ appId, text }) => asked.push(`${appId} ${text}`));
    relay.run();
    ends.push(() => {
      relay.stop();
      return line.close();
    });
    return { relay, asked, line };
  }

  test('Those members that are named get an acknowledgement, whole and once', async () => {
    const [first, second, third] = [member('first'), member('second'), member('third')];
    const long = JSON.stringify({ envelope_id: 'e1', payload: { text: '☃\u0000'.repeat(10_000) } });
    await expect(first.relay.relay({ appId: 'A1', text: long }, ['second'])).resolves.toBe(true);
    await expect(first.relay.relay({ appId: 'A2', text: 'e2' }, ['second', 'third'])).resolves.toBe(true);
    await expect(first.relay.relay({ appId: 'A1', text: 'e3' }, [])).resolves.toBe(false);
    await eventually(() => second.asked.length === 2 && third.asked.length === 1, 'all have arrived');
    expect([...second.asked].sort()).toEqual([`A1 ${long}`, 'A2 e2']);
    expect(third.asked).toEqual(['A2 e2']);
    expect(first.asked).toEqual([]);
    const left = await postgres.admin.run((query) => query('SELECT id FROM ak_slack.acknowledgements'));
    expect(left).toEqual([]);
  });

  test('A member that cannot reach PostgreSQL asks nobody', async () => {
    const { relay, line } = member('first');
    await line.close();
    await expect(relay.relay({ appId: 'A1', text: 'e1' }, ['second'])).resolves.toBe(false);
  });
});
