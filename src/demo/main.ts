import { parseArgs } from 'node:util';
import { errorMessage } from '../core/errors.js';
import { checkPackages } from '../sim/required-packages.js';
import type { DemoOptions } from './demo.js';

// `npm run demo`: everything on this machine. The stand-ins are imported only after a check of what they need.
const options = askedFor(process.argv.slice(2));
try {
  checkPackages();
} catch (error) {
  console.error(errorMessage(error));
  process.exit(2);
}
const { runDemo } = await import('./demo.js');
await runDemo(options);

/** A mistyped word would start a demo that waits for somebody instead of the tour. */
function askedFor(args: string[]): DemoOptions {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ args, options: { tour: flag, verbose: flag } }).values;
  } catch (error) {
    console.error(`${errorMessage(error)}\nUsage: npm run demo -- [--tour [--verbose]]`);
    process.exit(2);
  }
}
