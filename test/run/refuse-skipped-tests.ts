import type { Reporter, TestModule, Vitest } from 'vitest/node';

/**
 * Fails a run in which a test was skipped or is still to be written, and names those tests. A run that selects tests by
 * their titles (`-t`) leaves out the others on purpose.
 */
export class RefuseSkippedTests implements Reporter {
  #selects = false;

  onInit(vitest: Vitest): void {
    this.#selects = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#selects) return;
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId}: ${test.fullName}`),
    );
    if (skipped.length === 0) return;
    process.exitCode = 1;
    console.error(`Tests were skipped, which counts as a failure:\n${skipped.join('\n')}`);
  }
}
