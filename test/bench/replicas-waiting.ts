import { loadavg } from 'node:os';
import type { Row } from './bench.js';
import { Peer } from './delivery-process.js';
import type { JournalQuestions } from './replicas-journal-client.js';
import { median } from './median.js';
import type { ReplicasStage } from './replicas-stage.js';

const SIZES = [1000, 100_000, 1_000_000];
const ENGINES = ['SQLite', 'PostgreSQL'] as const;
type Engine = (typeof ENGINES)[number];

interface Measured {
  readonly append: number[];
  readonly claim: number[];
  readonly takeOver: number[];
  /** From the kill until the rows are taken over, with the opening of the journal where it is one process's. */
  readonly afterKill: number[];
}

/** What the verbs of a journal take while so many rows wait in it. */
export async function waitingRows(stage: ReplicasStage, rounds: number): Promise<Row[]> {
  const places = { SQLite: await stage.place('SQLite'), PostgreSQL: await stage.place('PostgreSQL') };
  const rows: Row[] = [];
  let filled = 0;
  for (const size of SIZES) {
    for (const engine of ENGINES)
      await withJournal(stage, places[engine], (journal) => journal.ask('fill', filled, size));
    filled = size;
    const measured = { SQLite: empty(), PostgreSQL: empty() };
    for (let round = 1; round <= rounds; round += 1)
      for (const engine of ENGINES) await measure(stage, engine, places[engine], measured[engine]);
    rows.push(...rowsOf(size, measured));
  }
  return rows;
}

const empty = (): Measured => ({ append: [], claim: [], takeOver: [], afterKill: [] });

async function withJournal<Result>(
  stage: ReplicasStage,
  place: string,
  work: (journal: Peer<JournalQuestions>) => Promise<Result>,
): Promise<Result> {
  const journal = new Peer<JournalQuestions>(stage.folder, 'replicas-journal-client.js');
  try {
    await journal.ask('open', place, 'worker');
    const result = await work(journal);
    await journal.ask('close');
    return result;
  } finally {
    await journal.end();
  }
}

async function measure(
  stage: ReplicasStage,
  engine: Engine,
  place: string,
  measured: Measured,
): Promise<void> {
  await withJournal(stage, place, async (journal) => {
    measured.append.push(median(await journal.ask('append')));
    measured.claim.push(median(await journal.ask('claim')));
  });
  const holder = new Peer<JournalQuestions>(stage.folder, 'replicas-journal-client.js');
  await holder.ask('open', place, 'holder');
  await holder.ask('hold');
  const killed = async (): Promise<number> => {
    await holder.kill();
    return performance.now();
  };
  // The next process can open a file only when the one before has ended.
  let at = engine === 'SQLite' ? await killed() : 0;
  await withJournal(stage, place, async (journal) => {
    if (engine === 'PostgreSQL') at = await killed();
    measured.takeOver.push(await journal.ask('takeOver'));
    measured.afterKill.push(performance.now() - at);
  });
}

function rowsOf(size: number, { SQLite, PostgreSQL }: Readonly<Record<Engine, Measured>>): Row[] {
  const row = (figure: string, name: keyof Measured): Row => {
    const [value, peer] = [median(PostgreSQL[name]), median(SQLite[name])];
    return {
      figure: `${size.toLocaleString('en-US')} rows waiting: ${figure}`,
      ...{ value: `${value.toFixed(1)} ms`, peer: `${peer.toFixed(1)} ms (SQLite)`, ratio: value / peer },
    };
  };
  return [
    row('PostgreSQL appends 64 rows', 'append'),
    row('... claims 28', 'claim'),
    row('... takes over 100 of a replica that was killed', 'takeOver'),
    {
      figure: '... from the kill to that, with the lease that has to end',
      value: `${(median(PostgreSQL.afterKill) / 1000).toFixed(1)} s, at most ${(Math.max(...PostgreSQL.afterKill) / 1000).toFixed(1)} s`,
      peer: `${(median(SQLite.afterKill) / 1000).toFixed(1)} s (SQLite, started again at once)`,
    },
    { figure: '... load of the machine then', value: loadavg()[0]?.toFixed(1) ?? '', peer: '' },
  ];
}
