import { allCommands, type CommandNode } from './command-tree.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** A script that makes the shell complete commands and flags. */
export function completionScript(shell: Shell, program: CommandNode): string {
  return SCRIPTS[shell](program);
}

const SCRIPTS: Readonly<Record<Shell, (program: CommandNode) => string>> = { bash, zsh, fish };

// Text for a shell, between single quotes.
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function nameOf({ words }: CommandNode): string {
  return words.join(' ');
}

/** Finds in `$place` which command the words before the current one name. */
function place(program: CommandNode, indent: string): string[] {
  return allCommands(program)
    .filter(({ words }) => words.length > 0)
    .map((node) => {
      const above = node.words.slice(0, -1).join(' ');
      return `${indent}${quoted(`${above}/${node.words.at(-1)}`)}) place=${quoted(nameOf(node))} ;;`;
    });
}

/** The flags of a command and those that every command takes. */
function flagsOf(node: CommandNode, program: CommandNode): CommandNode['options'] {
  return node === program ? node.options : [...node.options, ...program.options];
}

function bash(program: CommandNode): string {
  const files = allCommands(program).flatMap(({ options }) =>
    options.filter(({ takes }) => takes === 'a file').map(({ flag }) => flag),
  );
  const answers = allCommands(program).map((node) => {
    const commands = node.commands.map(({ words }) => words.at(-1)).join(' ');
    const flags = flagsOf(node, program)
      .map(({ flag }) => flag)
      .join(' ');
    return `    ${quoted(nameOf(node))}) commands=${quoted(commands)} flags=${quoted(flags)} ;;`;
  });
  return [
    '# Completion of ak-slack for bash. To use it: source <(ak-slack completion bash)',
    '_ak_slack() {',
    '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} place= commands= flags= each',
    '  for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$place/$each" in',
    ...place(program, '      '),
    '    esac',
    '  done',
    '  case "$place" in',
    ...answers,
    '  esac',
    '  case "$before" in',
    `    ${[...new Set(files)].join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;`,
    '  esac',
    '  case "$word" in',
    '    -*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;',
    '    *) COMPREPLY=($(compgen -W "$commands" -- "$word")) ;;',
    '  esac',
    '}',
    'complete -F _ak_slack ak-slack',
  ].join('\n');
}

function zsh(program: CommandNode): string {
  const described = (name: string, about: string): string => quoted(`${name}:${about}`);
  const answers = allCommands(program).flatMap((node) => [
    `    ${quoted(nameOf(node))})`,
    `      commands=(${node.commands.map((each) => described(each.words.at(-1) ?? '', each.about)).join(' ')})`,
    `      flags=(${flagsOf(node, program)
      .map(({ flag, about }) => described(flag, about))
      .join(' ')})`,
    '      ;;',
  ]);
  return [
    '#compdef ak-slack',
    '# Completion of ak-slack for zsh. To use it: source <(ak-slack completion zsh)',
    '_ak_slack() {',
    '  local place= each',
    '  local -a commands flags',
    '  for each in "${(@)words[2,CURRENT-1]}"; do',
    '    case "$place/$each" in',
    ...place(program, '      '),
    '    esac',
    '  done',
    '  case "$place" in',
    ...answers,
    '  esac',
    '  case "${words[CURRENT-1]}" in',
    '    *-file) _files; return ;;',
    '  esac',
    '  if [[ "${words[CURRENT]}" == -* ]]; then _describe flag flags; else _describe command commands; fi',
    '}',
    'compdef _ak_slack ak-slack',
  ].join('\n');
}

function fish(program: CommandNode): string {
  const lines = allCommands(program).flatMap((node) => {
    const at = `__ak_slack_at ${node.words.join(' ')}`.trimEnd();
    return [
      ...node.commands.map(
        ({ words, about }) =>
          `complete -c ak-slack -f -n ${quoted(at)} -a ${words.at(-1)} -d ${quoted(about)}`,
      ),
      ...node.options.map(({ flag, about, takes }) => {
        const when = node === program ? '' : ` -n ${quoted(at)}`;
        const value = { nothing: '', 'a value': ' -x', 'a file': ' -r -F' }[takes];
        return `complete -c ak-slack${when} -l ${flag.slice(2)}${value} -d ${quoted(about)}`;
      }),
    ];
  });
  const names = [...new Set(allCommands(program).flatMap(({ words }) => words))];
  return [
    '# Completion of ak-slack for fish. To use it: ak-slack completion fish | source',
    'function __ak_slack_at',
    '  set -l place',
    '  for each in (commandline -opc)[2..]',
    `    contains -- $each ${names.join(' ')}; and set -a place $each`,
    '  end',
    '  test "$place" = "$argv"',
    'end',
    'complete -c ak-slack -f',
    ...lines,
  ].join('\n');
}
