import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../helpers/eventually.js';
import { startRig } from './rig.js';

function registry() {
  const registers = [new Registry()];
  const [made] = registers as [Registry];
  return {
    made,
    total: new Counter({ name: 'x_total', help: 'All.', labelNames: ['route'], registers }),
    now: new Gauge({ name: 'x_now', help: 'Now.', registers }),
    seconds: new Histogram({
      name: 'x_seconds',
      help: 'How long.',
      labelNames: ['route'],
      buckets: [0.1, 1, 10],
      registers,
    }),
  };
}

describe('The metrics at a collector', () => {
  it.each(['0', '-5', '99999999999'])(
    'An interval of %s ms in the environment is passed over with a line of the log',
    async (interval) => {
      vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', interval);
      const { otlp, lines } = await startRig({}, 200, 'of the environment');
      otlp.sendMetrics(registry().made);
      expect(lines).toEqual([expect.stringContaining('warn the interval of metrics cannot be used')]);
    },
  );

  it('Each series of the registry arrives under its name, with its labels, as it is at that moment', async () => {
    const { collector, otlp } = await startRig();
    const { made, total, now, seconds } = registry();
    total.inc({ route: 'save' }, 0);
    now.set(7);
    for (const value of [0.05, 0.1, 5, 100]) seconds.observe({ route: 'save' }, value);
    seconds.observe({ route: 'forward' }, 0.5);
    otlp.sendMetrics(made);
    await eventually(() => collector.metrics().size > 0, 'metrics at the collector');
    expect([...collector.metrics()]).toMatchObject([
      ['x_total', [{ kind: 'sum', attributes: { route: 'save' }, value: 0 }]],
      ['x_now', [{ kind: 'gauge', attributes: {}, value: 7 }]],
      [
        'x_seconds',
        [
          {
            ...{ kind: 'histogram', attributes: { route: 'save' }, count: 4, sum: 105.15 },
            ...{ bounds: [0.1, 1, 10], buckets: [2, 0, 1, 1] },
          },
          {
            ...{ kind: 'histogram', attributes: { route: 'forward' }, count: 1, sum: 0.5 },
            ...{ bounds: [0.1, 1, 10], buckets: [0, 1, 0, 0] },
          },
        ],
      ],
    ]);
    total.inc({ route: 'save' });
    await eventually(
      () => collector.metrics().get('x_total')?.[0]?.value === 1,
      'the counter as it is later, from the same registry',
    );
    expect(JSON.stringify(collector.exports[0]!.body)).toContain(
      '"aggregationTemporality":2,"isMonotonic":true',
    );
  });

  it('A value that is no number is left out, and the others are sent', async () => {
    const { collector, otlp } = await startRig();
    const { made, now, total } = registry();
    now.set(NaN);
    total.inc({ route: 'save' });
    otlp.sendMetrics(made);
    await eventually(() => collector.metrics().size > 0, 'metrics at the collector');
    expect(collector.metrics().get('x_now')).toEqual([]);
    expect(collector.metrics().get('x_total')).toMatchObject([{ value: 1 }]);
  });

  it('A stop sends the metrics as they are at the end', async () => {
    const { collector, otlp } = await startRig();
    const { made, total } = registry();
    otlp.sendMetrics(made);
    await eventually(() => collector.metrics().size > 0, 'metrics at the collector');
    total.inc({ route: 'save' }, 41);
    await otlp.stop();
    expect(collector.metrics().get('x_total')).toMatchObject([{ value: 41 }]);
  });
});
