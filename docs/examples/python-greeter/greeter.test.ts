// Run `ak deploy --manifest autokitteh.yaml` in this folder, then `node --test greeter.test.ts`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestSlack, type TestSlack } from 'autokitteh-slack-socket-mode/testing';

let slack: TestSlack;

before(async () => {
  slack = await startTestSlack({
    connection: 'greeter/my_slack',
    autokittehUrl: process.env['AUTOKITTEH_URL'] ?? 'http://localhost:9980',
  });
});

after(() => slack.stop());

test('The workflow greets in the thread of the mention', async () => {
  const sent = await slack.send({ kind: 'mention', channel: 'general', text: 'good morning' });
  const post = await slack.waitForPost('Hello', { after: sent.n });
  const event = sent.payload['event'] as { readonly ts: string };
  assert.equal(post.args['thread_ts'], event.ts);
  const session = await sent.session();
  assert.equal(session.state, 'completed', session.error);
});

test('The session fails when Slack refuses the message', async () => {
  slack.refuse('chat.postMessage', { error: 'channel_not_found' });
  const sent = await slack.send({ kind: 'mention' });
  assert.equal((await sent.session()).state, 'error');
});
