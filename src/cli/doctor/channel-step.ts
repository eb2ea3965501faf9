import type { SlackWebApi } from '../../slack/web-api.js';
import type { AppFacts } from './app-steps.js';
import type { Finding } from './finding.js';

/** Whether the bot is in a channel: of others Slack sends it next to nothing. */
export async function tryChannels(
  slack: SlackWebApi,
  app: AppFacts,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { tokens, botName } = app;
  if (tokens === undefined || botName === undefined) return [];
  const step = 'channels';
  const args = { types: 'public_channel,private_channel', exclude_archived: true, limit: 200 };
  const answer = await slack.call('users.conversations', args, tokens.botToken, signal);
  const channels = answer.ok ? answer.value['channels'] : undefined;
  if (!Array.isArray(channels))
    return [{ step, verdict: 'skipped', found: 'Slack did not list the channels that the bot is in.' }];
  if (channels.length > 0)
    return [{ step, verdict: 'ok', found: `@${botName} is in ${counted(channels.length)}.` }];
  return [
    {
      ...{
        step,
        verdict: 'warning',
        found: `@${botName} is in no channel, so Slack sends it no events of channels.`,
      },
      advice: `Type “/invite @${botName}” in a channel, or write the bot a direct message.`,
    },
  ];
}

function counted(channels: number): string {
  if (channels >= 200) return 'at least 200 channels';
  return channels === 1 ? '1 channel' : `${channels} channels`;
}
