import { failureText, isOutage, isPermanent, type SlackFailure } from '../slack/errors.js';
import type { BotIdentity, BotInfo, SlackWebApi } from '../slack/web-api.js';

/** What Slack answered about a bot token; `auth` is there as soon as Slack knows the token. */
export type BotAnswer =
  | {
      readonly t: 'answered';
      readonly auth: BotIdentity;
      readonly bot: Pick<BotInfo, 'appId' | 'name' | 'updated'>;
    }
  | {
      readonly t: 'failed';
      readonly method: 'auth.test';
      readonly failure: SlackFailure;
      readonly auth?: undefined;
    }
  | {
      readonly t: 'failed';
      readonly method: 'bots.info';
      readonly failure: SlackFailure;
      readonly auth: BotIdentity;
    };

/** Asks Slack whose a bot token is, with `auth.test` and `bots.info`. Never rejects. */
export async function askWhoseBot(
  slack: Pick<SlackWebApi, 'authTest' | 'botsInfo'>,
  botToken: string,
  signal: AbortSignal,
): Promise<BotAnswer> {
  const auth = await slack.authTest(botToken, signal);
  if (!auth.ok) return { t: 'failed', method: 'auth.test', failure: auth.failure };
  const { botId, teamId, isEnterpriseInstall } = auth.value;
  // Slack: bots.info wants a team only with a token of a whole organisation.
  const bot = await slack.botsInfo(botToken, botId, isEnterpriseInstall ? teamId : undefined, signal);
  if (!bot.ok) return { t: 'failed', method: 'bots.info', failure: bot.failure, auth: auth.value };
  return { t: 'answered', auth: auth.value, bot: bot.value };
}

/** Whose a bot token is, as Slack said. */
export interface BotOwner {
  readonly appId: string;
  /** Empty outside Enterprise Grid. */
  readonly enterpriseId: string;
  /** Empty for a token of a whole organisation. */
  readonly teamId: string;
  readonly botUserId: string;
  readonly botId: string;
}

/** The owner, from what `auth.test` and `bots.info` said. */
export function ownerOf(
  { enterpriseId, teamId, userId, botId, isEnterpriseInstall }: BotIdentity,
  { appId }: Pick<BotInfo, 'appId'>,
): BotOwner {
  return { appId, enterpriseId, teamId: isEnterpriseInstall ? '' : teamId, botUserId: userId, botId };
}

/** The owner as AutoKitteh's built-in integration writes it: `<app>/<enterprise>/<team>`. */
export function installIdsOf({ appId, enterpriseId, teamId }: BotOwner): string {
  return `${appId}/${enterpriseId}/${teamId}`;
}

/** What Slack says about a bot token at this moment. */
export type BotVerdict =
  | { readonly t: 'known'; readonly owner: BotOwner; readonly teamName: string }
  /** For good; `error` is Slack's word for it. */
  | { readonly t: 'refused'; readonly error: string }
  /** No answer, or none that says whose the token is; `reason` for people. Slack's rate limit is no outage. */
  | { readonly t: 'unanswered'; readonly reason: string; readonly isOutage: boolean };

/** The answer in terms of the token. */
export function verdictOf(answer: BotAnswer): BotVerdict {
  if (answer.t === 'answered')
    return { t: 'known', owner: ownerOf(answer.auth, answer.bot), teamName: answer.auth.team };
  const { failure, method } = answer;
  if (failure.t === 'refused' && isPermanent(failure.error)) return { t: 'refused', error: failure.error };
  return { t: 'unanswered', reason: `${method}: ${reasonOf(failure)}`, isOutage: isOutage(failure) };
}

/** Without numbers that change from one answer to the next: whoever reads it is to be told of changes only. */
function reasonOf(failure: SlackFailure): string {
  return failure.t === 'rate_limited' ? 'Slack limits the rate' : failureText(failure);
}
