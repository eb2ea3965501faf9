import { Option } from 'commander';
import { tokenKind } from '../browser/token-shape.js';
import { deadline } from '../core/cancellation.js';
import { PluginError } from '../core/errors.js';
import { createAppLink, manifestJson, manifestYaml } from '../setup/app-manifest.js';
import { slackFailureForOperators } from '../setup/slack-failure.js';
import { checkTokens, type CheckStep, type TokenCheck, type Tokens } from '../setup/check-tokens.js';
import { openConnection } from '../setup/connection-access.js';
import { saveConnection } from '../setup/stored-tokens.js';
import { resolveConnection } from './connection-argument.js';
import type { CommandLine, CommandPorts, Flags, SetupTools, Terminal } from './ports.js';
import { readSecretFile } from './secret-file.js';

const MARKS: Readonly<Record<CheckStep['verdict'], string>> = {
  passed: 'ok  ',
  warning: 'note',
  failed: 'FAIL',
  open: '?   ',
};

const LIMIT_MS = 30_000;

/** `manifest`, `check` and `save`: what the set-up page does, without a browser. */
export function addSetUpCommands({ program, ports, flags, exit }: CommandLine): void {
  program
    .command('manifest')
    .description('print the manifest of the Slack app to create')
    .option('--json', 'as JSON instead of YAML')
    .option('--link', "print a link that opens Slack's “Create from manifest” page with this manifest")
    .option(
      '--name <project>',
      'the name of your project, after which the app and its slash command are named',
    )
    .addOption(
      new Option(
        '--documented',
        "print the manifest of the app in AutoKitteh's documentation, with its own name",
      ).conflicts('name'),
    )
    .action(async (options: { json?: true; link?: true; name?: string; documented?: true }) => {
      await withTools(ports, flags(), (tools) => {
        const { slackSite } = tools;
        const manifest = tools.manifestFor(options.name, options.documented === true);
        const print = options.json === true ? manifestJson : manifestYaml;
        const text = options.link === true ? createAppLink(manifest, slackSite) : print(manifest);
        ports.terminal.out(text.trimEnd());
        return Promise.resolve();
      });
    });

  program
    .command('check')
    .description(
      'ask Slack about a bot token and an app-level token, read from standard input or a file; stores nothing',
    )
    .option('--tokens-file <path>', 'a file with one token per line, instead of standard input')
    .option('--json', 'as JSON')
    .action(async (options: { tokensFile?: string; json?: true }) => {
      const tokens = await readTokens(options.tokensFile, ports.terminal);
      await withTools(ports, flags(), async ({ slack, manifest }, signal) => {
        const checked = await checkTokens(
          slack,
          tokens,
          manifest.oauth_config.scopes.bot,
          signal,
          slackFailureForOperators,
        );
        if (options.json === true) reportJson(ports, checked, {});
        else report(ports, checked);
        if (checked.t === 'failed') exit(1);
      });
    });

  program
    .command('save')
    .argument('<connection>', 'the connection, as for `ak`: project/connection, or its id (con_…)')
    .description('check both tokens, then store them in a connection, with your own AutoKitteh credential')
    .option('--tokens-file <path>', 'a file with one token per line, instead of standard input')
    .option(
      '--user-token-file <path>',
      'a file with your AutoKitteh token (`ak auth create-token`); without it, none is sent',
    )
    .option('--json', 'as JSON')
    .action(async (named: string, options: { tokensFile?: string; userTokenFile?: string; json?: true }) => {
      const { userTokenFile, json } = options;
      const userToken = userTokenFile === undefined ? undefined : await readSecretFile(userTokenFile);
      // Before the command's time begins to count: a person may be typing.
      const tokens = await readTokens(options.tokensFile, ports.terminal);
      await withTools(ports, flags(), async (tools, signal) => {
        const autokitteh = tools.autokittehOf(userToken);
        const { integrationId } = tools;
        const connectionId = await resolveConnection(autokitteh, integrationId, named, signal);
        const { variables } = await openConnection(autokitteh, integrationId, connectionId, signal);
        const authType = variables.get('auth_type') === 'socket' ? 'socket' : 'socketMode';
        const check = await saveConnection(
          { ...tools, autokitteh },
          { connectionId, authType, ...tokens },
          signal,
        );
        if (json === true) reportJson(ports, check, { connectionId, saved: check.t === 'passed' });
        else report(ports, check);
        if (check.t === 'failed') exit(1);
        else if (json !== true)
          ports.terminal.out(`Saved: ${named} is connected to ${check.identity.teamName}.`);
      });
    });
}

function report({ terminal }: CommandPorts, { steps }: TokenCheck): void {
  for (const { verdict, sentence } of steps) terminal.out(`${MARKS[verdict]}  ${sentence}`);
}

function reportJson({ terminal }: CommandPorts, check: TokenCheck, more: object): void {
  const workspace = check.t === 'passed' ? { workspace: check.identity.teamName } : {};
  const shown = { passed: check.t === 'passed', steps: check.steps, ...workspace, ...more };
  terminal.out(JSON.stringify(shown, null, 2));
}

async function withTools(
  ports: CommandPorts,
  flags: Flags,
  work: (tools: SetupTools, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const tools = await ports.setupTools(flags);
  const limit = deadline(tools.clock, LIMIT_MS, 'the command');
  try {
    await work(tools, limit.signal);
  } finally {
    limit.cleanup();
    await tools.close();
  }
}

/**
 * Both tokens from a file, or from standard input: one to a line, in either order, as the last word of the line
 * (`bot_token = xoxb-…` reads well). Tokens are never arguments, which other users of the machine can see.
 */
async function readTokens(file: string | undefined, terminal: Terminal): Promise<Tokens> {
  const text = file === undefined ? await readTyped(terminal) : await readSecretFile(file);
  const words = text.split('\n').flatMap((line) =>
    line
      .split(/[\s=:"']+/)
      .filter(Boolean)
      .slice(-1),
  );
  const botToken = take(words, 'bot', 'xoxb-');
  const appToken = take(words, 'app', 'xapp-');
  // What is neither is taken for what is missing, so that the check says what it is instead.
  return { botToken: botToken ?? words.shift() ?? '', appToken: appToken ?? words.shift() ?? '' };
}

/** Takes the first token of the kind out of the words, or else what begins like one. */
function take(words: string[], kind: 'bot' | 'app', prefix: string): string | undefined {
  const whole = words.findIndex((word) => tokenKind(word) === kind);
  const at = whole === -1 ? words.findIndex((word) => word.startsWith(prefix)) : whole;
  return at === -1 ? undefined : words.splice(at, 1)[0];
}

const PROMPTS = ['Bot token (xoxb-…, not shown while you paste it): ', 'App-level token (xapp-…): '] as const;

async function readTyped(terminal: Terminal): Promise<string> {
  if (!terminal.typed) return terminal.read();
  const lines: string[] = [];
  for (const prompt of PROMPTS) {
    const line = await terminal.readHidden(prompt);
    if (line === undefined) throw new PluginError('cancelled', 'cancelled; nothing was stored');
    lines.push(line);
  }
  return lines.join('\n');
}
