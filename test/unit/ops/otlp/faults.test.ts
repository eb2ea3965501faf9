import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../helpers/eventually.js';
import { accept } from '../../../helpers/stand-in-collector.js';
import { event, path, startRig, type Rig } from './rig.js';

// Longer than any test.
const PATIENT_MS = 600_000;

const failures = ({ seen }: Rig): number => seen.filter(({ t }) => t === 'failed').length;
const lost = ({ seen }: Rig, of: string): number =>
  seen.reduce((sum, each) => sum + (each.t === 'spans_lost' && each.why === of ? each.count : 0), 0);

/** Lets events end, one after another, until so many exports have failed. */
async function untilFailed(rig: Rig, count: number): Promise<void> {
  await eventually(() => {
    if (failures(rig) >= count) return true;
    rig.ended.emit(event(path()));
    return false;
  }, `${count} exports that fail`);
}

describe('A collector that does not do what it should', () => {
  it.each<[string, string, (response: ServerResponse) => void]>([
    ['refuses', 'HTTP 400', (response) => response.writeHead(400).end('what xoxb-1 is this')],
    ['knows no such path', 'HTTP 404', (response) => response.writeHead(404).end()],
    ['leads elsewhere', 'HTTP 302', (response) => response.writeHead(302, { location: '/other' }).end()],
    ['is overloaded', 'retryable status', (response) => response.writeHead(503).end()],
    ['hangs up', 'ECONNRESET', (response) => response.destroy()],
    ['does not answer', 'Request timed out', () => undefined],
    [
      'speaks another protocol',
      'HPE_INVALID',
      (response) => response.socket?.end('220 mail.example ESMTP\r\n'),
    ],
    [
      'answers without an end',
      'exceeded size limit',
      (response) => {
        const more = (): void => {
          while (response.write('x'.repeat(65_536)));
          response.once('drain', more);
        };
        response.on('error', () => undefined);
        more();
      },
    ],
  ])(
    'A collector that %s is one line of the log until it takes spans again, and each failure counts',
    async (_, reason, answer) => {
      const rig = await startRig();
      rig.collector.answer = answer;
      await untilFailed(rig, 3);
      expect(rig.lines).toHaveLength(1);
      expect(rig.lines[0]).toContain(`warn metrics or traces cannot be sent to the collector`);
      expect(rig.lines[0]).toContain(reason);
      expect(rig.lines[0]).not.toContain('xoxb-1');
      expect(lost(rig, 'not_exported')).toBeGreaterThanOrEqual(3 * 4);
      rig.collector.answer = accept;
      await eventually(() => {
        if (rig.lines.length > 1) return true;
        rig.ended.emit(event(path()));
        return false;
      }, 'the collector takes spans again');
      expect(rig.lines[1]).toContain('info the collector takes metrics and traces again');
      expect(rig.lines).toHaveLength(2);
    },
  );

  it('A collector that is away is one line of the log, and gets what comes after it is back', async () => {
    const rig = await startRig();
    await rig.collector.stop();
    await untilFailed(rig, 2);
    expect(rig.lines).toHaveLength(1);
    expect(rig.lines[0]).toContain('ECONNREFUSED');
    await rig.collector.start();
    await eventually(() => {
      rig.ended.emit(event(path()));
      return rig.collector.spans().length > 0;
    }, 'spans at the collector');
    await eventually(() => rig.lines.length === 2, 'the line that it is back');
  });

  it('A collector that answers nonsense with success has taken what it was sent', async () => {
    const rig = await startRig();
    rig.collector.answer = (response) => response.writeHead(200).end('<html>nonsense');
    rig.ended.emit(event(path()));
    await eventually(() => rig.seen.length > 0, 'the end of the export');
    expect(rig.seen).toEqual([{ t: 'exported', signal: 'traces' }]);
    expect(rig.lines).toEqual([]);
  });

  it('A collector that goes on answering is given up after 25 s', async () => {
    const rig = await startRig();
    let drip: NodeJS.Timeout | undefined;
    rig.collector.answer = (response) => {
      response.writeHead(200);
      drip = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drip));
    };
    rig.ended.emit(event(path()));
    await eventually(() => drip !== undefined, 'the beginning of the answer');
    await rig.clock.advance(24_999);
    expect(rig.seen).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.seen).toContainEqual({ t: 'failed', signal: 'traces' });
    expect(rig.lines[0]).toContain('no whole answer within 25 s');
  });

  it('No more than 4,096 spans wait for a collector; the traces of later events are counted as lost, whole', async () => {
    const rig = await startRig({}, PATIENT_MS);
    let answers: ServerResponse[] = [];
    rig.collector.answer = (response) => void answers.push(response);
    for (let n = 0; n < 2_000; n += 1) rig.ended.emit(event(path({ key: `Ev${n}` })));
    expect(lost(rig, 'queue_full')).toBe(2_000 * 4 - 4_096);
    rig.collector.answer = accept;
    await eventually(() => {
      for (const response of answers) accept(response);
      answers = [];
      return rig.collector.spans().length === 4_096;
    }, 'the spans that waited');
    const roots = rig.collector.spans().filter(({ name }) => name === 'slack event');
    expect(roots).toHaveLength(1_024);
    rig.ended.emit(event(path({ key: 'later' })));
    await eventually(() => rig.collector.spans().length === 4_100, 'the trace of an event that came later');
  });

  it('A stop waits for a silent collector for 2 s at most', async () => {
    const rig = await startRig({}, PATIENT_MS);
    rig.collector.answer = () => undefined;
    rig.ended.emit(event(path()));
    let isStopped = false;
    const stopped = rig.otlp.stop().then(() => (isStopped = true));
    await rig.clock.advance(1_999);
    expect(isStopped).toBe(false);
    await rig.clock.advance(1);
    await stopped;
  });
});
