import { sleep, type Clock } from '../../src/core/clock.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { FAULTS, type SocketsFault, type SocketsFaultName } from './sockets-faults.js';
import { lossOf, storyOf, type Loss } from './sockets-losses.js';
import { STAGES, type Stage } from './sockets-stages.js';
import { FaultySockets } from './faulty-sockets.js';

/** One run: which fault meets which state. */
export interface SocketsCase {
  readonly seed: number;
  readonly fault: SocketsFaultName;
  readonly stage: Stage;
}

export interface SocketsRun extends SocketsCase {
  /** What did not hold, a sentence each. */
  readonly failures: readonly string[];
  readonly sent: number;
  /** Of what happened at Slack while Socket Mode was off, which it sends to nobody: events, and everything else. */
  readonly notSent: { readonly events: number; readonly others: number };
  readonly acknowledged: number;
  /** Events that needed more than one attempt. */
  readonly retried: number;
  /** All events that were sent and not acknowledged in any attempt, whatever the reason. */
  readonly eventsLost: number;
  readonly losses: Readonly<Partial<Record<Loss, number>>>;
  /** The longest time without any socket that worked at Slack, milliseconds. */
  readonly deafMs: number;
}

/** The second socket may have to wait for two permissions of the budget, one a minute. */
const LIVE_LIMIT_MS = 240_000;
/** Slack's last retry comes after 7 minutes. */
const SETTLE_LIMIT_MS = 500_000;
const STOP_LIMIT_MS = 10_000;
const LONGEST_FAULT_MS = 12_000;

/**
 * Brings an app's socket into the state, inflicts the fault, lifts it, stops, and accounts for everything that was sent. The
 * scripted Slack goes on until `end` is called, so that it does not hide connections that we left.
 */
export async function runCase(
  clock: Clock,
  what: SocketsCase,
  isProxied: boolean,
): Promise<{ readonly run: SocketsRun; readonly end: () => Promise<void> }> {
  const fault: SocketsFault = FAULTS[what.fault];
  const world = await FaultySockets.start(
    clock,
    what.seed,
    fault.slack ?? {},
    isProxied || fault.proxy === true,
  );
  const failures: string[] = [];
  try {
    const liftFirst = fault.before?.(world);
    world.setWanted(true);
    if (liftFirst !== undefined) {
      await world.pause(world.random() * LONGEST_FAULT_MS);
      liftFirst();
    }
    await world.watch.until(() => world.isLive, 'two sockets are live', LIVE_LIMIT_MS);
    world.sendSteadily();
    await world.pause(500 + world.random() * 1_000);
    await STAGES[what.stage](world);
    const lift = fault.inflict(world);
    await world.pause(world.random() * (what.fault === 'lifetime' ? 60_000 : LONGEST_FAULT_MS));
    lift?.();
    world.slack.faults.clear();
    await world.watch.until(() => world.isLive, 'all sockets are live again', LIVE_LIMIT_MS);
    await world.pause(2_000);
    world.stopSending();
    await world.watch.until(() => world.slack.ledger.pending === 0, 'everything is settled', SETTLE_LIMIT_MS);
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  }
  world.stopSending();
  await stopped(world, failures);
  const run = account(world, what, failures);
  world.watch.stop();
  return { run, end: () => world.end() };
}

async function stopped(world: FaultySockets, failures: string[]): Promise<void> {
  world.watch.unwanted();
  const end = new AbortController();
  const late = sleep(world.clock, STOP_LIMIT_MS, end.signal).then(
    () => Promise.reject(new Error(`did not stop within ${STOP_LIMIT_MS} ms`)),
    () => undefined,
  );
  try {
    await Promise.race([world.sockets.stop().finally(() => end.abort()), late]);
    await world.watch.until(
      () => world.open().every(({ trouble }) => trouble !== undefined),
      'Slack has no socket of ours any more',
      STOP_LIMIT_MS,
    );
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  }
  // Only so does Slack see what has become of the other end; of sockets that it has closed since, too.
  for (const socket of world.frozen) socket.thaw();
  if (world.clientClock.pendingTimers > 0)
    failures.push(`${world.clientClock.pendingTimers} timers are left`);
}

function account(world: FaultySockets, what: SocketsCase, failures: string[]): SocketsRun {
  const { entries } = world.slack.ledger;
  const sent = entries.filter(({ state }) => state !== 'refused');
  const [eventsNotSent, othersNotSent] = byKind(entries.filter(({ state }) => state === 'refused'));
  const [events, others] = byKind(sent.filter(({ state }) => state !== 'acknowledged'));
  for (const event of events) failures.push(`an event was lost: ${storyOf(world, event)}`);
  if (what.fault !== 'link disabled' && eventsNotSent.length + othersNotSent.length > 0)
    failures.push('not everything was sent, although Socket Mode was on');
  const losses: Partial<Record<Loss, number>> = {};
  for (const entry of others) {
    const loss = lossOf(world, entry);
    losses[loss] = (losses[loss] ?? 0) + 1;
    if (loss === 'OURS') failures.push(`lost for no good reason: ${storyOf(world, entry)}`);
  }
  if (world.watch.deafness.some(({ ours }) => ours)) failures.push('we closed our last socket');
  return {
    ...what,
    failures,
    sent: sent.length,
    notSent: { events: eventsNotSent.length, others: othersNotSent.length },
    acknowledged: sent.length - events.length - others.length,
    retried: sent.filter(({ attempts }) => attempts.length > 1).length,
    eventsLost: events.length,
    losses,
    deafMs: Math.max(0, ...world.watch.deafness.map(({ from, to }) => (to === Infinity ? 0 : to - from))),
  };
}

/** Events, which Slack repeats, and everything else. */
function byKind(entries: readonly LedgerEntry[]): [LedgerEntry[], LedgerEntry[]] {
  const isEvent = ({ kind }: LedgerEntry): boolean => kind === 'events_api';
  return [entries.filter(isEvent), entries.filter((entry) => !isEvent(entry))];
}
