import type { Command } from 'commander';

interface OptionNode {
  /** For instance `--json`. */
  readonly flag: string;
  readonly about: string;
  readonly takes: 'nothing' | 'a value' | 'a file';
}

/** A command with what may follow it, for completion and for the reference. */
export interface CommandNode {
  /** The words that name it, for instance `['dead-letters', 'list']`; none for the program itself. */
  readonly words: readonly string[];
  readonly about: string;
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
}

/** The program's commands, as they were defined. */
export function commandTree(command: Command, words: readonly string[] = []): CommandNode {
  return {
    words,
    about: command.description(),
    options: command.options.map(({ long, description, flags }) => ({
      flag: long ?? '',
      about: description,
      takes: /<path>/.test(flags) ? 'a file' : /<.+>/.test(flags) ? 'a value' : 'nothing',
    })),
    commands: command.commands.map((each) => commandTree(each, [...words, each.name()])),
  };
}

/** It, and all below it. */
export function allCommands(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}
