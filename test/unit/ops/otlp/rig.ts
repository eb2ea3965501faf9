import { onTestFinished, vi } from 'vitest';
import { Channel } from '../../../../src/core/channel.js';
import type { Arrival } from '../../../../src/delivery/arrival.js';
import type { EndedEvent, EventPath } from '../../../../src/delivery/delivery.js';
import { openOtlp } from '../../../../src/ops/otlp/open-otlp.js';
import type { ExportEvent, Otlp, OtlpPolicy, OtlpSettings } from '../../../../src/ops/otlp/ports.js';
import { HandClock } from '../../../helpers/hand-clock.js';
import { StandInCollector } from '../../../helpers/stand-in-collector.js';

/** The export to a collector that the test plays, without the rest of the program. */
export interface Rig {
  readonly collector: StandInCollector;
  readonly otlp: Otlp;
  readonly ended: Channel<EndedEvent>;
  readonly seen: ExportEvent[];
  /** Lines of the log, each with its level and its fields. */
  readonly lines: string[];
  readonly clock: HandClock;
}

/**
 * Starts both, with an export every few milliseconds; they end with the test. `collectorMs` is what the libraries give the
 * collector for an answer: by themselves they would wait, and try again, for 10 s.
 */
export async function startRig(
  settings: Partial<OtlpSettings> = {},
  collectorMs = 200,
  policy: OtlpPolicy | 'of the environment' = { metricsEveryMs: 5, spansEveryMs: 5 },
): Promise<Rig> {
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', String(collectorMs));
  onTestFinished(() => void vi.unstubAllEnvs());
  const collector = await new StandInCollector().start();
  onTestFinished(() => collector.stop());
  const clock = new HandClock(Date.now());
  const lines: string[] = [];
  const line =
    (level: string) =>
    (fields: object, words: string): void =>
      void lines.push(`${level} ${words} ${JSON.stringify(fields)}`);
  const otlp = await openOtlp(
    {
      endpoint: collector.url,
      headers: () => ({}),
      serviceName: undefined,
      resourceAttributes: {},
      version: '1.2.3',
      instance: 'replica-1',
      ...settings,
    },
    {
      clock,
      log: { info: line('info'), warn: line('warn') } as never,
      policy: policy === 'of the environment' ? undefined : policy,
    },
  );
  // Nothing is sent any more, or tried again, when the test is over.
  onTestFinished(async () => {
    const stopped = otlp.stop();
    await clock.advance(2_000);
    await stopped;
  });
  const ended = new Channel<EndedEvent>();
  otlp.trace(ended);
  const seen: ExportEvent[] = [];
  otlp.events.subscribe((event) => seen.push(event));
  return { collector, otlp, ended, seen, lines, clock };
}

const RECEIVED = 1_700_000_000_000;

/** The path of an event that was delivered at once, years before this process started. */
export function path(over: Partial<EventPath> = {}): EventPath {
  return {
    ...{ key: 'Ev1', appId: 'A1', connectionId: 'con_1', type: 'message', channel: 'C1', state: 'delivered' },
    ...{ receivedAt: RECEIVED, socketId: 's1', journaledMs: 2, acknowledgedMs: 3 },
    dispatches: [{ at: RECEIVED + 4, ms: 50, answer: 'delivered' }],
    ...{ dispatched: 1, eventId: 'evt_1', reason: undefined },
    ...over,
  };
}

/** An event that has ended; `whole` is its path as the journal has it, where it was dispatched before. */
export function event(its: EventPath, whole?: EventPath, arrival?: Arrival): EndedEvent {
  return {
    path: its,
    arrival,
    hasEarlier: whole !== undefined,
    whole: () => Promise.resolve(whole ?? its),
  };
}
