import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Code } from '@connectrpc/connect';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { OPS_TOKEN } from '../../world/program.js';
import { startConnectProxy } from '../../helpers/connect-proxy.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect, createConnection } from '../../world/connections.js';
import { eventsOf, overview, untilStatus } from '../../world/observations.js';
import { startWorld } from '../../world/world.js';
import { DESCRIBED, environmentOf, runWords, type Ran } from './run-words.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs `ak-slack` with these words, for a user whose data folder is this test's; tokens come from `input`. */
function run(
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  input = '',
  typed = false,
): Promise<Ran> {
  return runWords(words, { XDG_DATA_HOME: folder, ...environment }, input, typed);
}

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('the command line', () => {
  it('The command line starts the program unless told otherwise, with the settings of flags and environment', async () => {
    const environment = { GATEWAY_LISTEN: 'off', AUTOKITTEH_URL: 'http://one.example' };
    const { code, started } = await run(['--autokitteh-url', 'http://two.example/'], environment);
    expect(code).toBe(0);
    expect(started).toMatchObject({
      autokittehUrl: 'http://two.example',
      autokittehCredentials: { kind: 'none' },
      gatewayListen: 'off',
    });
    expect((await run(['start'], environment)).started?.autokittehUrl).toBe('http://one.example');
  });

  it('A journal that is a file needs no migration, and the command says so and makes nothing', async () => {
    const url = `sqlite:${join(folder, 'none', 'journal.sqlite')}`;
    const { code, out } = await run(['--journal-url', url, 'journal', 'migrate']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /none\/journal\.sqlite is a file, and each start of the program brings it up to date/,
    );
    await expect(chmod(join(folder, 'none'), 0o700)).rejects.toThrow('ENOENT');
  });

  it('The command line prints its version and its usage', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, out: '1.2.3' });
    const { code, out, started } = await run(['--help']);
    expect([code, started]).toEqual([0, undefined]);
    for (const { flag, name, default: fallback, secret } of DESCRIBED) {
      if (secret) continue;
      const otherwise = fallback === undefined ? '' : `,\\s+default\\s+${fallback}`;
      expect(out).toMatch(new RegExp(`${flag} [^]*\\[${name}${otherwise}\\]`));
    }
    for (const command of ['start', 'manifest', 'check', 'save', 'status', 'dead-letters', 'completion'])
      expect(out).toMatch(new RegExp(`^ +${command}\\b`, 'm'));
    expect(out).toContain('<NAME>_FILE');
    for (const { flag, name, secret } of DESCRIBED) {
      if (!secret) continue;
      expect(out).toMatch(new RegExp(`^ +${name} +\\w`, 'm'));
      expect(out).not.toContain(flag);
    }
    expect((await run(['check', '--help'])).out).toMatch(/see ak-slack --help/);
  });

  it('The command line says what each command about dead letters does', async () => {
    expect((await run(['dead-letters', '--help'])).out).toMatch(
      /list \[options\] +print dead letters[^]*resend \[options\] \[ids\.\.\.\] +send/,
    );
    expect((await run(['dead-letters', 'resend', '--help'])).out).not.toContain('default');
  });

  it.each([
    [['--autokitteh-urll', 'x'], /unknown option '--autokitteh-urll'[^]*see ak-slack --help/],
    [
      ['strat'],
      /unknown command 'strat'; the commands are: start, manifest, check, save, status, dead-letters/,
    ],
    [['--log-level', 'info', 'strat', '--json'], /unknown command 'strat'/],
    [['start', 'now'], /too many arguments for 'start'/],
    [
      ['--autokitteh-token', 'hush-hush'],
      /AUTOKITTEH_TOKEN is a secret, .*: set the environment variable AUTOKITTEH_TOKEN, or AUTOKITTEH_TOKEN_FILE/,
    ],
    [['status', '--ops-token=hush-hush'], /OPS_TOKEN is a secret/],
    [['--plugin-token-file', '/run/secret'], /set PLUGIN_TOKEN_FILE/],
    [['completion', 'tcsh'], /'tcsh' is invalid[^]*Allowed choices are bash, zsh, fish/],
    [['save'], /missing required argument 'connection'/],
    [['dead-letters', 'resend'], /give ids, a filter, or --all/],
    [['dead-letters', 'resend', '1', 'two'], /An id must be a whole number/],
    [['check', 'xoxb-on-the-command-line'], /too many arguments/],
    [['status', '--url', 'nowhere'], /It must be a URL that starts with http/],
  ])('The command line refuses wrong arguments and shows the usage: %j', async (words, says) => {
    const { code, error, started } = await run(words);
    expect([code, started]).toEqual([2, undefined]);
    expect(error).toMatch(says);
    expect(error).toContain('Usage: ak-slack');
    expect(error).not.toContain('hush-hush');
  });

  it('The command line refuses wrong settings with a sentence for each', async () => {
    const { code, error, started } = await run(['--gateway-listen', 'nowhere', '--log-level', 'loud'], {
      PLUGIN_TOKEN: 'short',
    });
    expect([code, started]).toEqual([1, undefined]);
    expect(error).toMatch(/^GATEWAY_LISTEN must be host:port, or off$/m);
    expect(error).toMatch(/^PLUGIN_TOKEN must have at least 16 characters$/m);
    expect(error).toMatch(/^LOG_LEVEL must be debug/m);
  });

  it('The command line prints the manifest under the name of a project, or that of AutoKitteh’s documentation', async () => {
    const named = JSON.parse((await run(['manifest', '--json', '--name', 'break_glass'])).out) as object;
    expect(named).toMatchObject({
      display_information: { name: 'Break glass' },
      features: { slash_commands: [{ command: '/break_glass' }] },
    });
    const documented = JSON.parse((await run(['manifest', '--json', '--documented'])).out) as object;
    expect(documented).toMatchObject({ display_information: { name: 'AutoKitteh Demo App' } });
    expect(await run(['manifest', '--documented', '--name', 'break_glass'])).toMatchObject({
      code: 2,
      error: expect.stringContaining(
        "'--documented' cannot be used with option '--name <project>'",
      ) as string,
    });
  });

  it('The command line prints the manifest of the Slack app, or a link that creates it', async () => {
    expect((await run(['manifest'])).out).toMatch(/^display_information:\n[^]*socket_mode_enabled: true/);
    const manifest = JSON.parse((await run(['manifest', '--json'])).out) as object;
    expect(manifest).toMatchObject({ settings: { socket_mode_enabled: true } });
    const link = new URL((await run(['manifest', '--link'])).out);
    expect(link.origin).toBe('https://api.slack.com');
    expect(link.searchParams.get('manifest_yaml') ?? link.searchParams.get('manifest_json')).toBeTruthy();
    const government = { SLACK_API_URL: 'https://slack-gov.com/api/' };
    expect(new URL((await run(['manifest', '--link'], government)).out).origin).toBe(
      'https://api.slack-gov.com',
    );
  });

  it('The command line says so where no program runs', async () => {
    const nowhere = { PLUGIN_LISTEN: '127.0.0.1:9' };
    const { code, error } = await run(['status'], nowhere);
    expect(code).toBe(5);
    expect((await run(['dead-letters', 'list'], nowhere)).code).toBe(1);
    expect(error).toMatch(
      /no program listens at http:\/\/127\.0\.0\.1:9 .*: start the program, or set PLUGIN_LISTEN or --url/,
    );
  });
});

