import type { Loss } from './sockets-losses.js';
import type { SocketsRun } from './sockets-run.js';

const LOSSES: readonly Loss[] = ['unroutable', 'dead socket', 'cut off', 'too late', 'unnoticed', 'OURS'];

/** What the runs came to: the sums, and a line for each fault. */
export function faultLines(runs: readonly SocketsRun[], crashes: number, leaks: number): string[] {
  const byFault = new Map<string, SocketsRun[]>();
  for (const run of runs) byFault.set(run.fault, [...(byFault.get(run.fault) ?? []), run]);
  const cells = new Set(runs.map(({ fault, stage }) => `${fault}/${stage}`)).size;
  return [
    `${runs.length} runs, ${byFault.size} faults, ${cells} pairs of a fault and a state; process exits ${crashes}; leaks ${leaks}`,
    'Events lost: all that were sent and not acknowledged in any attempt, with no exception. Not sent: what happened while Socket',
    'Mode was switched off at Slack (the fault "link disabled"), which then sends to nobody and repeats nothing.',
    '',
    `| fault | runs | not sent: events | others | sent | acknowledged | retried | events lost | commands and interactions lost: ${LOSSES.join(' | ')} | longest without a socket | failed |`,
    `|---|---|---|---|---|---|---|---|${LOSSES.map(() => '---|').join('')}---|---|`,
    line('all', runs),
    ...[...byFault].sort(([a], [b]) => (a < b ? -1 : 1)).map(([fault, own]) => line(fault, own)),
    '',
  ];
}

function line(name: string, runs: readonly SocketsRun[]): string {
  const sum = (value: (run: SocketsRun) => number): number => runs.reduce((all, run) => all + value(run), 0);
  const cells = [
    name,
    runs.length,
    sum(({ notSent }) => notSent.events),
    sum(({ notSent }) => notSent.others),
    sum(({ sent }) => sent),
    sum(({ acknowledged }) => acknowledged),
    sum(({ retried }) => retried),
    sum(({ eventsLost }) => eventsLost),
    ...LOSSES.map((loss) => sum(({ losses }) => losses[loss] ?? 0)),
    `${(Math.max(...runs.map(({ deafMs }) => deafMs)) / 1_000).toFixed(1)} s`,
    runs.filter(({ failures }) => failures.length > 0).length,
  ];
  return `| ${cells.join(' | ')} |`;
}
