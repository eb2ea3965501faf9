import { systemClock } from '../../src/core/clock.js';
import { move } from '../../src/storage/move/move.js';
import { openPostgresEnd } from '../../src/storage/move/postgres-end.js';
import { openSqliteEnd } from '../../src/storage/move/sqlite-end.js';

// Moves a journal from a file to PostgreSQL in a process of its own, which may be killed: before each page that it writes it
// tells, and waits for a word.
const [path = '', url = ''] = process.argv.slice(2);
const from = await openSqliteEnd({ path, isMade: false, backups: 0, now: Date.now });
const end = await openPostgresEnd({ url, password: undefined, place: url, clock: systemClock });
let written = 0;
const to: typeof end = {
  ...end,
  async write(page, progress) {
    const told = new Promise((resolve) => process.once('message', resolve));
    process.send?.(written);
    await told;
    await end.write(page, progress);
    written += 1;
  },
};
const counts = await move({ from, to, now: Date.now, report: () => undefined });
await to.close();
await from.close();
process.send?.(counts);
process.disconnect();
