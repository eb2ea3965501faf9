import type { Config } from '../config.js';
import { checkPackages } from '../sim/required-packages.js';
import type { DevCommand } from './run-dev.js';
import type { SendOptions } from './send.js';

/** What the command line does with runs. */
export interface DevTools {
  /** Answers the exit code. */
  run(config: Config, command: DevCommand): Promise<number>;
  /** Checks `request` and does it; answers the exit code. */
  send(request: unknown, options: SendOptions): Promise<number>;
  refuse(refusal: object, to: string | undefined): Promise<void>;
}

/** Throws `missing_package`, which says what to install, where the scripted Slack's packages are missing. */
export async function devTools(out: (line: string) => void): Promise<DevTools> {
  checkPackages(false);
  // Only now: the scripted Slack cannot be imported without these packages.
  const [{ runDev }, { refuseInRun, sendInRun }, { readSendRequest }] = await Promise.all([
    import('./run-dev.js'),
    import('./send.js'),
    import('./send-request.js'),
  ]);
  return {
    run: (config, command) => runDev(config, command, out),
    refuse: refuseInRun,
    send: (request, options) => sendInRun(readSendRequest(request), options, out),
  };
}
