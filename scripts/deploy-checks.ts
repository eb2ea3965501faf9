import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCKERFILE = 'deploy/Dockerfile';
const UNIT = 'deploy/systemd/ak-slack.service';
const COMPOSE = 'deploy/compose.yaml';
const CADDYFILE = 'deploy/replicas.Caddyfile';
const KUBERNETES = ['deploy/kubernetes/base', 'deploy/kubernetes/replicas'] as const;

// systemd's own measure, times ten: up to 20 it says OK.
const MOST_EXPOSED = '20';

const SYSTEMD = { program: 'systemd-analyze', install: 'apt-get install -y systemd' };
const SCHEMA = { program: 'check-jsonschema', install: 'pip install check-jsonschema' };
const CADDY = { program: 'caddy', install: 'apt-get install -y caddy' };
const VALIDATE = { program: 'kubernetes-validate', install: 'pip install kubernetes-validate' };
const KUSTOMIZE = { program: 'kustomize', install: 'go install sigs.k8s.io/kustomize/kustomize/v5@v5.5.0' };

interface Tool {
  readonly program: string;
  /** The command that installs it. */
  readonly install: string;
}

export interface DeployCheck {
  /** What is checked, by what. */
  readonly title: string;
  readonly needs: readonly Tool[];
  /** Resolves with what is wrong, a line each. */
  readonly run: () => Promise<readonly string[]>;
}

export const DEPLOY_CHECKS: readonly DeployCheck[] = [
  {
    title: `${DOCKERFILE}: dockerfile-utils finds no fault`,
    needs: [],
    run: async () =>
      validate(await readFile(join(ROOT, DOCKERFILE), 'utf8')).map(
        ({ range, message }) =>
          `line ${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`,
      ),
  },
  {
    title: `${UNIT}: systemd-analyze verify`,
    needs: [SYSTEMD],
    run: () => withUnit((unit) => problemsOf('systemd-analyze', ['verify', unit])),
  },
  {
    title: `${UNIT}: systemd-analyze security finds an exposure of 2.0 at most`,
    needs: [SYSTEMD],
    run: () =>
      withUnit((unit) =>
        problemsOf('systemd-analyze', [
          ...['security', '--offline=true', '--no-pager', `--threshold=${MOST_EXPOSED}`, unit],
        ]),
      ),
  },
  {
    title: `${COMPOSE}: the schema of Compose`,
    needs: [SCHEMA],
    run: () => problemsOf('check-jsonschema', ['--builtin-schema', 'vendor.compose-spec', COMPOSE]),
  },
  {
    title: `${CADDYFILE}: caddy adapt --validate`,
    needs: [CADDY],
    run: () => problemsOf('caddy', ['adapt', '--config', CADDYFILE, '--adapter', 'caddyfile', '--validate']),
  },
  ...KUBERNETES.map((folder) => ({
    title: `${folder}: kustomize, and the schemas of Kubernetes`,
    needs: [KUSTOMIZE, VALIDATE],
    run: () => checkManifests(folder),
  })),
  {
    title: '.github/ISSUE_TEMPLATE: the schema of issue forms',
    needs: [SCHEMA],
    run: () =>
      problemsOf('check-jsonschema', [
        ...['--builtin-schema', 'vendor.github-issue-forms'],
        ...['fault', 'wish'].map((name) => `.github/ISSUE_TEMPLATE/${name}.yml`),
      ]),
  },
];

/** Whether the shell finds a program. */
export async function isInstalled({ program }: Tool): Promise<boolean> {
  return (await problemsOf('sh', ['-c', `command -v ${program}`])).length === 0;
}

/** What a command printed, if it failed. */
async function problemsOf(program: string, words: readonly string[]): Promise<readonly string[]> {
  try {
    await promisify(execFile)(program, words, { cwd: ROOT, maxBuffer: 1 << 24 });
    return [];
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return [...`${stdout}${stderr}`.trim().split('\n'), `${program} ${words.join(' ')} failed`];
  }
}

/** The unit with a program that is installed on this machine too. */
async function withUnit(check: (path: string) => Promise<readonly string[]>): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'check-deploy-'));
  try {
    const path = join(folder, 'ak-slack.service');
    const text = await readFile(join(ROOT, UNIT), 'utf8');
    await writeFile(path, text.replace(/^ExecStart=.*$/m, `ExecStart=${process.execPath}`));
    return await check(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function checkManifests(overlay: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'check-deploy-'));
  try {
    const path = join(folder, 'manifests.yaml');
    const unbuilt = await problemsOf('kustomize', ['build', overlay, '--output', path]);
    return unbuilt.length > 0 ? unbuilt : await problemsOf('kubernetes-validate', ['--strict', path]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
