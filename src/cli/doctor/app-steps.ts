import type { SetupState } from '../../connections/variables.js';
import { checkTokens, type CheckStep } from '../../setup/check-tokens.js';
import { slackFailureForOperators } from '../../setup/slack-failure.js';
import type { SlackWebApi } from '../../slack/web-api.js';
import type { Finding } from './finding.js';

/** What Slack says of the connection's app. */
export interface AppFacts {
  readonly findings: readonly Finding[];
  /** Absent while there are no tokens. */
  readonly tokens: { readonly appId: string; readonly botToken: string } | undefined;
  /** The bot's name in Slack; absent where Slack does not know the token. */
  readonly botName: string | undefined;
  /** The scopes that the bot has; absent where Slack has not told them. */
  readonly granted: readonly string[] | undefined;
}

const STEP = 'tokens';

const VERDICTS: Readonly<Record<CheckStep['verdict'], Finding['verdict']>> = {
  passed: 'ok',
  warning: 'warning',
  failed: 'failed',
  open: 'skipped',
};

/** Whether both tokens are there, what Slack says of them, and which scopes the bot has. */
export async function tryApp(slack: SlackWebApi, setup: SetupState, signal: AbortSignal): Promise<AppFacts> {
  const nothing = { tokens: undefined, botName: undefined, granted: undefined };
  if (setup.t !== 'complete') return { findings: [incomplete(setup)], ...nothing };
  const { appId, botToken, appToken } = setup;
  const tokens = { botToken, appToken };
  const [{ steps }, auth] = await Promise.all([
    checkTokens(slack, tokens, [], signal, slackFailureForOperators),
    slack.authTest(botToken, signal),
  ]);
  const findings = steps
    // Which scopes are missing depends on the triggers.
    .filter(({ name }) => name !== 'scopes')
    .map(({ verdict, sentence }): Finding => {
      return { step: STEP, verdict: VERDICTS[verdict], found: sentence, about: ['tokens'] };
    });
  return {
    findings,
    tokens: { appId, botToken },
    botName: auth.ok ? auth.value.user : undefined,
    granted: auth.ok ? auth.value.scopes : undefined,
  };
}

const FAILED = { step: STEP, verdict: 'failed', about: ['tokens'] } as const;

const SAVE = 'Save both tokens on the page behind `ak connection init`, or with `ak-slack save`.';

function incomplete(setup: Exclude<SetupState, { t: 'complete' }>): Finding {
  switch (setup.t) {
    case 'new':
      return { ...FAILED, found: 'The connection has no tokens.', advice: SAVE };
    case 'other':
      return {
        ...FAILED,
        found: `The connection uses ${setup.authType}, which AutoKitteh itself serves: no event comes over Socket Mode.`,
        advice:
          'Save it with Socket Mode on the page behind `ak connection init`, or look into the server’s log.',
      };
    case 'built_in':
      return {
        ...FAILED,
        found: 'AutoKitteh’s own integration serves the connection.',
        advice: 'Press “Open sockets here” on the page behind `ak connection init` (docs/operate.md).',
      };
    case 'incomplete':
      return {
        ...FAILED,
        found: `The tokens are not complete: ${setup.problems.join(' ')}`,
        advice: SAVE,
      };
  }
}
