/** What must never leave the process in a log: Slack's tokens, bearer credentials and JWTs, and one-time URLs. */
const SECRETS: readonly [RegExp, string][] = [
  [/\bx(?:ox[a-z]|app|wfp)(?:[-.][A-Za-z0-9._-]+)/g, '[slack token]'],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '[jwt]'],
  [/\b(Bearer) [A-Za-z0-9._~+/=-]+/gi, '$1 [credential]'],
  [/https:\/\/hooks\.slack\.com\/[A-Za-z0-9/_.-]+/g, '[response url]'],
  [/\b(ticket=)[A-Za-z0-9-]+/g, '$1[ticket]'],
];

/** `text` without anything that looks like a secret. */
export function scrub(text: string): string {
  return SECRETS.reduce((scrubbed, [pattern, replacement]) => scrubbed.replace(pattern, replacement), text);
}