describe('The command check', () => {
  it('The command check asks Slack through the proxy, and does not look for its host itself', async () => {
    const proxy = await startConnectProxy({ credentials: 'corp:secret' });
    proxy.answerWith(502);
    const environment = { SLACK_API_URL: 'https://slack.invalid/api/', https_proxy: proxy.url };
    const tokens = `xoxb-1111111111111-2222222222222-${'b'.repeat(24)}\nxapp-1-A0CASE00001-1234567890123-${'a'.repeat(64)}\n`;
    const { code, out } = await run(['check'], environment, tokens);
    await proxy.vanish();
    expect(code).toBe(1);
    expect(new Set(proxy.asked)).toEqual(new Set(['slack.invalid:443']));
    expect(out).toContain(`the proxy ${proxy.name} refused to connect to slack.invalid:443 (HTTP 502)`);
    expect(out).not.toContain('secret');
  });

  it('The command check asks Slack about tokens from standard input or a file, and stores nothing', async () => {
    const world = await startWorld();
    const { installation, appToken } = addInstallation(world);
    const other = addInstallation(world);
    const environment = environmentOf(world);
    const good = `${appToken}\n${installation.botToken}\n`;
    const piped = await run(['check'], environment, good);
    expect(piped).toMatchObject({ code: 0, error: '' });
    expect(piped.out).toMatch(/^ok {4}Slack knows the bot as @autokitteh in Synthetic\.$/m);
    expect(piped.out).toMatch(/^ok {4}Slack accepts the token for opening sockets\.$/m);
    const path = await file('tokens', `app_token = "${appToken}"\nbot_token: ${installation.botToken}`);
    expect(await run(['check', '--tokens-file', path], environment)).toEqual(piped);

    const bad: [input: string, says: RegExp][] = [
      ['', /^FAIL/m],
      [`xoxb-1-2-abc\n${appToken}`, /FAIL {2}Slack says invalid_auth/],
      [`${installation.botToken}\nxapp-1-A1-1-abc`, /FAIL/],
      [
        `${other.installation.botToken}\n${appToken}`,
        /FAIL {2}The bot token belongs to the app .* Copy both from the same/,
      ],
      [`${installation.botToken}\n${installation.botToken}`, /FAIL/],
    ];
    for (const [input, says] of bad) {
      const { code, out } = await run(['check'], environment, input);
      expect([code, out]).toEqual([1, expect.stringMatching(says)]);
      expect(out).not.toContain(installation.botToken);
      expect(out).not.toContain(appToken);
    }
    expect(await run(['check', '--tokens-file', join(folder, 'none')], environment)).toMatchObject({
      code: 1,
      error: expect.stringMatching(/none cannot be read: ENOENT/) as string,
    });
    expect(world.standIn.store.vars.size).toBe(0);
  });
});

