import { describe, expect, it, vi } from 'vitest';
import { Arrival } from '../../../../src/delivery/arrival.js';
import { eventually } from '../../../helpers/eventually.js';
import type { CollectedSpan } from '../../../helpers/stand-in-collector.js';
import { event, path, startRig, type Rig } from './rig.js';

/** So many spans, once the collector has them. */
async function spans({ collector }: Rig, count: number): Promise<CollectedSpan[]> {
  await eventually(() => collector.spans().length >= count, `${count} spans at the collector`);
  expect(collector.spans()).toHaveLength(count);
  return collector.spans();
}

const named = (all: readonly CollectedSpan[], name: string): CollectedSpan[] =>
  all.filter((span) => span.name === name);

describe('The trace of an event', () => {
  it('The trace of an event has a span from its receipt to the end of its dispatch, and one in it for each step', async () => {
    const rig = await startRig();
    const { receivedAt } = path();
    rig.ended.emit(event(path()));
    const all = await spans(rig, 4);
    const [root] = named(all, 'slack event');
    expect(root).toMatchObject({
      parentSpanId: undefined,
      start: receivedAt,
      end: receivedAt + 54,
      failed: false,
      attributes: {
        'slack.app.id': 'A1',
        'slack.event.id': 'Ev1',
        'slack.event.type': 'message',
        'autokitteh.connection.id': 'con_1',
        'autokitteh.event.id': 'evt_1',
        'ak_slack.state': 'delivered',
        'ak_slack.dispatches': 1,
      },
    });
    const inRoot = { traceId: root!.traceId, parentSpanId: root!.spanId, start: receivedAt };
    expect(named(all, 'journal')).toMatchObject([{ ...inRoot, end: receivedAt + 2 }]);
    expect(named(all, 'acknowledge')).toMatchObject([{ ...inRoot, end: receivedAt + 3 }]);
    expect(named(all, 'dispatch')).toMatchObject([
      {
        ...inRoot,
        start: receivedAt + 4,
        end: receivedAt + 54,
        attributes: { 'ak_slack.answer': 'delivered' },
      },
    ]);
  });

  it('The trace of an event holds nothing but what is listed, whatever else is known of the event', async () => {
    const rig = await startRig();
    rig.ended.emit(event(path({ channel: 'C_PRIVATE', reason: 'a remark', socketId: 's_77' })));
    await spans(rig, 4);
    expect(JSON.stringify(rig.collector.exports)).not.toMatch(/C_PRIVATE|a remark|s_77/);
  });

  it('The connections that an event went to have spans of the same trace, and another event has another trace', async () => {
    const rig = await startRig();
    rig.ended.emit(event(path()));
    rig.ended.emit(event(path({ connectionId: 'con_2' })));
    rig.ended.emit(event(path({ key: 'Ev2' })));
    const roots = named(await spans(rig, 12), 'slack event');
    const ids = roots.map(({ traceId }) => traceId);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(new Set(roots.map(({ spanId }) => spanId)).size).toBe(3);
  });

  it('The trace of an event that failed before has each dispatch that the journal has, those that failed as errors', async () => {
    const rig = await startRig();
    const { receivedAt, dispatches } = path();
    const whole = path({
      dispatches: [{ at: receivedAt + 1, ms: 2, answer: 'unanswered' }, ...dispatches],
      dispatched: 2,
    });
    rig.ended.emit(event(path(), whole));
    const tried = named(await spans(rig, 5), 'dispatch');
    expect(tried.map(({ attributes, failed }) => [attributes['ak_slack.answer'], failed])).toEqual([
      ['unanswered', true],
      ['delivered', false],
    ]);
  });

  it('The trace of a dead letter is an error, without the reason, which may quote the event', async () => {
    const rig = await startRig();
    const dispatches = [{ at: path().receivedAt, ms: 1, answer: 'poisoned' as const }];
    rig.ended.emit(event(path({ state: 'dead', eventId: undefined, reason: 'a quotation', dispatches })));
    const [root] = named(await spans(rig, 4), 'slack event');
    expect(root).toMatchObject({ failed: true, attributes: { 'ak_slack.state': 'dead' } });
    expect(root!.attributes).not.toHaveProperty('autokitteh.event.id');
    expect(JSON.stringify(rig.collector.exports)).not.toContain('a quotation');
  });

  it('The trace of an event whose workflow answers Slack waits for the acknowledgement', async () => {
    const rig = await startRig();
    const arrival = new Arrival('s1');
    const receivedAt = rig.clock.now();
    const its = path({ receivedAt, dispatches: [], acknowledgedMs: undefined });
    rig.ended.emit(event(its, undefined, arrival));
    await rig.clock.advance(2_000);
    expect(rig.collector.spans()).toEqual([]);
    arrival.acknowledged(2_000);
    const all = await spans(rig, 3);
    expect(named(all, 'acknowledge')).toMatchObject([{ end: receivedAt + 2_000 }]);
    expect(named(all, 'slack event')).toMatchObject([{ end: receivedAt + 2_000 }]);
    await eventually(() => rig.clock.pendingTimers === 0, 'nothing is waited for any more');
  });

  it('The trace of an event that is not acknowledged within the time of Slack has no acknowledgement', async () => {
    const rig = await startRig();
    const its = path({ receivedAt: rig.clock.now(), dispatches: [], acknowledgedMs: undefined });
    rig.ended.emit(event(its, undefined, new Arrival('s1')));
    await rig.clock.advance(3_000);
    expect(named(await spans(rig, 2), 'acknowledge')).toEqual([]);
  });

  it('A stop sends what waits, the traces of events that wait for their acknowledgement too', async () => {
    const rig = await startRig();
    const its = path({ receivedAt: rig.clock.now(), acknowledgedMs: undefined });
    rig.ended.emit(event(its, undefined, new Arrival('s1')));
    rig.ended.emit(event(path({ key: 'Ev2' })));
    await rig.otlp.stop();
    expect(
      named(rig.collector.spans(), 'slack event')
        .map(({ attributes }) => attributes['slack.event.id'])
        .sort(),
    ).toEqual(['Ev1', 'Ev2']);
  });

  it('A sampler that the environment names decides which events have a trace', async () => {
    vi.stubEnv('OTEL_TRACES_SAMPLER', 'always_off');
    const rig = await startRig();
    rig.ended.emit(event(path()));
    await rig.otlp.stop();
    expect(rig.collector.exports).toEqual([]);
  });
});

