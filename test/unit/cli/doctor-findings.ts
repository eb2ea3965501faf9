import { runWords } from './run-words.js';

interface Finding {
  readonly step: string;
  readonly verdict: string;
  readonly found: string;
  readonly advice?: string;
}

/** What `ak-slack doctor` finds, asked with these words and settings. */
export async function doctorFindings(words: readonly string[], environment: NodeJS.ProcessEnv) {
  const { code, out } = await runWords(['doctor', '--json', ...words], environment);
  const findings = JSON.parse(out) as Finding[];
  return { code, findings, of: (step: string) => findings.filter((finding) => finding.step === step) };
}
