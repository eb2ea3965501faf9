import { getNumberFromEnv } from '@opentelemetry/core';
import { defaultResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type MetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Registry } from 'prom-client';
import type { Channel } from '../../core/channel.js';
import { waitAtMost } from '../../core/clock.js';
import { createTraceIds } from './event-trace.js';
import { EventTraces, MOST_SPANS } from './event-traces.js';
import { ExportWatch, WatchedMetricExporter, WatchedSpanExporter } from './export-watch.js';
import type { ExportEvent, Otlp, OtlpPorts, OtlpSettings } from './ports.js';
import { metricsOf } from './registry-metrics.js';

// Whoever stops the program waits for it.
const LAST_EXPORT_MS = 2_000;

// Writing them as JSON holds everything else up: about a millisecond.
const SPANS_AT_ONCE = 128;

// Of one signal: those that a stop begins with all that waits, and a few that nothing has answered.
const EXPORTS_AT_ONCE = MOST_SPANS / SPANS_AT_ONCE + 8;

const METRICS_EVERY_MS = 60_000;

// Node.js: a timer for longer than this goes off at once, again and again.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface CollectorPorts extends OtlpPorts {
  readonly events: Channel<ExportEvent>;
}

/** Sends to the collector of `settings` with OpenTelemetry's own libraries; what they read of the environment applies. */
export function connectCollector(settings: OtlpSettings, ports: CollectorPorts): Otlp {
  const { clock, events, policy } = ports;
  const watch = new ExportWatch({ endpoint: settings.endpoint, ...ports });
  const optionsFor = (path: string) => ({
    url: `${settings.endpoint}/v1/${path}`,
    headers: () => Promise.resolve({ ...settings.headers() }),
    concurrencyLimit: EXPORTS_AT_ONCE,
  });
  const resource = resourceOf(settings);
  const ids = createTraceIds();
  const exporter = new WatchedSpanExporter(optionsFor('traces'), watch, (count, isLost) =>
    traces.left(count, isLost),
  );
  const provider = new BasicTracerProvider({
    resource,
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor(exporter, {
        maxQueueSize: MOST_SPANS,
        maxExportBatchSize: SPANS_AT_ONCE,
        ...(policy === undefined ? {} : { scheduledDelayMillis: policy.spansEveryMs }),
      }),
    ],
  });
  const traces = new EventTraces({
    tracer: provider.getTracer('ak-slack', settings.version),
    ...{ ids, clock, events },
  });
  let meters: MeterProvider | undefined;
  let unsubscribe: (() => void) | undefined;
  let stopped: Promise<void> | undefined;

  async function finish(): Promise<void> {
    unsubscribe?.();
    await traces.finish();
    await Promise.allSettled([provider.shutdown(), meters?.shutdown()]);
  }
  return {
    events,
    trace(ended) {
      unsubscribe = ended.subscribe((event) => traces.add(event));
    },
    sendMetrics(registry) {
      const metrics = new WatchedMetricExporter(optionsFor('metrics'), watch);
      meters = new MeterProvider({ resource, readers: [readerOf(registry, metrics, settings, ports)] });
    },
    stop: () => (stopped ??= waitAtMost(clock, LAST_EXPORT_MS, finish())),
  };
}

/** Reads what `/metrics` shows: nothing is counted twice. */
function readerOf(
  registry: Registry,
  exporter: WatchedMetricExporter,
  { version }: OtlpSettings,
  { clock, policy, log }: CollectorPorts,
): MetricReader {
  const since = clock.now();
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: policy?.metricsEveryMs ?? metricsEveryMs(log),
    metricProducers: [
      {
        async collect() {
          const metrics = await metricsOf(registry, since, clock.now());
          const scopeMetrics = [{ scope: { name: 'ak-slack', version }, metrics }];
          // Its resource is not used: the provider has its own.
          return { resourceMetrics: { resource: defaultResource(), scopeMetrics }, errors: [] };
        },
      },
    ],
  });
}

/** As the environment says it; what no timer can do is passed over, as OpenTelemetry demands of values that cannot be used. */
function metricsEveryMs(log: OtlpPorts['log']): number {
  const wanted = getNumberFromEnv('OTEL_METRIC_EXPORT_INTERVAL') ?? METRICS_EVERY_MS;
  if (wanted >= 1 && wanted <= LONGEST_TIMER_MS) return wanted;
  log.warn(
    { setting: 'OTEL_METRIC_EXPORT_INTERVAL', milliseconds: METRICS_EVERY_MS },
    `the interval of metrics cannot be used: set it to a number of milliseconds from 1 to ${LONGEST_TIMER_MS}; until then it is a minute`,
  );
  return METRICS_EVERY_MS;
}

/** As the variables of the environment say it, the name of the service before an attribute of that name. */
function resourceOf({ serviceName, resourceAttributes, version, instance }: OtlpSettings): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      ...{ 'service.name': 'ak-slack', 'service.version': version, 'service.instance.id': instance },
      ...resourceAttributes,
      ...(serviceName === undefined ? {} : { 'service.name': serviceName }),
    }),
  );
}
