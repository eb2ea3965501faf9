import type { TriggerRecord } from '../../autokitteh/client.js';
import { isJsonObject, objectAt, stringAt, type JsonObject } from '../../core/json.js';
import { appFailure, slackApps } from '../../setup/slack-app.js';
import type { SlackWebApi } from '../../slack/web-api.js';
import type { AppFacts } from './app-steps.js';
import type { Finding } from './finding.js';
import { insteadOf, subscriptionsFor } from '../../setup/events/trigger-types.js';

export interface SubscriptionsAsked {
  readonly app: AppFacts;
  readonly appConfigToken: string | undefined;
  readonly triggers: readonly TriggerRecord[];
  readonly signal: AbortSignal;
}

const STEP = 'app';

/**
 * Whether the Slack app sends what the triggers wait for. Slack tells that only to an app configuration token; without one,
 * the finding names what to look for.
 */
export async function trySubscriptions(
  slack: SlackWebApi,
  { app, appConfigToken, triggers, signal }: SubscriptionsAsked,
): Promise<Finding[]> {
  const types = [...new Set(triggers.map(({ eventType }) => eventType))].filter(
    (type) => !['', '*'].includes(type) && insteadOf(type) === undefined,
  );
  if (app.tokens === undefined || types.length === 0) return [];
  const { appId } = app.tokens;
  if (appConfigToken === undefined) return [toLookAt(appId, types)];
  const answer = await slackApps(slack, appConfigToken, signal).exportManifest(appId);
  if (!answer.ok)
    return [
      {
        step: STEP,
        verdict: 'skipped',
        found: `The settings of the app ${appId} could not be read: ${appFailure(answer.failure).sentence}`,
      },
    ];
  return findingsOf(answer.value, types, triggers);
}

function toLookAt(appId: string, types: readonly string[]): Finding {
  const wanted = types.map((type) => {
    if (type === 'slash_command') return 'the command under “Slash Commands”';
    if (type === 'interaction') return '“Interactivity & Shortcuts” switched on';
    return `${subscriptionsFor(type).join(' or ')} under “Event Subscriptions”`;
  });
  return {
    ...{ step: STEP, verdict: 'skipped', found: 'Slack does not tell a bot which events its app sends.' },
    advice: `Look at https://api.slack.com/apps/${appId} for: ${wanted.join('; ')}. Or give an app configuration token with --app-config-token-file.`,
  };
}

function findingsOf(
  manifest: JsonObject,
  types: readonly string[],
  triggers: readonly TriggerRecord[],
): Finding[] {
  const settings = objectAt(manifest, 'settings');
  const subscribed = strings(objectAt(settings, 'event_subscriptions')?.['bot_events']);
  const commands = objectsOf(objectAt(manifest, 'features')?.['slash_commands']).map((each) =>
    stringAt(each, 'command'),
  );
  const missing: Finding[] = [];
  const failed = (found: string, advice: string): void => {
    missing.push({ step: STEP, verdict: 'failed', found, advice });
  };
  if (settings?.['socket_mode_enabled'] !== true)
    failed('Socket Mode is switched off for the app.', 'Switch it on under “Socket Mode”.');
  for (const type of types) {
    if (type === 'interaction') {
      if (objectAt(settings, 'interactivity')?.['is_enabled'] !== true)
        failed('The app sends no interactions.', 'Switch on “Interactivity & Shortcuts”.');
    } else if (type === 'slash_command') {
      for (const command of commandsIn(triggers))
        if (!commands.includes(command))
          failed(`The app has no slash command ${command}.`, 'Add it under “Slash Commands”.');
      if (commands.length === 0) failed('The app has no slash command.', 'Add one under “Slash Commands”.');
    } else {
      const events = subscriptionsFor(type);
      if (!events.some((event) => subscribed.includes(event)))
        failed(
          `The app is not subscribed to ${events.join(' or ')}.`,
          'Add it under “Event Subscriptions”, “Subscribe to bot events”, and install the app again.',
        );
    }
  }
  if (missing.length > 0) return missing;
  return [
    { step: STEP, verdict: 'ok', found: `The app sends what the triggers wait for: ${types.join(', ')}.` },
  ];
}

/** The commands that filters of triggers name. */
function commandsIn(triggers: readonly TriggerRecord[]): string[] {
  return triggers
    .filter(({ eventType }) => eventType === 'slash_command')
    .flatMap(({ filter }) => [...filter.matchAll(/data\.command\s*==\s*["'](\/[^"']+)["']/g)])
    .flatMap(([, command]) => command ?? []);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter((each) => isJsonObject(each)) : [];
}
