import { InvalidArgumentError, type Command } from 'commander';
import { baseUrl } from '../setting-parsers.js';

/** The value of `--url`. */
export interface UrlOption {
  readonly url?: string;
}

/** Adds `--url`, the address of a program that PLUGIN_LISTEN does not name, for instance behind a balancer. */
export function addUrlOption(command: Command): Command {
  return command.option(
    '--url <url>',
    'the address of the running program, if it differs from PLUGIN_LISTEN, for instance behind a load balancer',
    (text: string) => {
      const parsed = baseUrl.safeParse(text);
      if (parsed.success) return parsed.data;
      throw new InvalidArgumentError(`It ${parsed.error.issues.map(({ message }) => message).join(', ')}.`);
    },
  );
}
