import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { unwritable } from '../../../src/cli/doctor/journal-step.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { addInstallation, connect } from '../../world/connections.js';
import { eventually } from '../../helpers/eventually.js';
import { useFolder } from '../../helpers/use-folder.js';
import { eventsOf, overview, untilTroubles } from '../../world/observations.js';
import { startWorld, type World } from '../../world/world.js';
import { doctorFindings } from './doctor-findings.js';
import { environmentOf, runWords } from './run-words.js';

const folder = useFolder();

const doctor = (environment: NodeJS.ProcessEnv) =>
  doctorFindings([], {
    JOURNAL_URL: `sqlite:${join(folder.path, 'new', 'journal.sqlite')}`,
    ...environment,
  });

/** As an operator who has the server's key. */
function asOperator(world: World): NodeJS.ProcessEnv {
  return { ...environmentOf(world), AUTOKITTEH_SIGN_KEY: world.standIn.signKey };
}

describe('the command doctor', () => {
  it('The doctor finds everything well beside a program that runs, and opens no socket beside its own', async () => {
    const world = await startWorld();
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    const opened = world.slack.calls.of('apps.connections.open').length;
    const { code, of } = await doctor(asOperator(world));
    expect(code).toBe(0);
    for (const step of [
      'settings',
      'program',
      'journal',
      'AutoKitteh',
      'rights',
      'connections',
      'Slack',
      'socket',
      'dispatch',
    ])
      expect([step, ...of(step).map(({ verdict }) => verdict)]).toEqual([
        step,
        expect.stringMatching(/^(ok|warning)$/),
      ]);
    expect(of('settings')[0]?.found).toContain('AUTOKITTEH_SIGN_KEY');
    expect(of('program')[0]?.found).toMatch(/; it is healthy\.$/);
    expect(of('journal')[0]?.found).toMatch(/are free, and a write is on the disk after [\d.]+ ms/);
    expect(of('connections')[0]?.found).toBe('1 active connection of 1 Slack app.');
    expect(of('socket')[0]?.found).toContain(`2 live sockets of app ${app.id}`);
    expect(eventsOf(world, connection.id)).toEqual([]);
    expect(world.slack.calls.of('apps.connections.open')).toHaveLength(opened);
  });

  it('The doctor opens a socket of each app where no program runs, and closes it', async () => {
    const world = await startWorld();
    const { app, installation, appToken } = addInstallation(world);
    await connect(world, installation, appToken);
    await world.program.stop();
    const { code, of } = await doctor(asOperator(world));
    expect(of('program')[0]).toMatchObject({ verdict: 'skipped' });
    expect(of('socket')).toEqual([
      {
        step: 'socket',
        verdict: 'ok',
        found: expect.stringContaining(`Slack greets a socket of app ${app.id}`) as string,
      },
    ]);
    expect(code).toBe(0);
    expect(world.slack.sockets(app)).toEqual([]);
  });

  it('The doctor says what to do where no server and no Slack answer', async () => {
    const { code, of } = await doctor({
      ...{ AUTOKITTEH_URL: 'http://127.0.0.1:9', SLACK_API_URL: 'http://127.0.0.1:9/api/' },
      PLUGIN_LISTEN: '127.0.0.1:9',
    });
    expect(code).toBe(1);
    expect(of('AutoKitteh')[0]).toMatchObject({
      verdict: 'failed',
      advice: expect.stringMatching(/Start the server, or correct AUTOKITTEH_URL/) as string,
    });
    expect(of('Slack')[0]).toMatchObject({
      verdict: 'failed',
      advice: expect.stringContaining('HTTPS_PROXY') as string,
    });
    expect(of('dispatch')[0]).toMatchObject({
      verdict: 'follows',
      found:
        'Follows from “AutoKitteh” above: A dispatch got no answer: no connection to the server (ECONNREFUSED).',
    });
    expect(of('dispatch')[0]).not.toHaveProperty('advice');
    expect(of('rights')[0]).toMatchObject({ verdict: 'skipped' });
  });

  it('The doctor tells a lack of rights, and what the running program finds wrong', async () => {
    const world = await startWorld();
    world.standIn.faults.refuse({ method: '/Dispatch', code: Code.Unavailable, words: 'down' });
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    world.slack.send(installation, message());
    await untilTroubles(world, /does not accept events/);
    const { code, of } = await doctor(environmentOf(world));
    expect(code).toBe(1);
    expect(of('rights')[0]).toMatchObject({
      verdict: 'failed',
      advice: expect.stringContaining('AUTOKITTEH_SIGN_KEY') as string,
    });
    expect(
      of('program')
        .map(({ found }) => found)
        .join('\n'),
    ).toMatch(/AutoKitteh does not accept events/);
    expect(eventsOf(world, connection.id)).toEqual([]);
  });

  it('The doctor tells each cause once, since when, what is lost and what to do, and ends with how many there are', async () => {
    const world = await startWorld();
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    world.standIn.faults.refuse({ method: '/Dispatch', code: Code.InvalidArgument, words: 'no [event]' }, 2);
    for (let sent = 0; sent < 2; sent += 1)
      await world.slack.ledger.settled(world.slack.send(installation, message()));
    await eventually(async () => (await overview(world)).delivery.dead === 2, 'two dead letters');
    world.slack.revoke(appToken);
    for (const socket of world.slack.sockets(app)) socket.refresh();
    await untilTroubles(world, /The token was revoked/);
    const { code, out } = await runWords(['doctor'], {
      ...asOperator(world),
      JOURNAL_URL: `sqlite:${join(folder.path, 'journal.sqlite')}`,
    });
    expect(code).toBe(1);
    expect(out).toMatch(
      new RegExp(
        `^FAIL {2}program {5}Slack app ${app.id} .* gets no events\\. Since .* lost at once\\.\\n {18}What to do: .*https://api\\.slack\\.com/apps/${app.id}/general .* on the page of \\S+\\.\\n {18}\\S+: http://127\\.0\\.0\\.1:\\d+/slack\\?cid=${connection.id}&origin=web$`,
        'm',
      ),
    );
    expect(out).toMatch(
      /^WARN {2}program {5}2 events could not be delivered.*\n {18}- message: AutoKitteh refuses the event: "no \[event\]" \(2 times\)/m,
    );
    expect(out).toMatch(/^- {5}socket {6}Follows from “program” above: .* and should have 2\.$/m);
    expect(out.match(/^FAIL/gm)).toHaveLength(1);
    // The disk may be slow, too.
    const { length } = out.match(/^(FAIL|WARN)/gm) ?? [];
    expect(out).toMatch(
      new RegExp(`\\n\\n${length} problems: the line with FAIL and the .* with WARN say what to do\\.$`),
    );
    expect(out.match(/What to do: /g)).toHaveLength(length);
  });

  it.each([
    ['ENOSPC', /its disk is full\.$/, /^Free space on that disk\./],
    ['EDQUOT', /its disk is full\.$/, /^Free space on that disk\./],
    ['EACCES', /cannot be written: permission denied\.$/, /^Set JOURNAL_URL/],
  ])('The doctor says what to do about a folder that is not written because of %s', (code, found, advice) => {
    expect(
      unwritable('/data/journal.sqlite', Object.assign(new Error('permission denied'), { code })),
    ).toMatchObject({
      verdict: 'failed',
      found: expect.stringMatching(found) as string,
      advice: expect.stringMatching(advice) as string,
    });
  });

  it('The doctor tells wrong settings and a folder that cannot be written', async () => {
    const wrong = await doctor({ LOG_LEVEL: 'loud', PLUGIN_LISTEN: 'nowhere' });
    expect(wrong.code).toBe(1);
    expect(wrong.of('settings')[0]?.found).toMatch(
      /^PLUGIN_LISTEN must be host:port[^]*^LOG_LEVEL must be debug/m,
    );
    // Root may write everywhere, but not below a file.
    const { of } = await doctor({
      JOURNAL_URL: 'sqlite:/dev/null/journal.sqlite',
      PLUGIN_LISTEN: '127.0.0.1:9',
      AUTOKITTEH_URL: 'http://127.0.0.1:9',
      SLACK_API_URL: 'http://127.0.0.1:9/api/',
    });
    expect(of('journal')[0]).toMatchObject({
      verdict: 'failed',
      advice: expect.stringContaining('JOURNAL_URL') as string,
    });
  });

  it('The doctor prints a line for each step for people, with what to do', async () => {
    await chmod(folder.path, 0o700);
    const { code, out } = await runWords(['doctor'], {
      ...{ JOURNAL_URL: `sqlite:${join(folder.path, 'journal.sqlite')}`, PLUGIN_LISTEN: '127.0.0.1:9' },
      ...{ AUTOKITTEH_URL: 'http://127.0.0.1:9', SLACK_API_URL: 'http://127.0.0.1:9/api/' },
    });
    expect(code).toBe(1);
    expect(out).toMatch(/^ok {4}settings {4}All settings are valid; 4 are set: /m);
    expect(out).toMatch(
      /^FAIL {2}AutoKitteh {2}No AutoKitteh server answers at http:\/\/127\.0\.0\.1:9: .*\n {18}What to do: Start/m,
    );
  });
});
