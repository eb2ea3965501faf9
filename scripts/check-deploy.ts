// Checks the files in deploy/ with the tools of those who made their formats: `npm run check:deploy`.
import { DEPLOY_CHECKS, isInstalled } from './deploy-checks.js';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const missing = new Set<string>();
let failed = 0;
for (const { title, needs, run } of DEPLOY_CHECKS) {
  const lacking = [];
  for (const tool of needs) if (!(await isInstalled(tool))) lacking.push(tool);
  for (const { install } of lacking) missing.add(install);
  const problems = lacking.length > 0 ? [] : await run();
  failed += problems.length === 0 ? 0 : 1;
  say(`${lacking.length > 0 ? 'MISSING' : problems.length === 0 ? 'ok     ' : 'FAILED '} ${title}`);
  for (const problem of problems) say(`        ${problem}`);
}
if (missing.size > 0) say('Some checks were not done. Install what they need, and try again:');
for (const command of missing) say(`  ${command}`);
process.exitCode = failed > 0 ? 1 : missing.size > 0 ? 2 : 0;
