import { createHash, randomBytes } from 'node:crypto';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Tracer,
} from '@opentelemetry/api';
import type { IdGenerator } from '@opentelemetry/sdk-trace-base';
import type { EventPath } from '../../delivery/delivery.js';

/** Gives spans the id of the trace that is being written. */
export interface TraceIds extends IdGenerator {
  /** 32 hex digits. */
  current: string;
}

export function createTraceIds(): TraceIds {
  const ids: TraceIds = {
    current: '',
    generateTraceId: () => ids.current,
    generateSpanId: () => randomBytes(8).toString('hex'),
  };
  return ids;
}

/** The same for all connections that got an event, in every process. */
function traceIdOf({ appId, key }: EventPath): string {
  return createHash('sha256').update(`${appId} ${key}`).digest('hex').slice(0, 32);
}

/** One step of the way of an event; times are milliseconds since it was received. */
interface Step {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly answer?: string;
}

function stepsOf({ receivedAt, journaledMs, acknowledgedMs, dispatches }: EventPath): Step[] {
  return [
    ...(journaledMs === undefined ? [] : [{ name: 'journal', from: 0, to: journaledMs }]),
    ...(acknowledgedMs === undefined ? [] : [{ name: 'acknowledge', from: 0, to: acknowledgedMs }]),
    ...dispatches.map(({ at, ms, answer }) => ({
      ...{ name: 'dispatch', answer },
      ...{ from: at - receivedAt, to: at - receivedAt + ms },
    })),
  ];
}

/** How many spans the trace of a path has. */
export function spanCount(path: EventPath): number {
  return stepsOf(path).length + 1;
}

/** Writes the spans of a path: one for all of it, with one in it for each step. Answers whether they were sampled. */
export function writeTrace(path: EventPath, tracer: Tracer, ids: TraceIds): boolean {
  const { receivedAt, state, dispatched } = path;
  // A number would be taken for one since the start of the process if it is from before.
  const timeOf = (since: number): Date => new Date(receivedAt + since);
  const steps = stepsOf(path);
  ids.current = traceIdOf(path);
  const root = tracer.startSpan(
    'slack event',
    {
      root: true,
      kind: SpanKind.CONSUMER,
      startTime: timeOf(0),
      attributes: {
        ...{ 'slack.app.id': path.appId, 'slack.event.id': path.key, 'slack.event.type': path.type },
        'autokitteh.connection.id': path.connectionId,
        ...(path.eventId === undefined ? {} : { 'autokitteh.event.id': path.eventId }),
        ...{ 'ak_slack.state': state, 'ak_slack.dispatches': dispatched },
      },
    },
    ROOT_CONTEXT,
  );
  const isSampled = root.isRecording();
  const within = trace.setSpan(ROOT_CONTEXT, root);
  for (const { name, from, to, answer } of isSampled ? steps : []) {
    const attributes: Attributes = answer === undefined ? {} : { 'ak_slack.answer': answer };
    const span = tracer.startSpan(name, { startTime: timeOf(from), attributes }, within);
    if (answer !== undefined && answer !== 'delivered' && answer !== 'found')
      span.setStatus({ code: SpanStatusCode.ERROR, message: answer });
    span.end(timeOf(to));
  }
  if (state === 'dead') root.setStatus({ code: SpanStatusCode.ERROR, message: 'dead letter' });
  root.end(timeOf(Math.max(0, ...steps.map(({ to }) => to))));
  return isSampled;
}
