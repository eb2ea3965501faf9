import { describe, expect, it } from 'vitest';
import { ButtonUpdater, isSlackUrl } from '../../../../src/connection/live/button-update.js';
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
  it('The button update posts each click once, survives refusals and leaves no timer', async () => {
    const clock = new HandClock();
    const posted: string[] = [];
    const updater = new ButtonUpdater({
      apiUrl: API,
      fetch: (url, { body }) => {
        posted.push(`${url} ${body}`);
        return posted.length === 1 ? Promise.reject(new Error('reset')) : Promise.resolve({ status: 500 });
      },
      clock,
      log: createLog({ level: 'silent', format: 'json' }),
    });
    const update = { url: 'https://hooks.slack.com/a', body: { text: 'x' } };
    await updater.update('one', update);
    await updater.update('one', update);
    await updater.update('two', update);
    await updater.update('three', { ...update, url: 'https://elsewhere.example/a' });
    expect(posted).toEqual(Array<string>(2).fill('https://hooks.slack.com/a {"text":"x"}'));
    expect(clock.pendingTimers).toBe(0);
  });
});
