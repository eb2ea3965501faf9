import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { without } from '../../../helpers/without-packages.js';
import { importedWith, readTexts } from '../../structure/source-tree.js';

const ROOT = join(import.meta.dirname, '../../../..');
const LIBRARIES = [
  '@opentelemetry/core',
  '@opentelemetry/exporter-metrics-otlp-http',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace-base',
];

/** Starts the program where these libraries are not installed; answers what it wrote until it ended, or was running. */
async function startWithoutLibraries(environment: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'without-otlp-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--import', without(LIBRARIES), 'src/main.ts', 'start'],
    {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        ...{
          GATEWAY_LISTEN: '127.0.0.1:0',
          PLUGIN_LISTEN: '127.0.0.1:0',
          AUTOKITTEH_URL: 'http://127.0.0.1:9',
        },
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const errors = text(child.stderr);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    // A second signal would end it at once.
    if (output.includes('"running"') && !child.killed) child.kill('SIGTERM');
  });
  return { code: await ended, output, errors: await errors };
}

describe('The libraries of OpenTelemetry', () => {
  it('The libraries are imported by no file that the program loads at its start', () => {
    const loaded = importedWith('src/main.ts', readTexts('src'));
    expect(loaded.files.size).toBeGreaterThan(100);
    expect(loaded.files).toContain('src/ops/otlp/open-otlp.ts');
    expect(loaded.packages).toContain('prom-client');
    expect([...loaded.packages].filter((name) => name.startsWith('@opentelemetry/'))).toEqual([]);
  });

  it('The program starts and stops without the libraries where no collector is set', async () => {
    const { code, output, errors } = await startWithoutLibraries({});
    expect(output + errors).toContain('"running"');
    expect(code).toBe(0);
  });

  it('The program without the libraries ends with the command that installs them where a collector is set', async () => {
    const { code, output, errors } = await startWithoutLibraries({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    });
    expect(output).not.toContain('"running"');
    const [, typed] = /^ {2}npm install (.*)$/m.exec(errors) ?? [];
    expect(
      typed?.split(' ').map((pin) => pin.replace(/@[^@]+$/, '')),
      errors,
    ).toEqual(LIBRARIES);
    // An image is made with the same command.
    expect(readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8')).toContain(`RUN npm install ${typed}\n`);
    expect(code).toBe(1);
  });
});