describe('The export to a collector', () => {
  it('Spans are sent with the headers of this moment, as the service and with the attributes that the settings name', async () => {
    let headers: Record<string, string> = { 'x-key': 'first' };
    const rig = await startRig({
      headers: () => headers,
      serviceName: 'slack-production',
      resourceAttributes: { 'deployment.environment.name': 'production', 'service.name': 'not this' },
    });
    rig.ended.emit(event(path()));
    const [span] = await spans(rig, 4);
    expect(span!.resource).toMatchObject({
      'service.name': 'slack-production',
      'service.version': '1.2.3',
      'service.instance.id': 'replica-1',
      'deployment.environment.name': 'production',
    });
    headers = { 'x-key': 'second' };
    rig.ended.emit(event(path()));
    await spans(rig, 8);
    expect(rig.collector.exports.map((each) => each.headers['x-key'])).toEqual(['first', 'second']);
  });

  it('The service has the name of its attribute, and else that of the program', async () => {
    for (const [attributes, name] of [
      [{ 'service.name': 'mine' }, 'mine'],
      [{}, 'ak-slack'],
    ] as const) {
      const rig = await startRig({ resourceAttributes: attributes });
      rig.ended.emit(event(path()));
      expect((await spans(rig, 4))[0]!.resource['service.name']).toBe(name);
    }
  });
});
