import { Counter, type Registry } from 'prom-client';
import type { Channel } from '../../core/channel.js';
import { SIGNALS, SPAN_LOSSES, type ExportEvent } from '../otlp/ports.js';

const RESULTS = { exported: 'ok', failed: 'failed' } as const;

/** Counts what is sent to a collector, and what is not. */
export function countExports(registry: Registry, events: Channel<ExportEvent>): void {
  const total = new Counter({
    name: 'ak_slack_otlp_exports_total',
    help: 'Requests to the collector, by signal and by result; 0 where no collector is set.',
    labelNames: ['signal', 'result'],
    registers: [registry],
  });
  for (const signal of SIGNALS) for (const result of Object.values(RESULTS)) total.inc({ signal, result }, 0);
  const lost = new Counter({
    name: 'ak_slack_otlp_spans_lost_total',
    help: 'Spans that the collector did not get: too many waited for it, or their export failed.',
    labelNames: ['why'],
    registers: [registry],
  });
  for (const why of SPAN_LOSSES) lost.inc({ why }, 0);
  events.subscribe((event) => {
    if (event.t === 'spans_lost') lost.inc({ why: event.why }, event.count);
    else total.inc({ signal: event.signal, result: RESULTS[event.t] });
  });
}
