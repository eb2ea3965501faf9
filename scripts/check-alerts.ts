// Runs the alerts of deploy/ against made-up histories with Prometheus' own tool: `npm run check:alerts`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const DEPLOY = fileURLToPath(new URL('../deploy', import.meta.url));

const CHECKS = [
  ['check', 'rules', 'alerts.yaml'],
  ['test', 'rules', 'alerts.test.yaml'],
] as const;

for (const words of CHECKS) {
  const { error, status } = spawnSync('promtool', [...words], { cwd: DEPLOY, stdio: 'inherit' });
  if (error !== undefined) {
    process.stderr.write(
      `promtool cannot be run (${error.message}). Install it: apt-get install -y --no-install-recommends prometheus\n`,
    );
    process.exit(2);
  }
  if (status !== 0) process.exit(1);
}
