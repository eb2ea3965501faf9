import { ValueType, type HrTime } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import type { Registry } from 'prom-client';

type Labels = Readonly<Partial<Record<string, string | number>>>;

interface Value {
  readonly value: number;
  readonly labels: Labels;
  /** Of a histogram: its own name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string;
}

/** When counting began, and now. */
interface Period {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** All series of a registry as OTLP has them, under the names that `/metrics` shows; `since` is when it began to count. */
export async function metricsOf(registry: Registry, since: number, now: number): Promise<MetricData[]> {
  const period = { startTime: millisToHrTime(since), endTime: millisToHrTime(now) };
  const shown = await registry.getMetricsAsJSON();
  return shown.flatMap(({ name, help, type, values }) => {
    const common = {
      descriptor: { name, description: help, unit: '', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    };
    // The library's types have an enum where it gives words.
    switch (String(type)) {
      case 'counter':
        return {
          ...common,
          dataPointType: DataPointType.SUM,
          isMonotonic: true,
          dataPoints: points(values, period),
        };
      case 'gauge':
        return { ...common, dataPointType: DataPointType.GAUGE, dataPoints: points(values, period) };
      case 'histogram':
        return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(values, period) };
      default:
        return [];
    }
  });
}

function points(values: readonly Value[], period: Period): DataPoint<number>[] {
  // Others cannot be written as JSON.
  return values
    .filter(({ value }) => Number.isFinite(value))
    .map(({ labels, value }) => ({ ...period, attributes: { ...labels }, value }));
}

/** Prometheus counts in each bucket what is in those before it, too, and has a series for each. */
function histograms(values: readonly Value[], period: Period): DataPoint<Histogram>[] {
  const series = new Map<
    string,
    { labels: Labels; bounds: [number, number][]; sum: number; count: number }
  >();
  for (const { labels: all, value, metricName = '' } of values) {
    const { le, ...labels } = all;
    const name = JSON.stringify(labels);
    const one = series.get(name) ?? { labels, bounds: [], sum: 0, count: 0 };
    series.set(name, one);
    if (metricName.endsWith('_sum')) one.sum = value;
    else if (metricName.endsWith('_count')) one.count = value;
    else if (le !== undefined && le !== '+Inf') one.bounds.push([Number(le), value]);
  }
  return [...series.values()].map(({ labels, bounds, sum, count }) => {
    bounds.sort(([left], [right]) => left - right);
    const upTo = [0, ...bounds.map(([, number]) => number), count];
    return {
      ...period,
      attributes: labels,
      value: {
        buckets: {
          boundaries: bounds.map(([bound]) => bound),
          counts: upTo.slice(1).map((number, index) => number - (upTo[index] ?? 0)),
        },
        ...{ sum, count },
      },
    };
  });
}
