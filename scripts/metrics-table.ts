import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Registry } from 'prom-client';
import { Channel } from '../src/core/channel.js';
import { Health } from '../src/core/health.js';
import { createMetrics } from '../src/ops/metrics/metrics.js';

const PAGE = fileURLToPath(new URL('../docs/metrics.md', import.meta.url));

interface Metric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** Every metric of this program's own, in the order of names. */
export function ownMetrics(): Metric[] {
  const registry = idleMetrics();
  return registry
    .getMetricsAsArray()
    .map((metric) => {
      const { name, help, type } = metric as unknown as { name: string; help: string; type: string };
      const { labelNames = [] } = metric as unknown as { labelNames?: readonly string[] };
      return { name, help, type, labels: labelNames.filter((label) => label !== 'le') };
    })
    .filter(({ name }) => name.startsWith('ak_slack_'))
    .sort((left, right) => left.name.localeCompare(right.name));
}

/** The metrics of a program in which nothing happens. */
function idleMetrics(): Registry {
  return createMetrics({
    version: '0',
    health: new Health(),
    delivery: new Channel(),
    sockets: new Channel(),
    receiver: new Channel(),
    faults: new Channel(),
    refusals: new Channel(),
    responses: new Channel(),
    slackFailures: new Channel(),
    lookFailed: new Channel(),
    gateway: new Channel(),
    webSockets: new Channel(),
    exports: new Channel(),
    gauges: () => Promise.reject(new Error('nothing is looked up')),
  });
}

/** The page about metrics with its table made anew, formatted as `npm run format` does. */
export async function withMetricsTable(page: string): Promise<string> {
  const rows = ownMetrics().map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help.replaceAll('|', '\\|')} |`,
  );
  const table = ['| metric | type | labels | what |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const text = page.replace(
    /(<!-- metrics -->)[^]*(<!-- \/metrics -->)/,
    (_, start: string, end: string) => `${start}\n\n${table}\n\n${end}`,
  );
  return format(text, { ...(await resolveConfig(PAGE)), filepath: PAGE });
}