describe('The tokens that commands read', () => {
  it.each([
    ['', /^FAIL {2}The bot token is missing[^]*^FAIL {2}The app-level token is missing/m],
    ['xapp-1-A1-1-abc', /^FAIL {2}The bot token is missing\. It starts with xoxb-\.$/m],
    ['xoxb-1-2-abc\n\n', /^FAIL {2}The app-level token is missing\. It starts with xapp-\.$/m],
    ['xapp-1-A1-1-abc\nxoxp-1-2-abc', /^FAIL {2}This is a user token \(xoxp-\)\. Copy the “Bot/m],
    ['\nxoxb-1-2-abc\nxoxp-1-2-abc', /^FAIL {2}This is a user token \(xoxp-\)\. The app-level token/m],
    ['xapp-1-abc', /^FAIL {2}The bot token is missing[^]*^FAIL {2}The app-level token looks cut off/m],
    ['xoxb-1-2-abc\nxoxb-1-2-def', /^FAIL {2}This is the bot token\. The app-level token starts/m],
  ])('Tokens are told apart by their first characters: %j', async (input, says) => {
    const { code, out } = await run(['check'], {}, input);
    expect([code, out]).toEqual([1, expect.stringMatching(says)]);
  });

  it('Tokens are asked for only on a terminal, one after the other, in either order', async () => {
    const asked = await run(['check'], {}, 'xapp-1-A1-1-abc\nxoxp-1-2-abc', true);
    expect(asked.error).toMatch(/^Bot token \(xoxb-….*not shown.*\): \nApp-level token \(xapp-…\): $/);
    expect(asked.out).toMatch(/^FAIL {2}This is a user token \(xoxp-\)\. Copy the “Bot/m);
    const givenUp = await run(['check'], {}, 'xoxb-1-2-abc', true);
    expect(givenUp).toMatchObject({ code: 1, out: '' });
    expect(givenUp.error).toMatch(/cancelled; nothing was stored$/);
    const path = await file('tokens', '');
    expect((await run(['check', '--tokens-file', path], {}, '', true)).error).toBe('');
    expect((await run(['check'], {}, '')).error).toBe('');
  });
});

