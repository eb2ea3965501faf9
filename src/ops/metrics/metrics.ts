import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { CONDITIONS, type Health } from '../../core/health.js';
import { countAll, type CounterSources } from './counters.js';
import { showGauges, type Gauges } from './gauges.js';

export interface MetricsSources extends CounterSources {
  readonly version: string;
  readonly health: Health;
  /** Asked at each scrape. */
  readonly gauges: () => Promise<Gauges>;
}

/**
 * Counts what the parts report, for Prometheus; docs/metrics.md lists everything. Label values are closed sets, codes of a
 * fixed shape and confirmed app ids, never user data, and their number is bounded.
 */
export function createMetrics(sources: MetricsSources): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  countAll(registry, sources);
  showGauges(registry, sources.gauges);
  showConditions(registry, sources.health);
  new Gauge({
    name: 'ak_slack_build_info',
    help: '1; its labels tell which version runs on which Node.js.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version: sources.version, node: process.versions.node }, 1);
  return registry;
}

function showConditions(registry: Registry, health: Health): void {
  new Gauge({
    name: 'ak_slack_condition',
    help: '1 while a condition is healthy, 0 while it has a problem, which /ops/ describes.',
    labelNames: ['name'],
    registers: [registry],
    collect() {
      for (const name of CONDITIONS) this.set({ name }, health.problems(name).length === 0 ? 1 : 0);
    },
  });
}
