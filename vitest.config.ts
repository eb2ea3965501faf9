import { defineConfig } from 'vitest/config';
import { RefuseSkippedTests } from './test/run/refuse-skipped-tests.js';

// What a shell exports for the program must not send the suite to that server: whoever means it names test/server.
if (!process.argv.some((word) => word.includes('test/server'))) delete process.env['AUTOKITTEH_URL'];

// Names the file that gets the results as JSON, for programs that read them.
const report = process.env['TEST_REPORT'] ?? '';
const results: ['json', { outputFile: string }][] = report === '' ? [] : [['json', { outputFile: report }]];

const UNPACK_CHROMIUM = new URL('test/browser/unpack-chromium.ts', import.meta.url).pathname;

const POSTGRES = new URL('test/run/start-postgres.ts', import.meta.url).pathname;

const TESTS = 'test/**/*.test.ts';
const LONG_TESTS = 'test/**/*.long.test.ts';

export default defineConfig({
  test: {
    // The two parts of the suite (docs/architecture.md, "Tests"): a file's name decides to which one it belongs.
    projects: [
      { extends: true, test: { name: 'quick', include: [TESTS], exclude: [LONG_TESTS] } },
      {
        extends: true,
        test: { name: 'long', include: [LONG_TESTS], globalSetup: [UNPACK_CHROMIUM] },
      },
    ],
    // In each part's place where it is run; test/server reads it.
    globalSetup: process.env['REPLICAS'] === undefined ? [] : [POSTGRES],
    reporters: ['default', new RefuseSkippedTests(), ...results],
    pool: 'forks',
    maxWorkers: 2,
    // Two programs at a time on one real server would each take the other's connections for its own.
    fileParallelism: process.env['AUTOKITTEH_URL'] === undefined,
    // Tests wait for what they mean; only on a machine that is overloaded do they come anywhere near these limits.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
    allowOnly: false,
    unstubEnvs: true,
    restoreMocks: true,
  },
});