describe('The command save', () => {
  it("The command save stores checked tokens with the person's own credential and with no other", async () => {
    const world = await startWorld();
    const { installation, appToken } = addInstallation(world);
    const connection = await createConnection(world);
    const environment = { ...environmentOf(world), AUTOKITTEH_SIGN_KEY: world.standIn.signKey };
    const tokens = `${installation.botToken}\n${appToken}`;
    const own = await file('own', `${world.owner.token}\n`);
    const stranger = await file('stranger', (await world.server.createUser()).token);

    expect((await run(['save', connection.id], environment, tokens)).code).toBe(1);
    const theirs = await run(['save', connection.id, '--user-token-file', stranger], environment, tokens);
    expect(theirs).toMatchObject({ code: 1, error: expect.stringContaining('not found') as string });
    const wrong = await run(['save', connection.id, '--user-token-file', own], environment, 'xoxb-1-2-abc');
    expect([wrong.code, wrong.out]).toEqual([1, expect.stringContaining('FAIL')]);
    expect(world.standIn.store.vars.get(connection.id)).toBeUndefined();

    const saved = await run(['save', connection.id, '--user-token-file', own], environment, tokens);
    expect(saved).toMatchObject({ code: 0, error: '' });
    expect(saved.out).toContain(`Saved: ${connection.id} is connected to Synthetic.`);
    expect(saved.out).not.toMatch(/xox|xapp/);
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
    const malformed = await run(['save', 'con_x', '--user-token-file', own], environment, tokens);
    expect(malformed).toMatchObject({
      code: 1,
      error: expect.stringMatching(/"con_x" names no connection: /) as string,
    });
  });
});

describe('The connection that the command save is given', () => {
  it('The command save takes the name of a connection as ak does, and says which names there are', async () => {
    const world = await startWorld();
    const { installation, appToken } = addInstallation(world);
    const connection = await createConnection(world);
    const { name, projectId } = world.standIn.store.connections.get(connection.id)!;
    const project = world.standIn.store.projects.get(projectId)!.name;
    const own = await file('own', world.owner.token);
    const tokens = await file('tokens', `${installation.botToken}\n${appToken}`);
    const save = (named: string): Promise<Ran> =>
      run(['save', named, '--tokens-file', tokens, '--user-token-file', own, '--json'], environmentOf(world));

    expect((await save(`${project}/other`)).error).toBe(
      `project ${project} has no connection other; its Slack connections are: ${name}`,
    );
    expect((await save(`no_such/${name}`)).error).toMatch(
      /^there is no project no_such, or you may not see it/,
    );
    for (const wrong of ['a/b/c', `${project}/`, name])
      expect((await save(wrong)).error).toMatch(/names no connection/);
    const { code, out } = await save(`${project}/${name}`);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ...{ passed: true, saved: true, connectionId: connection.id, workspace: 'Synthetic' },
      steps: expect.arrayContaining([expect.objectContaining({ verdict: 'passed' })]) as object,
    });
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
  });
});

describe('The command open', () => {
  it('The command open prints a link whose code opens the status page once', async () => {
    const world = await startWorld();
    const { out } = await run(['open'], environmentOf(world));
    const link = new URL(out.trim());
    expect([link.origin, link.pathname]).toEqual([world.program.pluginUrl, '/ops/open']);
    const enter = (): Promise<Response> =>
      fetch(`${link.origin}/ops/session`, {
        method: 'POST',
        headers: { origin: link.origin },
        body: JSON.stringify({ code: link.hash.slice(1) }),
      });
    const entered = await enter();
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await fetch(`${link.origin}/ops/`, { headers: { cookie } });
    expect([entered.status, page.status]).toEqual([204, 200]);
    expect((await enter()).status).toBe(401);
  });
});

