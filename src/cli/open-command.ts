import type { CommandLine } from './ports.js';

/** `open`: a link that opens the status page of the running program. */
export function addOpenCommand({ program, ports, flags }: CommandLine): void {
  program
    .command('open')
    .description('print a link that opens the status page; it works once, within a minute')
    .action(async () => {
      const running = ports.running(flags());
      const { code } = (await running.post('/ops/codes', {})) as { code: string };
      // Behind the number sign it reaches no server's log, and a prefetch cannot use it.
      ports.terminal.out(`${running.url}/ops/open#${code}`);
    });
}
