import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect } from '../../world/connections.js';
import { eventsOf, overview } from '../../world/observations.js';
import { AS_OPERATOR } from '../../world/program.js';
import { startWorld, type World } from '../../world/world.js';
import { environmentOf, runWords } from './run-words.js';

async function connected(): Promise<{
  world: World;
  run: (...words: string[]) => ReturnType<typeof runWords>;
  send: (text?: string) => Promise<string>;
  connectionId: string;
  name: string;
}> {
  const world = await startWorld();
  const { installation, appToken } = addInstallation(world);
  const { id } = await connect(world, installation, appToken);
  const { name, projectId } = world.standIn.store.connections.get(id)!;
  const project = world.standIn.store.projects.get(projectId)!.name;
  await eventually(
    async () => (await overview(world)).connections.some((each) => each.project === project),
    "the project's name",
  );
  return {
    world,
    run: (...words) => runWords(words, environmentOf(world)),
    async send(text = 'a private remark') {
      const entry = world.slack.send(installation, message({ text }));
      await world.slack.ledger.settled(entry);
      return entry.key;
    },
    connectionId: id,
    name: `${project}/${name}`,
  };
}

describe('The command events', () => {
  it('The command events show tells the path of one event by the id of Slack and by that of AutoKitteh', async () => {
    const { world, run, send, connectionId, name } = await connected();
    const key = await send();
    const eventId = await eventually(
      () => eventsOf(world, connectionId)[0]?.eventId,
      'the event at AutoKitteh',
    );
    const shown = await eventually(async () => {
      const { code, out } = await run('events', 'show', key);
      return code === 0 && out.includes(eventId) && out;
    }, 'the path of the event');
    expect(shown).toContain(`message ${key}`);
    expect(shown).toContain(`for ${name}, was delivered`);
    expect(shown).toMatch(/received {6}\d\d:\d\d:\d\d\.\d{3} UTC, by app A\w+ on socket s\d+/);
    expect(shown).toMatch(/journaled {5}after \d+ ms/);
    expect(shown).toMatch(/acknowledged {2}after \d+ ms/);
    expect(shown).toMatch(/dispatched {4}\d\d:.* UTC, delivered after \d+ ms/);
    expect(shown).toMatch(/session {7}ses_\w+, (created|running|completed|error)/);
    expect(shown).not.toContain('private');
    expect((await run('events', 'show', eventId)).out.replace(/ses_.*/, '')).toBe(
      shown.replace(/ses_.*/, ''),
    );
    const [json] = JSON.parse((await run('events', 'show', key, '--json')).out) as object[];
    expect(json).toMatchObject({
      key,
      eventId,
      connectionId,
      connection: name,
      state: 'delivered',
      dispatched: 1,
    });
    expect(await run('events', 'show', 'Ev0NOTHERE')).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^No event Ev0NOTHERE is known: /) as string,
    });
  });

  it('The command events show tells why an event waits, and each dispatch when it no longer does', async () => {
    const { world, run, send } = await connected();
    world.standIn.faults.refuse({ method: '/Dispatch', code: Code.Unavailable, words: 'down' }, 2);
    const key = await send();
    const shown = await eventually(async () => {
      const { out } = await run('events', 'show', key);
      return /was delivered/.test(out) && out;
    }, 'the event delivered after all');
    expect(shown.match(/dispatched/g)).toHaveLength(3);
    expect(shown).toMatch(/, (outage|failed) after \d+ ms\n/);
  });
});

describe('The commands about dead letters', () => {
  it('The commands about dead letters filter them, show one, and send again or discard what is meant', async () => {
    const { world, run, send, connectionId, name } = await connected();
    world.standIn.faults.refuse({ method: '/Dispatch', code: Code.InvalidArgument, words: 'no [event]' }, 3);
    const keys = [await send(), await send(), await send()];
    await eventually(async () => (await overview(world)).delivery.dead === 3, 'three dead letters');
    const listed = JSON.parse((await run('dead-letters', 'list', '--connection', name, '--json')).out) as {
      id: number;
      key: string;
      channel: string;
    }[];
    expect(listed).toHaveLength(3);
    expect(listed[0]).toMatchObject({ type: 'message', connection: name, connectionId, attempts: 1 });
    expect((await run('dead-letters', 'list', '--type', 'app_mention')).out).toBe(
      'There are no dead letters.',
    );
    expect((await run('dead-letters', 'list', '--connection', 'other')).out).toBe(
      'There are no dead letters.',
    );
    const [{ id, channel }] = listed as [(typeof listed)[0]];
    const shown = await run('dead-letters', 'show', String(id));
    expect(shown.out).toMatch(
      new RegExp(`dead letter ${id}\\n.*message \\(events_api\\), ${listed[0]!.key}`),
    );
    expect((await run('events', 'show', listed[0]!.key)).out).toMatch(/is a dead letter[^]*last failure {2}/);

    expect((await run('dead-letters', 'discard', String(id))).out).toBe('Discarded 1 of 1.');
    expect((await run('dead-letters', 'show', String(id))).code).toBe(1);
    expect((await run('events', 'show', listed[0]!.key)).out).toMatch(/was a dead letter, and is removed/);
    expect((await run('dead-letters', 'resend', '--channel', channel, '--type', 'message')).out).toBe(
      'Requeued 2.',
    );
    await eventually(() => eventsOf(world, connectionId).length === 2, 'the others, sent again');
    expect((await run('dead-letters', 'resend', '1', '--all')).code).toBe(2);
    const lines = world.program.logged.filter((line) => line.includes('as an operator asked'));
    expect(lines.filter((line) => line.includes('sent again'))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('discarded'))).toHaveLength(1);
    expect(lines.every((line) => keys.some((key) => line.includes(key)))).toBe(true);
  });

  it("A dead letter's body is shown with PLUGIN_TOKEN alone, and each time is a line in the log", async () => {
    const { world, run, send } = await connected();
    world.standIn.faults.refuse({ method: '/Dispatch', code: Code.InvalidArgument, words: 'no [event]' }, 1);
    await send('a private remark');
    await eventually(async () => (await overview(world)).delivery.dead === 1, 'a dead letter');
    const [{ id }] = JSON.parse((await run('dead-letters', 'list', '--json')).out) as [{ id: number }];
    const shown = await run('dead-letters', 'show', String(id), '--body');
    expect(shown.out).toContain('a private remark');
    expect(world.program.logged.filter((line) => line.includes('was shown to an operator'))).toHaveLength(1);
    expect(world.program.logged.join()).not.toContain('private remark');
    const asOperator = await fetch(`${world.program.pluginUrl}/dead-letters/${id}/body`, {
      headers: AS_OPERATOR,
    });
    expect(asOperator.status).toBe(401);
    expect(await asOperator.text()).not.toContain('private');
    for (const path of ['/ops/dead-letters', '/ops/', '/ops/dead-letters?type=message'])
      expect(
        await (await fetch(`${world.program.pluginUrl}${path}`, { headers: AS_OPERATOR })).text(),
      ).not.toContain('private remark');
  });
});
