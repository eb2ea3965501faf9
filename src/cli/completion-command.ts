import { Argument } from 'commander';
import { commandTree } from './command-tree.js';
import { completionScript, SHELLS, type Shell } from './completion.js';
import type { CommandLine } from './ports.js';

/** `completion`: a script that makes the shell complete commands and flags. */
export function addCompletionCommand({ program, ports }: CommandLine): void {
  const { terminal } = ports;
  program
    .command('completion')
    .description('print a script that makes your shell complete commands and flags')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText(
      'after',
      [
        '',
        'Run the line of your shell to use the completion in it; add the line to the file to use it in each new shell:',
        '  bash  source <(ak-slack completion bash)      ~/.bashrc',
        '  zsh   source <(ak-slack completion zsh)       ~/.zshrc, below compinit',
        '  fish  ak-slack completion fish | source       ~/.config/fish/config.fish',
      ].join('\n'),
    )
    .action((shell: Shell) => terminal.out(completionScript(shell, commandTree(program))));
}
