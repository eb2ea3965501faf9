import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { LIVE_POLICY } from '../../src/connections/policy.js';
import { DEFAULT_LIMITS } from '../../src/delivery/limits.js';
import { SETTINGS, type Setting } from '../../src/settings.js';
import { DEFAULT_POLICY } from '../../src/slack/policy.js';

const DEPLOY = join(import.meta.dirname, '../../deploy');
const read = (path: string): string => readFileSync(join(DEPLOY, path), 'utf8');
const files = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.\w+$|Dockerfile$/.test(path),
);

const unit = read('systemd/ak-slack.service');
const compose = parse(read('compose.yaml'), { merge: true }) as {
  services: Record<
    string,
    { environment?: Record<string, string>; stop_grace_period?: string; secrets?: string[] }
  >;
};
const programs = Object.entries(compose.services).filter(([name]) => /^ak-slack$|^replica-/.test(name));
const manifests = files
  .filter((path) => path.startsWith('kubernetes'))
  .flatMap((path) => parseAllDocuments(read(path)).map((document) => document.toJS() as Manifest));

interface Manifest {
  readonly configMapGenerator?: { literals: string[] }[];
  readonly spec?: { template?: { spec: Pod } };
}

interface Pod {
  readonly terminationGracePeriodSeconds?: number;
  readonly containers: { env?: { name: string; value: string }[] }[];
}

const pods = manifests.flatMap(({ spec }) => spec?.template?.spec ?? []);

/** What each way of deploying sets, by the names of environment variables. */
const SET: Readonly<Record<string, readonly string[]>> = {
  systemd: [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, list = '']) => list.split(' ').map(nameOf)),
  compose: programs.flatMap(([, { environment }]) => Object.keys(environment ?? {})),
  kubernetes: [
    ...manifests.flatMap(({ configMapGenerator = [] }) =>
      configMapGenerator.flatMap(({ literals }) => literals.map(nameOf)),
    ),
    ...pods.flatMap(({ containers }) => containers.flatMap(({ env = [] }) => env.map(({ name }) => name))),
  ],
  image: [...(/^ENV (.*)$/m.exec(read('Dockerfile'))?.[1] ?? '').split(' ').map(nameOf)],
};

function nameOf(assignment: string): string {
  return assignment.slice(0, assignment.indexOf('='));
}

/** Names that are no settings: of Node, of systemd, and of the proxies. */
const OTHERS = ['NODE_ENV', 'STATE_DIRECTORY', 'HTTPS_PROXY', 'NO_PROXY'];

describe('The files in deploy/', () => {
  it.each(Object.entries(SET))('The files for %s set only variables that the program reads', (_, names) => {
    const known = SETTINGS.flatMap(({ name, ...rest }: Setting) =>
      rest.secret === true ? [name, `${name}_FILE`] : [name],
    );
    expect(names.length).toBeGreaterThan(2);
    expect(names.filter((name) => !known.includes(name) && !OTHERS.includes(name))).toEqual([]);
  });

  it.each(Object.entries(SET))('The files for %s give secrets as files, and never as values', (_, names) => {
    const secrets = SETTINGS.flatMap(({ name, ...rest }: Setting) => (rest.secret === true ? [name] : []));
    expect(names.filter((name) => secrets.includes(name))).toEqual([]);
  });

  it('Every way of deploying waits longer than a stop in order can take', () => {
    const { acknowledgeMs } = DEFAULT_POLICY;
    // Acknowledgements, statuses, both ports at two seconds each, dispatches under way, and as much again for the disk.
    const stopMs = 2 * (acknowledgeMs + LIVE_POLICY.finalStatusesMs + 4_000 + DEFAULT_LIMITS.drainMs);
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]) * 1_000).toBeGreaterThan(stopMs);
    expect(programs.length).toBe(3);
    for (const [, { stop_grace_period: period = '' }] of programs)
      expect(Number(period.replace('s', '')) * 1_000).toBeGreaterThan(stopMs);
    const [pause] = /(?<=\{\}, )\d+(?=\))/.exec(read('kubernetes/base/stateful-set.yaml')) ?? [];
    const grace = pods.flatMap(({ terminationGracePeriodSeconds: seconds }) =>
      seconds === undefined ? [] : [seconds],
    );
    expect(grace.length).toBe(1);
    for (const seconds of grace) expect(seconds * 1_000 - Number(pause)).toBeGreaterThan(stopMs);
  });

  it('The files in deploy/ hold no token and no key, and the image of the same version of Node everywhere', () => {
    for (const path of files)
      expect(read(path), path).not.toMatch(/xox[a-z]-|xapp-|\b[0-9a-f]{32,}\b|BEGIN .*KEY/);
    const versions = files.flatMap((path) =>
      [...read(path).matchAll(/node:(\d+)-/g)].map(([, version]) => version),
    );
    expect(new Set(versions)).toEqual(new Set(['24']));
  });
});
