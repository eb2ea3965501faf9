import { errorMessage } from '../core/errors.js';
import { checkPackages } from '../sim/required-packages.js';
import type { DemoOptions } from './demo.js';

/**
 * Plays Slack and AutoKitteh on this machine, until a signal or the end of the tour. Resolves with the exit code: 2, after
 * a sentence that says what to install, if optional packages are missing.
 */
export async function startDemo(options: DemoOptions): Promise<number> {
  try {
    checkPackages(options.replicas !== undefined);
  } catch (error) {
    console.error(errorMessage(error));
    return 2;
  }
  // Loading and starting takes seconds.
  console.log('Starting a scripted Slack, a stand-in for AutoKitteh and the integration on this machine…');
  // Only now: the stand-ins cannot be imported without these packages.
  if (options.replicas !== undefined) {
    const { runReplicasDemo } = await import('./replicas.js');
    return runReplicasDemo(options.replicas, options);
  }
  const { runDemo } = await import('./demo.js');
  return runDemo(options);
}
