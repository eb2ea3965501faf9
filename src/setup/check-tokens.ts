import type { SlackFailure, TokenPlace } from '../slack/errors.js';
import type { SlackResult, SlackWebApi } from '../slack/web-api.js';
import { askWhoseBot } from '../connections/whose-bot.js';
import { appIdOf, appTokenProblem, areSwapped, botTokenProblem } from '../browser/token-shape.js';
import { mayPass, slackFailureSentence } from './slack-failure.js';
import { identityOf, type SlackIdentity } from './slack-identity.js';

/** What is looked at, in the order in which it is told. */
export type CheckName = 'bot_token' | 'bot' | 'app_token' | 'same_app' | 'scopes';

export interface CheckStep {
  readonly name: CheckName;
  /** `open`: could not be tried because of another step. A warning keeps nobody from saving. */
  readonly verdict: 'passed' | 'warning' | 'failed' | 'open';
  readonly sentence: string;
}

type TellFailure = (failure: SlackFailure, kind: TokenPlace['kind']) => string;

/** A pair of tokens and what was found. */
export type TokenCheck =
  | { readonly t: 'passed'; readonly steps: readonly CheckStep[]; readonly identity: SlackIdentity }
  | {
      readonly t: 'failed';
      readonly steps: readonly CheckStep[];
      readonly first: CheckStep;
      /** Slack could not be asked, or not now: the tokens may be right. */
      readonly transient: boolean;
    };

export interface Tokens {
  readonly botToken: string;
  readonly appToken: string;
}

/**
 * Asks Slack about a bot token and an app-level token: who the bot is, whether Socket Mode gives a socket, whether
 * both belong to one app, and which of `wantedScopes` are not granted. Nothing is stored, and texts of a wrong shape
 * are not sent anywhere. `tell` makes sentences of calls that failed.
 */
export async function checkTokens(
  slack: SlackWebApi,
  tokens: Tokens,
  wantedScopes: readonly string[],
  signal: AbortSignal,
  tell: TellFailure = slackFailureSentence,
): Promise<TokenCheck> {
  const shapes = checkShapes(tokens);
  if (shapes !== undefined) return failed(shapes, false);
  const [bot, socket] = await Promise.all([
    askAboutBot(slack, tokens.botToken, tell, signal),
    slack.openConnection(tokens.appToken, signal),
  ]);
  const sameApp = sameAppStep(bot.identity?.appId, appIdOf(tokens.appToken));
  const steps = [...bot.steps, socketStep(socket, tell), sameApp];
  if (bot.granted !== undefined) steps.push(scopesStep(bot.granted, wantedScopes));
  if (bot.identity === undefined || steps.some(({ verdict }) => verdict === 'failed')) {
    return failed(steps, bot.transient || (!socket.ok && mayPass(socket.failure)));
  }
  return { t: 'passed', steps, identity: bot.identity };
}

function checkShapes({ botToken, appToken }: Tokens): CheckStep[] | undefined {
  if (areSwapped(botToken, appToken)) {
    const swapped = 'The two tokens are swapped: put each into the other field.';
    return [step('bot_token', 'failed', swapped), step('app_token', 'failed', swapped)];
  }
  const steps = [
    shapeStep('bot_token', botTokenProblem(botToken)),
    shapeStep('app_token', appTokenProblem(appToken)),
  ];
  return steps.some(({ verdict }) => verdict === 'failed') ? steps : undefined;
}

function shapeStep(name: CheckName, problem: string): CheckStep {
  if (problem !== '') return step(name, 'failed', problem);
  return step(name, 'open', 'The format is correct; the token has not been checked with Slack yet.');
}

interface BotAnswer {
  readonly steps: CheckStep[];
  /** Absent when Slack does not know the token. */
  readonly granted?: readonly string[] | 'unknown';
  readonly identity?: SlackIdentity;
  readonly transient: boolean;
}

async function askAboutBot(
  slack: SlackWebApi,
  botToken: string,
  tell: TellFailure,
  signal: AbortSignal,
): Promise<BotAnswer> {
  const answer = await askWhoseBot(slack, botToken, signal);
  if (answer.t === 'failed' && answer.auth === undefined) {
    const steps = [step('bot_token', 'failed', tell(answer.failure, 'bot'))];
    return { steps, transient: mayPass(answer.failure) };
  }
  const { auth } = answer;
  const known = step('bot_token', 'passed', `Slack knows the bot as @${auth.user} in ${auth.team}.`);
  if (answer.t === 'failed') {
    const steps = [known, step('bot', 'failed', tell(answer.failure, 'bot'))];
    return { steps, granted: auth.scopes ?? 'unknown', transient: mayPass(answer.failure) };
  }
  const steps = [known, step('bot', 'passed', `The bot belongs to the app ${answer.bot.appId}.`)];
  return {
    steps,
    granted: auth.scopes ?? 'unknown',
    identity: identityOf(auth, answer.bot),
    transient: false,
  };
}

function socketStep(answer: SlackResult<unknown>, tell: TellFailure): CheckStep {
  if (!answer.ok) return step('app_token', 'failed', tell(answer.failure, 'app'));
  return step('app_token', 'passed', 'Slack accepts the token for opening sockets.');
}

function sameAppStep(botApp: string | undefined, tokenApp: string): CheckStep {
  if (botApp === undefined)
    return step('same_app', 'open', 'It is not known yet whether both tokens belong to the same app.');
  if (botApp === tokenApp) return step('same_app', 'passed', `Both tokens belong to the app ${botApp}.`);
  const sentence = `The bot token belongs to the app ${botApp}, the app-level token to ${tokenApp}. Copy both from the same app.`;
  return step('same_app', 'failed', sentence);
}

function scopesStep(granted: readonly string[] | 'unknown', wanted: readonly string[]): CheckStep {
  if (granted === 'unknown')
    return step(
      'scopes',
      'open',
      'Slack did not say which scopes are granted: look under “OAuth & Permissions”.',
    );
  const missing = wanted.filter((scope) => !granted.includes(scope));
  const count = `${granted.length} ${granted.length === 1 ? 'scope is' : 'scopes are'} granted`;
  if (missing.length === 0) return step('scopes', 'passed', `${count}, and none is missing.`);
  const sentence = `${count}. Not granted: ${missing.join(', ')}. If you need them, add them under “OAuth & Permissions” and install the app again.`;
  return step('scopes', 'warning', sentence);
}

function step(name: CheckName, verdict: CheckStep['verdict'], sentence: string): CheckStep {
  return { name, verdict, sentence };
}

function failed(steps: readonly CheckStep[], transient: boolean): TokenCheck {
  const first = steps.find(({ verdict }) => verdict === 'failed');
  if (first === undefined) throw new Error('a check without a failed step has not failed');
  return { t: 'failed', steps, first, transient };
}
