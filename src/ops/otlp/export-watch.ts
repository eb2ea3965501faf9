import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Channel } from '../../core/channel.js';
import { errorMessage } from '../../core/errors.js';
import type { ExportEvent, OtlpPorts, Signal } from './ports.js';

// The libraries give a collector 10 s, but for an answer that goes on and on.
const LIMIT_MS = 25_000;

type Done = (result: ExportResult) => void;
type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>;

interface ExportWatchOptions extends Pick<OtlpPorts, 'clock' | 'log'> {
  /** Told in the log. */
  readonly endpoint: string;
  readonly events: Channel<ExportEvent>;
}

/** Counts what becomes of exports, and logs one line when they begin to fail and one when all succeed again. */
export class ExportWatch {
  readonly #options: ExportWatchOptions;
  readonly #failing = new Set<Signal>();

  constructor(options: ExportWatchOptions) {
    this.#options = options;
  }

  /** Calls `send`, and `done` once with what became of it: with a failure if nothing did within 25 s. */
  pass(signal: Signal, send: (done: Done) => void, done: Done): void {
    let isOver = false;
    const end: Done = (result) => {
      if (isOver) return;
      isOver = true;
      timer.cancel();
      this.#note(signal, result);
      done(result);
    };
    const timer = this.#options.clock.setTimer(LIMIT_MS, () =>
      end({
        code: ExportResultCode.FAILED,
        error: new Error(`no whole answer within ${LIMIT_MS / 1_000} s`),
      }),
    );
    send(end);
  }

  #note(signal: Signal, { code, error }: ExportResult): void {
    const { events, log, endpoint: collector } = this.#options;
    const wasFailing = this.#failing.size > 0;
    if (code === ExportResultCode.SUCCESS) {
      this.#failing.delete(signal);
      events.emit({ t: 'exported', signal });
      if (wasFailing && this.#failing.size === 0)
        log.info({ collector }, 'the collector takes metrics and traces again');
      return;
    }
    this.#failing.add(signal);
    events.emit({ t: 'failed', signal });
    if (!wasFailing)
      log.warn(
        { collector, signal, reason: reasonOf(error) },
        'metrics or traces cannot be sent to the collector and are lost; the delivery of events goes on',
      );
  }
}

/** Never what the collector wrote: that may quote what it was sent. */
function reasonOf(error: Error | undefined): string {
  const code: unknown = error !== undefined && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return `HTTP ${code}`;
  return typeof code === 'string' ? code : errorMessage(error);
}

/** Sends metrics, and tells a watch what became of them. */
export class WatchedMetricExporter extends OTLPMetricExporter {
  readonly #watch: ExportWatch;

  constructor(options: ExporterOptions, watch: ExportWatch) {
    super(options);
    this.#watch = watch;
  }

  override export(metrics: ResourceMetrics, done: Done): void {
    this.#watch.pass('metrics', (end) => super.export(metrics, end), done);
  }
}

/** Sends spans, and tells a watch what became of them. */
export class WatchedSpanExporter extends OTLPTraceExporter {
  readonly #watch: ExportWatch;
  readonly #left: (count: number, isLost: boolean) => void;

  /** `left` is told how many spans were sent, or lost. */
  constructor(options: ExporterOptions, watch: ExportWatch, left: (count: number, isLost: boolean) => void) {
    super(options);
    this.#watch = watch;
    this.#left = left;
  }

  override export(spans: ReadableSpan[], done: Done): void {
    this.#watch.pass(
      'traces',
      (end) => super.export(spans, end),
      (result) => {
        this.#left(spans.length, result.code !== ExportResultCode.SUCCESS);
        done(result);
      },
    );
  }
}
