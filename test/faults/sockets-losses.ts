import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import type { Incident, Receipt } from './sockets-watch.js';
import type { FaultySockets } from './faulty-sockets.js';

/** Why an interaction or a command was lost, which Slack sends only once. */
export type Loss =
  /** The app had no socket, because Slack, the network or a person had taken all. */
  | 'unroutable'
  /** Slack routed it to a socket that was dead already. */
  | 'dead socket'
  /** The socket died while it or its acknowledgement was on its way, and nobody could know in time. */
  | 'cut off'
  /** It came too late to be answered. */
  | 'too late'
  /** It was answered, and Slack took no notice. */
  | 'unnoticed'
  /** Nothing of all that: our fault. */
  | 'OURS';

const DEADLINE_MS = 3_000;
/** What a round trip to the scripted Slack may take on its clock. */
const ROUND_TRIP_MS = 400;
/** States of ours in which nothing new is sent on a socket. */
const OUT_OF_USE: ReadonlySet<string> = new Set(['suspect', 'draining', 'closed']);

/** Why it was lost. */
export function lossOf(world: FaultySockets, entry: LedgerEntry): Loss {
  const { watch } = world;
  const [attempt] = entry.attempts;
  if (attempt === undefined) return 'OURS';
  const { at, socketId, trouble } = attempt;
  const deadline = at + DEADLINE_MS - ROUND_TRIP_MS;
  const receipt = watch.receipts.get(attempt.envelopeId);
  const inTime = receipt !== undefined && receipt.answeredAt < deadline;
  if (socketId === undefined)
    return watch.deafness.some(({ from, to, ours }) => !ours && from <= at && at <= to)
      ? 'unroutable'
      : 'OURS';
  if (world.disorder.loseAck !== undefined && inTime && receipt.how !== 'lost') return 'unnoticed';
  if (world.disorder.hold !== undefined && !inTime) return 'too late';
  const incidents = watch.incidents.filter(
    (each) => each.socketId === socketId && each.at <= at + DEADLINE_MS,
  );
  if (incidents.some(({ how }) => how === 'slow') && !inTime) return 'too late';
  if (trouble !== undefined && trouble.t !== 'dripping') return 'dead socket';
  // It crossed our goodbye on the last socket, which a person had made us close.
  if (receipt === undefined && watch.isLeaving(at)) return 'unroutable';
  const broken = incidents[0];
  if (broken === undefined) return 'OURS';
  if (!inTime || crossedTheEnd(world, receipt, broken)) return 'cut off';
  // It arrived: it had to be answered elsewhere, unless that was impossible.
  const silent = broken.how === 'silent' && !detected(world, receipt.socketId, broken.at, deadline);
  const nowhere = watch.deafness.some(({ from, to }) => from <= deadline && to >= deadline);
  return silent || nowhere || diedElsewhere(world, receipt, socketId, deadline) ? 'cut off' : 'OURS';
}

/** Whether the answer was on its way on the socket that Slack ended, before our side could see the end. */
function crossedTheEnd({ watch }: FaultySockets, receipt: Receipt, broken: Incident): boolean {
  return (
    broken.how === 'ended' &&
    receipt.how === 'sent' &&
    receipt.answeredAt <= broken.at + ROUND_TRIP_MS &&
    !watch.changes.some(
      ({ at, socketId, to }) => socketId === receipt.socketId && to === 'closed' && at < receipt.answeredAt,
    )
  );
}

/** Whether the answer may have gone to another socket that was dead too, which nobody could know in time. */
function diedElsewhere(world: FaultySockets, receipt: Receipt, own: string, deadline: number): boolean {
  if (receipt.how !== 'sent_elsewhere') return false;
  const { changes, incidents } = world.watch;
  return incidents.some(({ at, how, socketId }) => {
    if (socketId === own || how === 'slow' || at > receipt.answeredAt + ROUND_TRIP_MS) return false;
    const ours = ourEndOf(world, socketId);
    if (ours === undefined) return how === 'silent';
    const usable = !changes.some(
      (change) => change.socketId === ours && change.at <= receipt.answeredAt && OUT_OF_USE.has(change.to),
    );
    return usable && !detected(world, ours, at, deadline);
  });
}

/** What our side calls the socket that Slack calls `socketId`; known if anything arrived on it. */
function ourEndOf({ slack, watch }: FaultySockets, socketId: string): string | undefined {
  for (const { attempts } of slack.ledger.entries)
    for (const attempt of attempts) {
      const receipt = watch.receipts.get(attempt.envelopeId);
      if (attempt.socketId === socketId && attempt.copies === 1 && receipt !== undefined)
        return receipt.socketId;
    }
  return undefined;
}

/** Whether our end of a socket was known to be dead at `by`. One that was replaced in the normal course was not. */
function detected(world: FaultySockets, ourSocket: string, from: number, by: number): boolean {
  return world.watch.changes.some(
    ({ at, socketId, to, why }) =>
      socketId === ourSocket &&
      at >= from &&
      at <= by &&
      (to === 'suspect' || (to === 'closed' && !why.startsWith('replaced'))),
  );
}

/** All that is known of it, for whoever looks for the reason; times in milliseconds from its first attempt. */
export function storyOf({ watch }: FaultySockets, { kind, number, attempts }: LedgerEntry): string {
  const start = attempts[0]?.at ?? 0;
  const parts = attempts.flatMap(({ at, outcome, socketId, trouble, envelopeId }) => {
    const receipt = watch.receipts.get(envelopeId);
    const ours = watch.changes.filter((change) => change.socketId === receipt?.socketId);
    return [
      `${outcome} at ${at - start} on ${socketId ?? 'nothing'} (${trouble?.t ?? 'well'})`,
      ...watch.incidents
        .filter((incident) => incident.socketId === socketId)
        .map((incident) => `${socketId ?? ''} ${incident.how} at ${incident.at - start}`),
      receipt === undefined
        ? 'never arrived'
        : `arrived at ${receipt.at - start}, answered at ${receipt.answeredAt - start}: ${receipt.how ?? 'not yet'}`,
      ...ours.map((change) => `ours ${change.to} at ${change.at - start} ${change.why}`),
    ];
  });
  const deaf = watch.deafness.map(({ from, to }) => `deaf ${from - start} to ${to - start}`);
  return `${kind} number ${number}: ${[...parts, ...deaf].join('; ')}`;
}
