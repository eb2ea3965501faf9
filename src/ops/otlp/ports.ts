import type { Registry } from 'prom-client';
import type { Channel } from '../../core/channel.js';
import type { Clock } from '../../core/clock.js';
import type { Log } from '../../core/log.js';
import type { EndedEvent } from '../../delivery/delivery.js';

/** Where metrics and traces go, and as whose. */
export interface OtlpSettings {
  /** Of the collector's HTTP receiver, without slashes at its end. */
  readonly endpoint: string;
  /** As they are now: a secret in them may change. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly serviceName: string | undefined;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly version: string;
  /** Tells this process from the others of the service. */
  readonly instance: string;
}

export const SIGNALS = ['metrics', 'traces'] as const;

export type Signal = (typeof SIGNALS)[number];

/** Why spans were not sent: too many waited, or their export failed. */
export const SPAN_LOSSES = ['queue_full', 'not_exported'] as const;

/** What became of what was to be sent. */
export type ExportEvent =
  | { readonly t: 'exported' | 'failed'; readonly signal: Signal }
  | { readonly t: 'spans_lost'; readonly why: (typeof SPAN_LOSSES)[number]; readonly count: number };

/** How often is sent, in milliseconds. */
export interface OtlpPolicy {
  readonly metricsEveryMs: number;
  readonly spansEveryMs: number;
}

export interface OtlpPorts {
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Instead of the variables OTEL_METRIC_EXPORT_INTERVAL and OTEL_BSP_SCHEDULE_DELAY, and of their defaults. */
  readonly policy?: OtlpPolicy | undefined;
}

/** The export of metrics and traces; nothing of the program waits for it. */
export interface Otlp {
  readonly events: Channel<ExportEvent>;
  /** Sends the path of each event that ends from now on, as a trace. */
  trace(ended: Channel<EndedEvent>): void;
  /** Sends what this registry shows, from now on again and again. */
  sendMetrics(registry: Registry): void;
  /** Sends what is left, for 2 s at most. A second call joins the first. */
  stop(): Promise<void>;
}
