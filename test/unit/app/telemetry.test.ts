import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { StandInCollector } from '../../helpers/stand-in-collector.js';
import { addInstallation, connect } from '../../world/connections.js';
import { eventsOf, metric } from '../../world/observations.js';
import { AS_OPERATOR } from '../../world/program.js';
import { startWorld, type World } from '../../world/world.js';

async function startCollector(): Promise<StandInCollector> {
  const collector = await new StandInCollector().start();
  onTestFinished(() => collector.stop());
  return collector;
}

/** Sends an event, and waits until AutoKitteh has it. */
async function deliver(world: World, text = 'a private remark') {
  const { app, installation, appToken } = addInstallation(world);
  const connection = await connect(world, installation, appToken);
  const { key } = world.slack.send(installation, message({ text }));
  const event = await eventually(() => eventsOf(world, connection.id)[0], 'the event at AutoKitteh');
  return { app, connection, key, event };
}

describe('The program with a collector', () => {
  it('The collector gets a trace of each event, and the metrics that /metrics shows', async () => {
    const collector = await startCollector();
    const world = await startWorld({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
    const { app, connection, key, event } = await deliver(world);
    const shown = await (await fetch(`${world.program.pluginUrl}/metrics`, { headers: AS_OPERATOR })).text();
    await world.stop();
    const root = collector.spans().find(({ name }) => name === 'slack event');
    expect(root?.attributes).toMatchObject({
      'slack.app.id': app.id,
      'slack.event.id': key,
      'slack.event.type': 'message',
      'autokitteh.connection.id': connection.id,
      'autokitteh.event.id': event.eventId,
    });
    const steps = collector.spans().filter(({ parentSpanId }) => parentSpanId === root!.spanId);
    expect(steps.map(({ name }) => name).sort()).toEqual(['acknowledge', 'dispatch', 'journal']);
    const names = [...shown.matchAll(/^# TYPE (\S+) (?:counter|gauge|histogram)$/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(30);
    expect([...collector.metrics().keys()].sort()).toEqual(names.sort());
    const dispatched = collector
      .metrics()
      .get('ak_slack_delivery_events_total')
      ?.find(({ attributes }) => attributes['step'] === 'dispatched');
    expect(dispatched).toMatchObject({ kind: 'sum', value: 1 });
    expect(collector.metrics().get('ak_slack_delivery_seconds')).toMatchObject([{ count: 1 }]);
    expect(JSON.stringify(collector.exports)).not.toMatch(/a private remark|xoxb-|xapp-|eyJ/);
  });

  it('Headers for the collector may come from a file, are used as they are there now, and are in no log', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headers-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'headers');
    await writeFile(file, 'authorization=Bearer%20first-secret');
    const collector = await startCollector();
    const world = await startWorld({
      settings: { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` },
      environment: { OTEL_EXPORTER_OTLP_HEADERS_FILE: file },
    });
    await writeFile(file, 'authorization=Bearer%20second-secret');
    await eventually(
      () => world.program.logged.some((line) => line.includes('the secret in a file has changed')),
      'the new headers are noticed',
    );
    await world.stop();
    expect(new Set(collector.exports.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer second-secret']),
    );
    expect(world.program.logged.join('\n')).not.toMatch(/first-secret|second-secret/);
  });

  it('Events are delivered and acknowledged while the collector is away, and the program stops', async () => {
    const collector = await startCollector();
    await collector.stop();
    const world = await startWorld({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
    await deliver(world);
    expect(await metric(world, 'ak_slack_delivery_events_total', 'step="acknowledged"')).toBe(1);
    expect(await metric(world, 'ak_slack_delivery_events_total', 'step="dispatched"')).toBe(1);
    await world.stop();
  });
});
