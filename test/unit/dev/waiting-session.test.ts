import { afterEach, expect, it, vi } from 'vitest';
import { runsFolder } from '../../../src/dev/made.js';
import { sendInRun } from '../../../src/dev/send.js';
import { sendOnline, startAuthorWorld, told, type AuthorWorld } from '../../world/dev-world.js';

let author: AuthorWorld | undefined;

afterEach(async () => {
  await author?.stop();
  vi.unstubAllEnvs();
}, 60_000);

it('What a session may have waited for has not failed because it starts none', async () => {
  author = await startAuthorWorld();
  vi.stubEnv('XDG_DATA_HOME', author.folder);
  const { clients } = author.owner;
  const { triggers } = await clients.triggers.list({ connectionId: author.connectionId });
  await clients.triggers.update({ trigger: { ...triggers[0], eventType: 'message' } } as never);
  author.server.standIn.emulate('main.star:on_event', async (session) => {
    const commands = session.subscribe('my_slack', 'event_type == "slash_command"');
    session.print('waits');
    await session.nextEvent(commands);
    session.print('goes on');
  });
  const dev = await author.dev({ folder: runsFolder() });
  const lines: string[] = [];
  const command = (): Promise<number> =>
    sendInRun({ kind: 'command' }, { to: undefined, waitMs: 60_000, json: false }, (line) =>
      lines.push(line),
    );

  const n = await sendOnline(dev, { kind: 'message' });
  await told(dev, 'print', ({ text }) => text === 'waits');
  expect(await command(), lines.join('\n')).toBe(0);
  expect(lines.join('\n')).toContain('A session that runs may have waited for it.');
  await told(dev, 'session', (entry) => entry.sent === n && entry.state === 'completed');
  expect(await command(), lines.join('\n')).toBe(1);
}, 120_000);
