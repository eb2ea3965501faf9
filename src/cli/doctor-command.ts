import type { Command } from 'commander';
import type { Finding } from './doctor/finding.js';
import { summaryOf } from './doctor/summary.js';
import type { CommandPorts, Flags } from './ports.js';
import { addUrlOption, type UrlOption } from './url-option.js';

const MARKS: Readonly<Record<Finding['verdict'], string>> = {
  ok: 'ok  ',
  warning: 'note',
  failed: 'FAIL',
  skipped: '-   ',
};

// The longest name of a step, and a blank.
const WIDTH = 12;

/** `doctor`: tries what the program needs, in order. */
export function addDoctorCommand(
  program: Command,
  ports: CommandPorts,
  flags: () => Flags,
  exit: (code: number) => void,
): void {
  const command = program
    .command('doctor')
    .description('try everything that the program needs, in order, and say what to do about what fails')
    .option('--json', 'as JSON');
  addUrlOption(command).action(async ({ json, url }: { json?: true } & UrlOption) => {
    const findings: Finding[] = [];
    await ports.doctor(flags(), url, (finding) => {
      findings.push(finding);
      if (json !== true) ports.terminal.out(textOf(finding));
    });
    ports.terminal.out(json === true ? JSON.stringify(findings, null, 2) : `\n${summaryOf(findings)}`);
    if (findings.some(({ verdict }) => verdict === 'failed')) exit(1);
  });
}

function textOf({ step, verdict, found, advice }: Finding): string {
  const lines = [...found.split('\n'), ...(advice === undefined ? [] : [`What to do: ${advice}`])];
  const indent = ' '.repeat(MARKS.ok.length + 2 + WIDTH);
  return `${MARKS[verdict]}  ${step.padEnd(WIDTH)}${lines.join(`\n${indent}`)}`;
}
