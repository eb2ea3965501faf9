import { describe, expect, it } from 'vitest';
import { createLog } from '../../../src/core/log.js';

// Made up for these tests.
const SECRETS = [
  'xoxb-1234567890-0987654321-AbCdEfGhIjKl',
  'xapp-1-A012345-678-0123456789abcdef',
  'xoxe.xoxp-1-Mi0yLTEyMzQ1',
  'Bearer c2VjcmV0LXRva2Vu',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJpbnRlcm5hbCJ9.c2lnbmF0dXJl',
  'https://hooks.slack.com/actions/T1/2/abc',
  'wss://wss-primary.slack.com/link/?ticket=1a2b-3c4d&app_id=x',
];

describe.each(['json', 'pretty'] as const)('a %s log', (format) => {
  it('A log never shows a secret, wherever it stands', () => {
    let output = '';
    const log = createLog({ level: 'debug', format }, { write: (line) => void (output += line) });
    for (const secret of SECRETS) {
      log.info({ deep: { er: [{ token: secret }] } }, `message ${secret}`);
      log.error({ err: new Error(`failed with ${secret}`, { cause: new Error(secret) }) }, 'failed');
    }
    for (const secret of SECRETS) {
      const hidden = secret.replace(/^Bearer |^wss:.*ticket=|&app_id=x$/g, '');
      expect(output).not.toContain(hidden);
    }
    expect(output).toContain('failed with');
  });
});
