import type { Clock } from './core/clock.js';
import type { Channel } from './core/channel.js';
import type { Log } from './core/log.js';
import { openOtlp } from './ops/otlp/open-otlp.js';
import type { Otlp } from './ops/otlp/ports.js';
import type { ChangedSecret } from './secret-files.js';
import { keyValues } from './setting-parsers.js';
import type { StartConfig } from './start-config.js';

interface TelemetryPorts {
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly version: string;
  readonly changedSecrets: Channel<ChangedSecret>;
}

/** Opens the export to the collector that the settings name; headers that change in their file are used from then on. */
export function openTelemetry(config: StartConfig, ports: TelemetryPorts): Promise<Otlp> {
  const endpoint = config.otelExporterOtlpEndpoint;
  if (endpoint === undefined) return openOtlp(undefined, ports);
  let headers = config.otelExporterOtlpHeaders ?? {};
  ports.changedSecrets.subscribe(({ name, value }) => {
    if (name === 'OTEL_EXPORTER_OTLP_HEADERS') headers = keyValues.parse(value);
  });
  const settings = {
    endpoint,
    headers: () => headers,
    serviceName: config.otelServiceName,
    resourceAttributes: config.otelResourceAttributes ?? {},
    version: ports.version,
    instance: config.replicaName,
  };
  return openOtlp(settings, ports);
}
