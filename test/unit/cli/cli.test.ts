import { describe, expect, it } from 'vitest';
import { DESCRIBED, useUser } from './run-words.js';

const { run } = useUser();

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
