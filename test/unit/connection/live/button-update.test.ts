import { describe, expect, it } from 'vitest';
import { ButtonUpdater, isSlackUrl } from '../../../../src/connection/live/button-update.js';
import type { JsonObject } from '../../../../src/core/json.js';
import { createLog } from '../../../../src/core/log.js';
import { HandClock } from '../../../helpers/hand-clock.js';

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
  function start(answer: (count: number) => Promise<{ status: number; text: string }>) {
    const clock = new HandClock();
    const posted: JsonObject[] = [];
    const logged: string[] = [];
    const updater = new ButtonUpdater({
      apiUrl: API,
      fetch: async (_, { body }) => {
        posted.push(JSON.parse(body) as JsonObject);
        const { status, text } = await answer(posted.length);
        return { status, text: () => Promise.resolve(text) };
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

  it('A connection that breaks is logged and harms nothing', async () => {
    const { logged, click, clock } = start(() => Promise.reject(new Error('reset')));
    await click('one', 'Approve');
    expect(logged.join('')).toContain('reset');
    expect(clock.pendingTimers).toBe(0);
  });
});
