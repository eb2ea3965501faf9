import { describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../src/sim/slack/frames/slash-command.js';
import { eventually } from '../../helpers/eventually.js';
import { press, type TestConnection } from '../../world/connections.js';
import { eventsOf, overview, untilStatus } from '../../world/observations.js';
import { useReplicas, type ReplicaProgram } from '../../world/replicas.js';
import type { World } from '../../world/world.js';

/** Where a program takes the response to the event with this text, once AutoKitteh has the event. */
function addressAt(
  world: World,
  connection: TestConnection,
  program: ReplicaProgram,
  text: string,
): string | undefined {
  const event = eventsOf(world, connection.id).find(({ data }) => data['text']?.string?.v === text);
  const envelope = JSON.stringify(event?.data['slack_envelope'] ?? {}, (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  const [url] = /http:\/\/gateway\.test[^"]+/.exec(envelope) ?? [];
  return url?.replace('http://gateway.test', program.gatewayUrl);
}

function post(address: string, text: string): Promise<Response> {
  return fetch(address, { method: 'POST', body: JSON.stringify({ text }) });
}

describe('Responses of workflows, with several programs with one journal in PostgreSQL', () => {
  const cluster = useReplicas();

  /** Two programs, and a connection whose workflow responds to slash commands itself. */
  async function connected() {
    await cluster.start('one');
    await cluster.start('two');
    const made = await cluster.connected();
    // A person presses a button of the page of one program; the other one hears of it.
    const chosen = await press(made.world, made.connection, 'choose', { answer_slash_command: 'on' });
    expect(chosen.status).toBe(303);
    return made;
  }

  it('The answer of a workflow goes into the acknowledgement although it reaches another program than the event', async () => {
    const { world, installation, connection } = await connected();
    let answered: string | undefined;
    // A busy machine may take longer than Slack waits: then the next command is tried.
    await eventually(async () => {
      const text = `command ${world.slack.ledger.entries.length}`;
      const before = cluster.programs.map(({ dispatched }) => dispatched);
      const entry = world.slack.send(installation, slashCommand({ command: '/ak', text }));
      const other = await eventually(() => {
        if (entry.state !== 'pending') return 'late';
        const at = cluster.programs.findIndex(({ dispatched }, index) => dispatched > (before[index] ?? 0));
        return at < 0 ? undefined : cluster.programs[1 - at];
      }, 'the command is dispatched');
      if (other === 'late') return false;
      const address = addressAt(world, connection, other, text);
      if (address === undefined) return false;
      const unfit = await fetch(address, { method: 'POST', body: '{"words":"no message"}' });
      const taken = await post(address, text);
      if (taken.status !== 200) return false;
      expect([unfit.status, (await post(address, 'again')).status]).toEqual([400, 410]);
      const here = address.replace(
        other.gatewayUrl,
        cluster.programs.find((each) => each !== other)?.gatewayUrl ?? '',
      );
      expect((await post(here, 'again, elsewhere')).status).toBe(410);
      await world.slack.ledger.settled(entry);
      answered = text;
      return JSON.stringify(world.slack.ledger.answer(entry)?.payload).includes(text);
    }, 'an answer goes into an acknowledgement');
    expect(answered).toMatch(/^command/);
    const [, two] = cluster.programs;
    const made = `${two?.gatewayUrl}/slack/assets/answers/${'A'.repeat(43)}`;
    expect((await post(made, 'from a stranger')).status).toBe(410);
  });

  it('A program that is being stopped still acknowledges a command with what the workflow answers meanwhile', async () => {
    const { world, installation, connection } = await connected();
    let running = [...cluster.programs];
    // A busy machine may take longer than Slack waits: then another program comes, and one is stopped again.
    const payload = await eventually(async () => {
      await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
      const text = `command ${world.slack.ledger.entries.length}`;
      const before = running.map(({ dispatched }) => dispatched);
      const entry = world.slack.send(installation, slashCommand({ command: '/ak', text }));
      const stopping = await eventually(
        () => running.find(({ dispatched }, index) => dispatched > (before[index] ?? 0)),
        'the command is dispatched',
      );
      const other = running.find((each) => each !== stopping);
      if (other === undefined) throw new Error('there is no other program');
      const stopped = stopping.stop();
      await eventually(async () => {
        const { replicas } = await overview({ program: other });
        return replicas.every(({ name, state }) => name === other.name || state !== 'live');
      }, 'the other program knows that it is alone');
      // By now Slack sends here alone, and the program that is being stopped has nothing else to do.
      for (let n = 0; n < 10; n += 1)
        await world.slack.ledger.settled(world.slack.send(installation, message({ text: `event ${n}` })));
      const address = await eventually(
        () => addressAt(world, connection, other, text),
        'AutoKitteh has the command',
      );
      const { status } = await post(address, 'the response');
      await stopped;
      await world.slack.ledger.settled(entry);
      const answer = status === 200 ? world.slack.ledger.answer(entry) : undefined;
      if (answer !== undefined) return answer.payload;
      running = [other, await cluster.start(`program ${cluster.programs.length + 1}`)];
      return false;
    }, 'a response is taken in time');
    expect(payload).toMatchObject({ text: 'the response' });
  });
});