describe('The commands status and dead-letters', () => {
  it('The commands status and dead-letters ask the running program, list dead letters and send them again', async () => {
    const world = await startWorld();
    const { slack, standIn } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    const environment = environmentOf(world);
    const status = await run(['status'], environment);
    expect(status.code).toBe(0);
    expect(status.out).toContain('All is well.');
    const named = { ...environment, PLUGIN_LISTEN: '127.0.0.1:9' };
    expect(await run(['status', '--url', `${world.program.pluginUrl}/`], named)).toEqual(status);
    expect(status.out).toMatch(
      new RegExp(`^connection .* \\(${connection.id}\\): ok, Using Socket Mode`, 'm'),
    );
    expect(status.out).toContain(`Slack app ${app.id}: live, 2 live`);
    expect(JSON.parse((await run(['status', '--json'], environment)).out)).toMatchObject({ problems: [] });
    expect((await run(['dead-letters', 'list'], environment)).out).toBe('There are no dead letters.');

    standIn.faults.refuse({ method: '/Dispatch', code: Code.InvalidArgument, words: 'no [event]' }, 3);
    for (let number = 0; number < 3; number++) slack.send(installation, message());
    await slack.ledger.allSettled();
    await eventually(async () => (await overview(world)).delivery.dead === 3, 'three dead letters');
    expect((await run(['status'], environment)).code).toBe(3);
    const listed = await run(['dead-letters', 'list'], environment);
    expect(listed.out.split('\n')).toHaveLength(3);
    expect(listed.out).toMatch(/^1 {2}20.* {2}(\w+\/)?sl_\w+ {2}message in \w+ \(Ev.*\): .*no \[event\]/);
    const json = JSON.parse((await run(['dead-letters', 'list', '--json'], environment)).out) as object[];
    expect(json).toHaveLength(3);
    expect((await run(['dead-letters', 'resend', '2', '2', '77'], environment)).out).toBe('Requeued 1 of 2.');
    await eventually(() => eventsOf(world, connection.id).length === 1, 'one');
    expect(await run(['dead-letters', 'resend', '77'], environment)).toMatchObject({
      ...{ code: 1, out: '' },
      error: 'There is no dead letter 77: `ak-slack dead-letters list` prints all dead letters.',
    });
    expect(await run(['dead-letters', 'resend', '77', '78'], environment)).toMatchObject({
      ...{ code: 1, out: '' },
      error: expect.stringMatching(/^There is none of these dead letters/) as string,
    });
    expect((await run(['dead-letters', 'resend', '--all'], environment)).out).toBe('Requeued 2.');
    await eventually(() => eventsOf(world, connection.id).length === 3, 'all');
    expect((await run(['dead-letters', 'resend', '--all'], environment)).out).toBe('Requeued 0.');
  });

  it('The commands status and dead-letters take the credential from its file, and a refusal names the file', async () => {
    const world = await startWorld();
    const environment = { ...environmentOf(world), OPS_TOKEN: '' };
    const path = join(folder, 'autokitteh-slack', 'ops-token');
    expect(await run(['status'], environment)).toMatchObject({
      code: 1,
      error: expect.stringContaining(
        `requires a credential, and there is no file ${path}: set OPS_TOKEN`,
      ) as string,
    });
    await mkdir(dirname(path));
    await writeFile(path, 'the-credential-of-another-program\n', { mode: 0o600 });
    expect((await run(['dead-letters', 'list'], environment)).error).toContain(
      `refused the credential in ${path}`,
    );
    await writeFile(path, `${OPS_TOKEN}\n`);
    expect((await run(['status'], environment)).code).toBe(0);
    await chmod(path, 0o640);
    expect((await run(['status'], environment)).error).toBe(
      `${path} can be read by other users: delete it, so that the next start creates a new one, or set OPS_TOKEN`,
    );
    const given = { ...environment, OPS_TOKEN: 'not-the-right-credential' };
    expect((await run(['status'], given)).error).toContain('refused OPS_TOKEN');
  });

  it('The command status says so when it meets another program', async () => {
    const world = await startWorld();
    const elsewhere = { ...environmentOf(world), PLUGIN_LISTEN: new URL(world.slack.url).host };
    expect(await run(['status'], elsewhere)).toMatchObject({
      code: 5,
      error: expect.stringMatching(/is not an ak-slack server \(HTTP 404\)/) as string,
    });
  });
});
