import { describe, expect, it } from 'vitest';
import { slashCommand } from '../../../src/sim/slack/frames/slash-command.js';
import { eventually } from '../../helpers/eventually.js';
import { eventsOf } from '../../world/observations.js';
import { useReplicas, type ReplicaProgram } from '../../world/replicas.js';

describe('Responses of workflows, with several programs with one journal in PostgreSQL', () => {
  const cluster = useReplicas();

  it('The answer of a workflow goes into the acknowledgement although it reaches another program than the event', async () => {
    await cluster.start('one');
    await cluster.start('two');
    const { world, installation, connection } = await cluster.connected();
    // A person presses a button of the page of one program; the other one hears of it.
    const chosen = await fetch(`${world.program.gatewayUrl}/slack/save`, {
      method: 'POST',
      headers: { authorization: `Bearer ${connection.project.owner.token}` },
      body: new URLSearchParams({
        ...{ cid: connection.id, origin: 'web', auth_type: 'socketMode', action: 'choose' },
        answer_slash_command: 'on',
      }),
      redirect: 'manual',
    });
    expect(chosen.status).toBe(303);
    /** Where the event's answer is to be posted, at this program. */
    const addressAt = (program: ReplicaProgram, text: string): string | undefined => {
      const event = eventsOf(world, connection.id).find(({ data }) => data['text']?.string?.v === text);
      const envelope = JSON.stringify(event?.data['slack_envelope'] ?? {}, (_, value: unknown) =>
        typeof value === 'bigint' ? Number(value) : value,
      );
      const [url] = /http:\/\/gateway\.test[^"]+/.exec(envelope) ?? [];
      return url?.replace('http://gateway.test', program.gatewayUrl);
    };
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
      const address = addressAt(other, text);
      if (address === undefined) return false;
      const post = (words: string): Promise<Response> =>
        fetch(address, { method: 'POST', body: JSON.stringify({ text: words }) });
      const unfit = await fetch(address, { method: 'POST', body: '{"words":"no message"}' });
      const taken = await post(text);
      if (taken.status !== 200) return false;
      expect([unfit.status, (await post('again')).status]).toEqual([400, 410]);
      const here = address.replace(
        other.gatewayUrl,
        cluster.programs.find((each) => each !== other)?.gatewayUrl ?? '',
      );
      expect((await fetch(here, { method: 'POST', body: '{"text":"again, elsewhere"}' })).status).toBe(410);
      await world.slack.ledger.settled(entry);
      answered = text;
      return JSON.stringify(world.slack.ledger.answer(entry)?.payload).includes(text);
    }, 'an answer goes into an acknowledgement');
    expect(answered).toMatch(/^command/);
    const [, two] = cluster.programs;
    const made = `${two?.gatewayUrl}/slack/assets/answers/${'A'.repeat(43)}`;
    expect((await fetch(made, { method: 'POST', body: '{"text":"from a stranger"}' })).status).toBe(410);
  });
});
