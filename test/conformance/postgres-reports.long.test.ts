import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { scaledClock, systemClock } from '../../src/core/clock.js';
import { Line } from '../../src/storage/postgres/line.js';
import { LeaseKeeper } from '../../src/storage/postgres/membership.js';
import { beatLine, prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { PostgresReports } from '../../src/storage/postgres/reports.js';
import { eventually } from '../helpers/eventually.js';
import { usePostgres } from '../helpers/use-postgres.js';
import { emptyJournal } from './empty-journal.js';

const postgres = usePostgres();
let members: { lease: LeaseKeeper; line: Line; reports: PostgresReports }[] = [];

beforeAll(() => prepareDatabase(postgres.server));

beforeEach(() => postgres.admin.run(emptyJournal));

afterEach(async () => {
  for (const { lease, line, reports } of members) {
    await reports.close();
    await line.close();
    await lease.leave();
  }
  members = [];
});

/** Joins; its rounds are ten times as quick as in life. */
async function member(name: string): Promise<(typeof members)[number]> {
  const { server } = postgres;
  const lines: readonly [Line, Line] = [beatLine(server), beatLine(server)];
  const ports = { name, version: 'test', lines, clock: systemClock, fenced: () => undefined };
  const lease = new LeaseKeeper(ports);
  await lease.join();
  lease.run();
  const line = new Line({ ...server, applicationName: 'test', statementMs: 2500 });
  const reports = new PostgresReports(line, scaledClock(10), lease.instance);
  reports.run();
  const made = { lease, line, reports };
  members.push(made);
  return made;
}

test('Each replica knows what the others tell of their sockets until they tell something else or nothing, and announces each change once', async () => {
  const [one, two] = [await member('one'), await member('two')];
  const changes: string[][] = [];
  two.reports.changed.subscribe((appIds) => changes.push([...appIds].sort()));
  const heard = (appId: string): string | undefined => two.reports.of(appId).get(one.lease.instance);
  const odd = 'A\u0000\\ B';
  one.reports.tell('A1', 'refused');
  one.reports.tell(odd, 'cut off: \u0000');
  await eventually(() => heard('A1') === 'refused' && heard(odd) === 'cut off: \u0000', 'both are heard');
  one.reports.tell('A1', 'refused again');
  await eventually(() => heard('A1') === 'refused again', 'the change is heard');
  one.reports.tell('A1', undefined);
  await eventually(() => heard('A1') === undefined, 'the end is heard');
  expect(heard(odd)).toBe('cut off: \u0000');
  expect(changes.slice(-2)).toEqual([['A1'], ['A1']]);
  expect(one.reports.of(odd).size).toBe(0);
});

test('What a replica tells of its sockets is gone with it, whether it stopped or was killed', async () => {
  const [one, two, three] = [await member('one'), await member('two'), await member('three')];
  for (const { reports } of [one, two]) reports.tell('A1', 'refused');
  await eventually(() => three.reports.of('A1').size === 2, 'both are heard');
  await one.reports.close();
  await eventually(() => three.reports.of('A1').size === 1, 'one takes it back');
  // Of one that was killed nothing is known but the end of its lease.
  await two.lease.leave();
  await eventually(() => three.reports.of('A1').size === 0, 'the other one is not heard any more');
  await eventually(async () => {
    const rows = await postgres.admin.run((query) => query('SELECT 1 FROM ak_slack.reports'));
    return rows.length === 0;
  }, 'nothing is left of either');
});

test('What a crash of PostgreSQL forgets of the sockets is told again', async () => {
  const [one, two] = [await member('one'), await member('two')];
  one.reports.tell('A1', 'refused');
  await eventually(() => two.reports.of('A1').size === 1, 'it is heard');
  await postgres.admin.run((query) => query('TRUNCATE ak_slack.reports'));
  await eventually(() => two.reports.of('A1').size === 0, 'it is forgotten');
  await eventually(() => two.reports.of('A1').size === 1, 'it is heard again');
});
