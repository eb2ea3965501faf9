import { defineConfig } from 'vitest/config';

// What a shell exports for the program must not send the suite to that server: whoever means it names test/server.
if (!process.argv.some((word) => word.includes('test/server'))) delete process.env['AUTOKITTEH_URL'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    globalSetup: ['test/helpers/unpack-chromium.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Two programs at a time on one real server would each take the other's connections for its own.
    fileParallelism: process.env['AUTOKITTEH_URL'] === undefined,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    passWithNoTests: false,
    allowOnly: false,
    unstubEnvs: true,
    restoreMocks: true,
  },
});
