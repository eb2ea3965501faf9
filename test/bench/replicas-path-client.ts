import { pino } from 'pino';
import { systemClock } from '../../src/core/clock.js';
import { seededRandom } from '../../src/core/random.js';
import { openJournal } from '../../src/storage/open.js';
import type { JournalDatabase } from '../../src/storage/journal.js';
import { openEventPath, type OpenEventPath } from '../world/event-path.js';
import { answer } from './delivery-process.js';
import type { ServerAddress } from './delivery-server.js';

const MAX_BYTES = 4 * 1024 ** 3;

let journal: JournalDatabase | undefined;
let path: OpenEventPath | undefined;

/** One replica, or the only process: the program's own path of events on the journal at `place`, without its ports. */
const questions = {
  async open(place: string, name: string, slackApiUrl: string, server: ServerAddress): Promise<void> {
    const replica = { name, version: 'bench' };
    const options = { place, password: undefined, maxBytes: MAX_BYTES, backups: 0, replica };
    journal = await openJournal({ ...options, clock: systemClock });
    path = await openEventPath({
      ...{ autokittehUrl: server.url, signKey: server.signKey, slackApiUrl, journal },
      around: (sink) => sink,
      limits: {},
      random: seededRandom(1),
      log: pino({ enabled: false }),
    });
  },
  members: (): Promise<number> => Promise.resolve(journal?.cluster.membership.members().length ?? 0),
  start: (): Promise<void> => path?.start() ?? Promise.resolve(),
  /** Gives all back, so that nothing is left of it in PostgreSQL. */
  stop: (): Promise<void> => path?.stop() ?? Promise.resolve(),
};

export type PathQuestions = typeof questions;

answer(questions);
