import type { Variable } from '../autokitteh/client.js';
import type { BotIdentity, BotInfo } from '../slack/web-api.js';
import { ownerOf, type BotOwner } from '../connections/whose-bot.js';

/** Who a checked bot token is. */
export interface SlackIdentity {
  /** What events are routed by. */
  readonly owner: BotOwner;
  readonly appId: string;
  readonly enterpriseId: string;
  readonly teamId: string;
  readonly teamName: string;
  readonly userId: string;
  readonly userName: string;
  readonly botId: string;
  readonly botName: string;
  /** RFC 3339, UTC. */
  readonly botUpdated: string;
  /** Unknown where Slack did not say. */
  readonly scopes: readonly string[] | undefined;
}

/** Joins what `auth.test` and `bots.info` said. */
export function identityOf(
  auth: BotIdentity,
  bot: Pick<BotInfo, 'appId' | 'name' | 'updated'>,
): SlackIdentity {
  return {
    owner: ownerOf(auth, bot),
    appId: bot.appId,
    enterpriseId: auth.enterpriseId,
    teamId: auth.teamId,
    teamName: auth.team,
    userId: auth.userId,
    userName: auth.user,
    botId: auth.botId,
    botName: bot.name,
    botUpdated: rfc3339(bot.updated * 1000),
    scopes: auth.scopes,
  };
}

/** Names of the variables that say whose tokens these are: the built-in integration's, none of them secret. */
export const IDENTITY_VARIABLES = [
  'enterprise_id',
  'team_name',
  'team_id',
  'user_name',
  'user_id',
  'bot_name',
  'bot_id',
  'bot_updated',
  'app_id',
  'install_ids',
] as const;

/** Those variables, in the order in which the built-in integration stores them. */
export function identityVariables(identity: SlackIdentity): Variable[] {
  const { appId, enterpriseId, teamId } = identity;
  const values: Record<(typeof IDENTITY_VARIABLES)[number], string> = {
    enterprise_id: enterpriseId,
    team_name: identity.teamName,
    team_id: teamId,
    user_name: identity.userName,
    user_id: identity.userId,
    bot_name: identity.botName,
    bot_id: identity.botId,
    bot_updated: identity.botUpdated,
    app_id: appId,
    install_ids: `${appId}/${enterpriseId}/${teamId}`,
  };
  return IDENTITY_VARIABLES.map((name) => ({ name, value: values[name], isSecret: false }));
}

/** Whole seconds, as the built-in integration writes them. */
function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
