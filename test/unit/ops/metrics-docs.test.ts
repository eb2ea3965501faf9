import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownMetrics, withMetricsTable } from '../../../scripts/metrics-table.js';

const ROOT = join(import.meta.dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8');

describe('The page about metrics', () => {
  it('The page lists every metric with its labels, as `npm run docs` writes it', async () => {
    expect(page).toMatch(/^\| `ak_slack_gateway_requests_total` +\| counter +\| `route`, `code`/m);
    expect(await withMetricsTable(page)).toBe(page);
  });

  it.each(['docs/metrics.md', 'deploy/alerts.yaml', 'deploy/grafana-dashboard.json'])(
    'The file %s names no metric that the program does not have',
    (file) => {
      const known = new Set(ownMetrics().flatMap(({ name, type }) => namesOf(name, type)));
      const named = readFileSync(join(ROOT, file), 'utf8').match(/\bak_slack_[a-z0-9_]*[a-z0-9]\b/g) ?? [];
      expect(named.length).toBeGreaterThan(5);
      expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
    },
  );
});

function namesOf(name: string, type: string): string[] {
  return type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}
