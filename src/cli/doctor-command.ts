import { Causes } from './doctor/causes.js';
import type { Finding } from './doctor/finding.js';
import { MARKS, summaryOf } from './doctor/summary.js';
import type { CommandLine } from './ports.js';
import { readSecretFile } from './secret-file.js';
import { addUrlOption, type UrlOption } from './url-option.js';

// The longest name of a step, and a blank.
const WIDTH = 12;

interface DoctorFlags extends UrlOption {
  readonly json?: true;
  readonly connection?: string;
  readonly userTokenFile?: string;
  readonly appConfigTokenFile?: string;
}

/** `doctor`: tries what the program needs, in order; or, for one connection, what its workflows need. */
export function addDoctorCommand({ program, ports, flags, exit }: CommandLine): void {
  const command = program
    .command('doctor')
    .description('try everything that the program needs, in order, and say what to do about what fails')
    .option(
      '--connection <connection>',
      'go through what keeps events of this connection (project/connection, or con_…) from a workflow instead',
    )
    .option(
      '--user-token-file <path>',
      "with --connection: a file with your AutoKitteh token, instead of the program's credential",
    )
    .option(
      '--app-config-token-file <path>',
      'with --connection: a file with an app configuration token of Slack, to read what the app is subscribed to',
    )
    .option('--json', 'as JSON');
  addUrlOption(command).action(async (options: DoctorFlags) => {
    const { json, url, connection, userTokenFile, appConfigTokenFile } = options;
    const findings: Finding[] = [];
    const causes = new Causes();
    const tell = (told: Finding): void => {
      const finding = causes.sorted(told);
      findings.push(finding);
      if (json !== true) ports.terminal.out(textOf(finding));
    };
    if (connection !== undefined) {
      const [userToken, appConfigToken] = await Promise.all([
        secretIn(userTokenFile),
        secretIn(appConfigTokenFile),
      ]);
      await ports.connectionDoctor(flags(), url, { named: connection, userToken, appConfigToken }, tell);
    } else if (userTokenFile === undefined && appConfigTokenFile === undefined) {
      await ports.doctor(flags(), url, tell);
    } else command.error('error: --user-token-file and --app-config-token-file need --connection');
    ports.terminal.out(json === true ? JSON.stringify(findings, null, 2) : `\n${summaryOf(findings)}`);
    if (findings.some(({ verdict }) => verdict === 'failed')) exit(1);
  });
}

function secretIn(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? Promise.resolve(undefined) : readSecretFile(path);
}

function textOf({ step, verdict, found, advice }: Finding): string {
  const todo = advice === undefined ? [] : `What to do: ${advice}`.split('\n');
  const lines = [...found.split('\n'), ...todo];
  const indent = ' '.repeat(MARKS.ok.length + 2 + WIDTH);
  return `${MARKS[verdict]}  ${step.padEnd(WIDTH)}${lines.join(`\n${indent}`)}`;
}
