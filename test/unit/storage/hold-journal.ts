import { row } from '../../conformance/rows.js';
import { openInThread } from '../../conformance/in-thread-journal.js';

// A process that holds the journal until it is killed.
const journal = await openInThread(process.argv[2]!);
await journal.append([row()]);
process.send?.('holding');
// The journal is named here because a database that nothing refers to is closed when it is collected as garbage.
setInterval(() => journal, 1000);
