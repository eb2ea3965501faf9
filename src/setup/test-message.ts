import type { SlackWebApi } from '../slack/web-api.js';
import { slackFailureSentence } from './slack-failure.js';

// Slack: ids of members (U, W), channels (C, G) and direct messages (D), or a channel's name.
const RECIPIENT = /^(?:[UWCGD][A-Z0-9]{2,}|#?[\p{L}\p{N}_-]{1,80})$/u;

const TEXT = 'This is a test message from AutoKitteh: the bot token works.';

const ADVICE: Readonly<Record<string, string>> = {
  channel_not_found:
    'there is no such member or channel, or the bot cannot see it: copy the member ID again, or invite the bot to the channel',
  not_in_channel: 'the bot is not in that channel: invite it there first',
  is_archived: 'that channel is archived: choose another one',
  restricted_action: 'the workspace does not let apps write there: choose another channel',
};

/**
 * Writes to a member (a direct message from the bot) or to a channel; gives a sentence about what became of it.
 */
export async function sendTestMessage(
  slack: SlackWebApi,
  botToken: string,
  recipient: string,
  signal: AbortSignal,
): Promise<{ readonly sent: boolean; readonly sentence: string }> {
  const channel = recipient.trim();
  if (!RECIPIENT.test(channel)) {
    return { sent: false, sentence: 'Give a member ID such as U0123456789, or the name of a channel.' };
  }
  if (botToken === '') return { sent: false, sentence: 'There is no bot token yet: save both tokens first.' };
  const answer = await slack.call('chat.postMessage', { channel, text: TEXT }, botToken, signal);
  if (!answer.ok) return { sent: false, sentence: slackFailureSentence(answer.failure, 'bot', ADVICE) };
  return { sent: true, sentence: 'Slack accepted the message. Look for it in Slack.' };
}
