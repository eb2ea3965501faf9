import { Channel } from '../../core/channel.js';
import { requirePackages } from '../../core/optional-packages.js';
import type { ExportEvent, Otlp, OtlpPorts, OtlpSettings } from './ports.js';

/** Those that the files behind `collector.ts` import. */
const PACKAGES = [
  '@opentelemetry/core',
  '@opentelemetry/exporter-metrics-otlp-http',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace-base',
];

/**
 * Gets ready to send metrics and traces to the collector of `settings`, over OTLP; without settings nothing is sent, and
 * OpenTelemetry's libraries are not loaded. Rejects with `missing_package` where they are not installed.
 */
export async function openOtlp(settings: OtlpSettings | undefined, ports: OtlpPorts): Promise<Otlp> {
  const events = new Channel<ExportEvent>();
  if (settings === undefined)
    return {
      events,
      trace: () => undefined,
      sendMetrics: () => undefined,
      stop: () => Promise.resolve(),
    };
  requirePackages(PACKAGES, 'OTEL_EXPORTER_OTLP_ENDPOINT is set, and the export to a collector', '');
  const { connectCollector } = await import('./collector.js');
  return connectCollector(settings, { events, ...ports });
}
