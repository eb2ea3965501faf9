import { adviceFor, isPermanent, type SlackFailure } from '../../slack/slack-errors.js';
import type { SlackWebApi } from '../../slack/web-api.js';
import type { BotTokenState, IdentitySource } from './identity.js';

/** Asks Slack who a bot token is, with `auth.test` and `bots.info`. */
export function slackIdentitySource(slack: Pick<SlackWebApi, 'authTest' | 'botsInfo'>): IdentitySource {
  return {
    async identify(botToken, signal): Promise<BotTokenState> {
      const auth = await slack.authTest(botToken, signal);
      if (!auth.ok) return refusedBy(auth.failure);
      const { botId, enterpriseId, teamId, team, isEnterpriseInstall } = auth.value;
      const bot = await slack.botsInfo(botToken, botId, isEnterpriseInstall ? teamId : undefined, signal);
      if (!bot.ok) return refusedBy(bot.failure);
      const { appId, name } = bot.value;
      const installIds = `${appId}/${enterpriseId}/${isEnterpriseInstall ? '' : teamId}`;
      return { t: 'known', appId, installIds, teamName: team, botName: name };
    },
  };
}

function refusedBy(failure: SlackFailure): BotTokenState {
  if (failure.t !== 'refused' || !isPermanent(failure.error)) return { t: 'unknown' };
  return { t: 'refused', error: failure.error, advice: adviceFor(failure.error) };
}
