/**
 * Prints how many tests passed and failed, summed over the JSON reports of the test runner that the arguments name, as
 * its last line. A skipped test, a file that could not be loaded and a report that is missing count as failed.
 */
import { readFileSync } from 'node:fs';

interface Report {
  readonly numPassedTests: number;
  readonly numTotalTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
    const unloaded = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    );
    passed += report.numPassedTests;
    failed += report.numTotalTests - report.numPassedTests + unloaded.length;
  } catch (error) {
    console.log(`The results of a part of the tests cannot be read: ${String(error)}`);
    failed += 1;
  }
}
console.log(`${passed} passed, ${failed} failed`);
