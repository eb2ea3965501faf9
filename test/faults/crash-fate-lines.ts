import { FATES, type Fates } from './crash-fate.js';

const KINDS = ['events_api', 'interactive', 'slash_commands'] as const;

/** What became of everything that Slack sent in all runs: a table, and what is to be read from it. */
export function fateLines(runs: readonly Readonly<Record<string, Fates>>[]): string[] {
  const row = (name: string, of: (fates: Fates) => number): string => {
    const counts = KINDS.map((kind) => sum(kind, of));
    return `| ${[name, ...counts, counts.reduce((all, count) => all + count, 0)].join(' | ')} |`;
  };
  const sum = (kind: string, of: (fates: Fates) => number): number =>
    runs.reduce((all, { [kind]: fates }) => all + (fates === undefined ? 0 : of(fates)), 0);
  const unanswered = ({ first }: Fates): number => FATES.reduce((all, fate) => all + (first[fate] ?? 0), 0);
  const events = runs.flatMap(({ events_api: fates }) => fates ?? []);
  const never = sum('events_api', ({ sent, acknowledged }) => sent - acknowledged);
  const again = sum('events_api', unanswered);
  const longest = Math.max(0, ...events.map(({ longestMs }) => longestMs)) / 1_000;
  return [
    '',
    `| | ${KINDS.join(' | ')} | all |`,
    '|---|---|---|---|---|',
    row('sent by Slack', ({ sent }) => sent),
    row('acknowledged', ({ acknowledged }) => acknowledged),
    row('never acknowledged', ({ sent, acknowledged }) => sent - acknowledged),
    row('first sending not acknowledged', unanswered),
    ...FATES.map((fate) => row(`... ${fate}`, ({ first }) => first[fate] ?? 0)),
    '',
    `events whose first sending was not acknowledged: ${again}; of these, acknowledged when Slack sent them again: ${again - never}, at the latest ${longest.toFixed(1)} s later (Slack's last retry comes after 6 minutes)`,
    'too late: after 0.75 s, since Slack waits here a quarter of its three seconds',
    'interactions and slash commands: sent once by Slack, never again',
  ];
}
