import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { message } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import { Client, openUrl, refusedWith } from './client.js';
import { SOON, stage, withSocket } from './setup.js';

describe('Faults of the scripted Slack while a socket is dialled', () => {
  it('Dialling is refused with any status on request', async () => {
    const { slack, appToken } = await stage();
    for (const status of [408, 409, 503, 200]) {
      slack.faults.dial({ t: 'refuse', status });
      expect(await refusedWith(await openUrl(slack.apiUrl, appToken))).toBe(status);
    }
  });

  it('Dialling hangs or is reset on request', async () => {
    const { slack, app, appToken } = await stage();
    slack.faults.dial({ t: 'hang' });
    const hanging = Client.dial(await openUrl(slack.apiUrl, appToken));
    slack.faults.dial({ t: 'reset' }, { when: ({ appId }) => appId === app.id });
    const reset = Client.dial(await openUrl(slack.apiUrl, appToken));
    await reset.until(() => reset.closeCode === 1006);
    expect(hanging.ws.readyState).toBe(hanging.ws.CONNECTING);
    hanging.ws.terminate();
  });

  it('Dialling ends in a hello that is missing, late or another frame', async () => {
    const { slack, app, appToken, clock } = await stage();
    const dial = async (): Promise<Client> => Client.dial(await openUrl(slack.apiUrl, appToken));
    slack.faults.hello({ t: 'hang' });
    const hanging = await dial();
    await once(hanging.ws, 'open');
    slack.faults.hello({ t: 'slow', delay: 1_000 });
    const slow = await dial();
    await once(slow.ws, 'open');
    await clock.advance(1_000);
    await slow.until(() => slow.frames.length === 1);
    expect(slow.hello.type).toBe('hello');
    expect(hanging.frames).toEqual([]);
    slack.faults.hello({ t: 'garbage' });
    const garbled = await dial();
    await garbled.until(() => garbled.frames.length === 1);
    expect(garbled.hello).toEqual({ garbage: 'not JSON {' });
    slack.faults.hello({ t: 'disconnect', reason: 'too_many_websockets' });
    const refused = await dial();
    await refused.until(() => refused.hello.reason === 'too_many_websockets');
    slack.faults.hello({ t: 'close', code: 1008 });
    const closed = await dial();
    await closed.until(() => closed.closeCode === 1008);
    slack.faults.hello({ t: 'reset' });
    const reset = await dial();
    await reset.until(() => reset.closeCode === 1006);
    expect(slack.connections(app)).toBe(1);
    for (const each of [hanging, slow, garbled, refused, closed]) each.ws.terminate();
  });
});

describe('a socket', () => {
  it('A frozen socket passes nothing either way and reports nothing, and Slack still routes to it', async () => {
    const { slack, app, installation, client, socket, clock } = await withSocket();
    socket.freeze();
    const entry = slack.send(installation, slashCommand());
    await clock.advance(3_000);
    expect(entry.attempts).toMatchObject([
      { outcome: 'timed_out', socketId: socket.id, trouble: { t: 'frozen' } },
    ]);
    expect(slack.ledger.unreachable()).toEqual([entry]);
    expect(client.frames).toHaveLength(1);
    expect(slack.connections(app)).toBe(1);
    socket.thaw();
    await client.waitFor((frame) => frame.type === 'slash_commands');
    await slack.ledger.waitFor((each) => slack.ledger.late().includes(each));
    expect(entry.state).toBe('given_up');
  });

  it('A socket that has been silent for long is forgotten', async () => {
    const { slack, app, client, socket, clock } = await withSocket({ frozenFor: 30_000 });
    socket.freeze();
    await clock.advance(30_000 - 1);
    expect(slack.connections(app)).toBe(1);
    await clock.advance(1);
    expect(slack.connections(app)).toBe(0);
    await client.until(() => client.closeCode === 1006);
  });

  it('A socket that swallows acknowledgements makes Slack send the event again', async () => {
    const { slack, installation, socket, clock } = await withSocket();
    socket.swallow();
    const entry = slack.send(installation, message());
    await expect.poll(() => socket.received.texts, SOON).toBe(1);
    await clock.advance(3_000);
    socket.thaw();
    await clock.advance(1_000);
    await slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    expect(entry.attempts[0]).toMatchObject({ outcome: 'timed_out', trouble: { t: 'deaf' } });
  });

  it('A socket passes its bytes slowly on request', async () => {
    const { slack, installation, client, socket, clock } = await withSocket();
    socket.drip({ bytes: 300, every: 100 });
    const entry = slack.send(installation, message());
    await clock.advance(300);
    expect(client.frames).toHaveLength(1);
    await clock.advance(700);
    await slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    socket.drip({ bytes: 1, every: 1_000 });
    const lost = slack.send(installation, slashCommand());
    await clock.advance(3_000);
    expect(lost.state).toBe('given_up');
    expect(client.frames).toHaveLength(2);
    socket.thaw();
    await client.waitFor((frame) => frame.type === 'slash_commands');
  });

  it('A socket is reset or closed with a code on request', async () => {
    const { slack, app, appToken, client, socket } = await withSocket();
    socket.reset();
    await client.until(() => client.closeCode === 1006);
    expect(slack.connections(app)).toBe(0);
    await Client.open(slack.apiUrl, appToken);
    const [second] = await slack.waitForSockets(app, 1);
    second!.close(1011, 'trouble at Slack');
    expect(slack.connections(app)).toBe(0);
  });

  it('A socket sends frames that are malformed, huge, binary or of an unknown type', async () => {
    const { slack, app, client, socket } = await withSocket();
    expect(slack.sendText(app, '{"envelope_id": ')).toBe(true);
    slack.sendText(app, JSON.stringify({ type: 'surprise', envelope_id: 'e1', payload: null }));
    slack.sendText(app, JSON.stringify({ type: 'huge', text: 'x'.repeat(5 * 1024 * 1024) }));
    socket.sendBinary(Buffer.from([0, 255, 1]));
    await client.until(() => client.frames.length === 5);
    expect(client.frames.slice(1, 3)).toMatchObject([{ garbage: '{"envelope_id": ' }, { type: 'surprise' }]);
    expect(slack.sendText(slack.addApp(), 'x')).toBe(false);
  });

  it('A socket counts frames that it cannot use', async () => {
    const { slack, installation, client } = await withSocket();
    client.ws.send('not JSON');
    client.ws.send('{"envelope_id": 7}');
    client.ws.send('{"envelope_id": "never-sent"}');
    await slack.ledger.settled(slack.send(installation, message()));
    expect(slack.ledger.strays).toEqual({ malformed: 2, unknownEnvelope: 1 });
  });
});
