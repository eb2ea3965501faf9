import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ButtonUpdater, isSlackUrl } from '../../../src/pipeline/button-update.js';
import type { JsonObject } from '../../../src/core/json.js';
import { createLog } from '../../../src/core/log.js';
import { HandClock } from '../../helpers/hand-clock.js';

const API = 'http://127.0.0.1:4000/api/';

describe('isSlackUrl', () => {
  it.each([
    ['https://hooks.slack.com/actions/T1/2/x', true],
    ['https://slack.com/x', true],
    ['https://hooks.slack-gov.com/actions/T1/2/x', true],
    ['https://hooks.slack-gov.com.evil.example/x', false],
    ['http://127.0.0.1:4000/response/x', true],
    ['http://hooks.slack.com/actions/T1/2/x', false],
    ['https://hooks.slack.com:8443/x', false],
    ['https://hooks.slack.com.evil.example/x', false],
    ['https://evilslack.com/x', false],
    ['https://user@hooks.slack.com/x', false],
    ['http://127.0.0.1:4001/x', false],
    ['http://169.254.169.254/latest/meta-data', false],
    ['file:///etc/passwd', false],
    ['not a url', false],
  ])('The check whether %s is a Slack URL returns %s', (url, allowed) => {
    expect(isSlackUrl(url, API)).toBe(allowed);
  });
});

