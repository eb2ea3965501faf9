import { describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { eventsOf } from '../../world/observations.js';
import { usePrograms } from './programs.js';

const { running } = usePrograms();

// Loaded before the program: faults on a signal, each with a secret in it.
const FAULTS = `
  process.on('SIGUSR2', () => void Promise.reject(new Error('rejected xoxb-1-made-up')));
  process.on('SIGHUP', () => { throw new TypeError('thrown', { cause: { token: 'xapp-1-made-up' } }); });
  process.on('SIGCONT', () => process.emitWarning('warned of\\nxoxp-1-made-up'));
`;
const FAULTY = {
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(FAULTS)}`,
  OPS_TOKEN: 'the token of a test',
};

describe('faults in the process', () => {
  it('The process logs and counts an unhandled rejection, and goes on', async () => {
    const world = await running(FAULTY);
    const { connection, installation, program } = world;
    program.signal('SIGUSR2');
    const line = await program.says('unhandled promise rejection');
    expect(JSON.parse(line)).toMatchObject({ level: 'error', err: { message: 'rejected [slack token]' } });
    const { plugin } = JSON.parse(await program.says('"running"')) as { plugin: string };
    const metrics = await fetch(`${plugin}/metrics`, {
      headers: { authorization: `Bearer ${FAULTY.OPS_TOKEN}` },
    });
    expect(await metrics.text()).toContain('ak_slack_process_faults_total{kind="unhandled_rejection"} 1');
    const { key } = await world.slack.ledger.settled(world.slack.send(installation, message()));
    await eventually(
      () => eventsOf(world, connection.id).some(({ memo }) => memo['slack_event_id'] === key),
      'an event after the fault',
      60_000,
    );
    program.signal('SIGCONT');
    expect(JSON.parse(await program.says('warning of Node.js'))).toMatchObject({
      err: { message: 'warned of\n[slack token]' },
    });
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  it.each([
    ['while AutoKitteh answers', false],
    ['while AutoKitteh hangs', true],
  ])(
    'The process stops in order with 1 after an uncaught exception and loses no event, %s',
    async (_, hangs) => {
      const world = await running(FAULTY);
      const { connection, installation, program, standIn, slack: itsSlack } = world;
      if (hangs) standIn.faults.delayMs = 600_000;
      for (let number = 0; number < 100; number++) itsSlack.send(installation, message());
      await itsSlack.ledger.waitFor(({ state }) => state === 'acknowledged');
      program.signal('SIGHUP');
      expect(await program.ended).toBe(1);
      const line = await program.says('uncaught exception');
      expect(JSON.parse(line)).toMatchObject({
        level: 'error',
        err: { type: 'TypeError', message: 'thrown', cause: { token: '[secret]' } },
      });
      if (!hangs) await program.says('"stopped"');
      expect(itsSlack.ledger.late()).toEqual([]);
      expect(itsSlack.sockets()).toEqual([]);

      const acknowledged = itsSlack.ledger.acknowledged().map(({ key }) => key);
      standIn.faults.delayMs = 0;
      world.again();
      await eventually(
        () => {
          const ids = new Set(eventsOf(world, connection.id).map(({ memo }) => memo['slack_event_id']));
          return acknowledged.every((id) => ids.has(id));
        },
        'everything that was acknowledged',
        60_000,
      );
    },
  );
});
