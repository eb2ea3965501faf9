import { describeClaimsInWriting } from './claims-in-writing-suite.js';
import type { EngineUnderTest } from './journal-rig.js';
import { describeLanes } from './lanes-suite.js';
import { describeRoom } from './room-suite.js';
import { describeSettlements } from './settlements-suite.js';

/** What any journal must do, whatever it is built on. */
export function describeJournal(name: string, make: () => Promise<EngineUnderTest>): void {
  describeLanes(name, make);
  describeClaimsInWriting(name, make);
  describeSettlements(name, make);
  describeRoom(name, make);
}