describe('ButtonUpdater', () => {
  function start(
    answer: (count: number) => Promise<{ status: number; text: string | AsyncIterable<Buffer> }>,
  ) {
    const clock = new HandClock();
    const posted: JsonObject[] = [];
    const logged: string[] = [];
    const updater = new ButtonUpdater({
      apiUrl: API,
      fetch: async (_, { body }) => {
        posted.push(JSON.parse(body) as JsonObject);
        const { status, text } = await answer(posted.length);
        return { status, body: typeof text === 'string' ? Readable.from([Buffer.from(text)]) : text };
      },
      clock,
      log: createLog({ level: 'info', format: 'json' }, { write: (line) => void logged.push(line) }),
    });
    const click = (key: string, label: string, more: JsonObject = {}, receivedAt = clock.now()) =>
      updater.update({ appId: 'A1', key, receivedAt, payload: { ...payloadOf(label), ...more } });
    return { clock, posted, logged, click };
  }

  const payloadOf = (label: string): JsonObject => ({
    type: 'block_actions',
    user: { id: 'U1' },
    response_url: 'https://hooks.slack.com/a',
    container: { type: 'message', message_ts: '1.1', channel_id: 'C1' },
    message: {
      text: 'Deploy?',
      blocks: [{ type: 'section', block_id: 's', text: { type: 'mrkdwn', text: 'Deploy?' } }],
    },
    actions: [{ type: 'button', block_id: 'a', text: { text: label } }],
  });
  const ok = () => Promise.resolve({ status: 200, text: 'ok' });

  it('The second of two clicks on one look of a message adds its line to what the first posted', async () => {
    const { posted, click, clock } = start(ok);
    await Promise.all([click('one', 'Approve'), click('two', 'Deny'), click('one', 'Approve')]);
    expect(posted).toHaveLength(2);
    expect(JSON.stringify(posted[0])).not.toContain('Deny');
    expect(JSON.stringify(posted[1])).toMatch(/Approve.*Deny/);
    const written = { text: 'Step 2', blocks: [{ type: 'divider' }] };
    await click('three', 'Go on', { message: written });
    expect(JSON.stringify(posted[2])).not.toContain('Approve');
    expect(clock.pendingTimers).toBe(0);
  });

  it('A click on an old look is updated from that look once the message is no longer remembered', async () => {
    const { posted, click, clock } = start(ok);
    await click('one', 'Approve');
    await clock.advance(31 * 60_000);
    await click('two', 'Deny');
    expect(JSON.stringify(posted[1])).not.toContain('Approve');
  });

  it('An update that would come late is not posted, nor one to a strange host', async () => {
    const { posted, click, clock } = start(ok);
    await click('one', 'Approve', {}, clock.now() - 10_001);
    await click('two', 'Approve', { response_url: 'https://elsewhere.example/a' });
    expect(posted).toEqual([]);
  });

  it.each([
    [200, '{"ok":false,"error":"invalid_blocks"}', 'invalid_blocks'],
    [404, '{"ok":false,"error":"used_url"}', 'used_url'],
    [500, '<html>', '"status":500'],
  ])(
    'A refusal with HTTP %i is logged with what Slack says, and nothing counts as posted',
    async (status, text, word) => {
      const { posted, logged, click } = start((count) =>
        count === 1 ? Promise.resolve({ status, text }) : ok(),
      );
      await click('one', 'Approve');
      expect(logged.join('')).toContain(word);
      await click('one', 'Approve');
      await click('two', 'Deny');
      expect(posted).toHaveLength(2);
      expect(JSON.stringify(posted[1])).not.toContain('Approve');
    },
  );

  const messageAt = (number: number, text: string): JsonObject => ({
    container: { type: 'message', message_ts: `${number}.0`, channel_id: 'C1' },
    message: { text, blocks: [] },
  });
  /** Clicks on one message after another, then a second time on the old look of these: whether the first is remembered. */
  async function remembered(messages: number, text: string, again: readonly number[]): Promise<boolean[]> {
    const { posted, click } = start(ok);
    for (let number = 0; number < messages; number += 1)
      await click(`one ${number}`, 'Approve', messageAt(number, text));
    for (const number of again) await click(`two ${number}`, 'Deny', messageAt(number, text));
    const second = posted.slice(messages);
    expect(second).toHaveLength(again.length);
    return second.map((body) => JSON.stringify(body).includes('Approve'));
  }

  it('A thousand clicked messages are remembered, and of one more the oldest is forgotten', async () => {
    expect(await remembered(1_001, 'Deploy?', [1, 0, 1_000])).toEqual([true, false, true]);
  });

  it('Of long messages as many are remembered as have 16 M characters together', async () => {
    // Of each its text is kept twice: as it looked, and as it was written.
    const text = 'x'.repeat(200_000);
    expect(await remembered(60, text, [59])).toEqual([true]);
    expect(await remembered(60, text, [19])).toEqual([true]);
    expect(await remembered(60, text, [17])).toEqual([false]);
  });

  it('An update of more than 256 K characters is not posted, and the log says so', async () => {
    const { posted, logged, click } = start(ok);
    await click('one', 'Approve', messageAt(1, 'x'.repeat(261_000)));
    expect(posted).toHaveLength(1);
    await click('two', 'Approve', messageAt(2, 'x'.repeat(263_000)));
    expect(posted).toHaveLength(1);
    expect(logged.join('')).toContain('too long');
  });

  it('Of an answer to an update no more is read than an error takes', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (; sent < 1_000; sent += 1) yield await Promise.resolve(Buffer.alloc(1_024, 'x'));
    }
    const { posted, click } = start(() => Promise.resolve({ status: 200, text: endless() }));
    await click('one', 'Approve');
    expect(posted).toHaveLength(1);
    expect(sent).toBeLessThan(10);
  });

  it('A message that nests deeper than the stack holds is left alone', async () => {
    const { posted, click } = start(ok);
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}{}${'}'.repeat(100_000)}`) as JsonObject;
    await click('one', 'Approve', { message: { text: 'x', blocks: [{ type: 'section', text: deep }] } });
    expect(posted).toEqual([]);
  });

  it('A connection that breaks is logged and harms nothing', async () => {
    const { logged, click, clock } = start(() => Promise.reject(new Error('reset')));
    await click('one', 'Approve');
    expect(logged.join('')).toContain('reset');
    expect(clock.pendingTimers).toBe(0);
  });
});
