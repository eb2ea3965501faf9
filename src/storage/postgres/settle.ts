import type { Settled, Settlement } from '../journal.js';
import { functionName } from './functions.js';
import type { Query } from './session.js';
import { encodeText, indexed } from './text.js';

const SETTLEMENTS_AT_ONCE = 64;

interface Outcome {
  readonly place: number;
  readonly outcome: Settled | 'busy';
}

/** Ends claims; what is no longer the owner's is left as it is. May be repeated. */
export async function settle(
  query: Query,
  owner: string,
  now: number,
  settlements: readonly Settlement[],
): Promise<Settled[]> {
  const answers: Settled[] = [];
  for (let at = 0; at < settlements.length; at += SETTLEMENTS_AT_ONCE) {
    const some = settlements.slice(at, at + SETTLEMENTS_AT_ONCE);
    const outcomes = await settleBatch(query, owner, now, some, false);
    for (const [place, settlement] of some.entries()) {
      let outcome = outcomes[place];
      while (outcome === 'busy') [outcome] = await settleBatch(query, owner, now, [settlement], true);
      answers.push(outcome ?? 'gone');
    }
  }
  return answers;
}

async function settleBatch(
  query: Query,
  owner: string,
  now: number,
  some: readonly Settlement[],
  waits: boolean,
): Promise<Outcome['outcome'][]> {
  const outcomes = await query<Outcome>(
    `SELECT place, outcome FROM ${functionName('settle')}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
      $14, $15) ORDER BY place`,
    [
      owner,
      now,
      waits,
      some.map(({ id }) => id),
      some.map(({ turn }) => turn ?? null),
      some.map((each) => (each.t === 'retry' && !each.counted ? 'uncounted' : each.t)),
      some.map((each) => ('nextAt' in each ? each.nextAt : null)),
      some.map((each) => ('reason' in each ? encodeText(each.reason) : null)),
      some.map((each) => ('unansweredAt' in each ? (each.unansweredAt ?? null) : null)),
      some.map((each) => (each.t === 'dead' ? encodeGiven(each.type) : null)),
      some.map((each) => (each.t === 'dead' ? encodeGiven(each.channel) : null)),
      some.map((each) => (each.t === 'delivered' && each.eventId !== '' ? encodeText(each.eventId) : null)),
      some.map(({ path }) => (path === undefined ? null : indexed(encodeText(path.key)))),
      some.map(({ path }) => encodeGiven(path?.origin)),
      some.map(({ path }) => encodeGiven(path?.step)),
    ],
  );
  return outcomes.map(({ outcome }) => outcome);
}

function encodeGiven(text: string | undefined): string | null {
  return text === undefined ? null : encodeText(text);
}
