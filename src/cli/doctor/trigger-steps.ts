import { takesAll } from '../../autokitteh/trigger-match.js';
import type { AutoKitteh, TriggerRecord } from '../../autokitteh/client.js';
import { serverReason } from '../../core/errors.js';
import { counted, sentence } from '../../core/words.js';
import type { SlackWebApi } from '../../slack/web-api.js';
import type { AppFacts } from './app-steps.js';
import { tryChannels } from './channel-step.js';
import type { KnownConnection } from './connection-steps.js';
import type { Finding } from './finding.js';
import { trySubscriptions } from './subscription-steps.js';
import { insteadOf, isKnownType, scopesFor } from '../../setup/events/trigger-types.js';

export interface TriggersAsked {
  readonly known: KnownConnection;
  readonly app: AppFacts;
  readonly appConfigToken: string | undefined;
  readonly signal: AbortSignal;
}

const STEP = 'triggers';

/** Whether there are triggers for events that can come, and whether Slack lets the app have those events. */
export async function tryTriggers(
  server: Pick<AutoKitteh, 'listTriggers' | 'hasSession'>,
  slack: SlackWebApi,
  { known, app, appConfigToken, signal }: TriggersAsked,
): Promise<{
  readonly findings: readonly Finding[];
  readonly triggers: readonly TriggerRecord[] | undefined;
}> {
  const { id, projectId } = known.record;
  try {
    const triggers = await server.listTriggers(id, signal);
    const isWaitedFor = projectId !== '' && (await server.hasSession({ runningIn: projectId }, signal));
    const types = [...new Set(triggers.map(({ eventType }) => (eventType === '' ? '*' : eventType)))];
    return {
      findings: [
        triggers.length === 0 ? noTrigger(isWaitedFor) : listed(triggers),
        ...triggers.flatMap(problemsOf),
        ...types.flatMap((type) => scopeFinding(type, app.granted)),
        ...(await trySubscriptions(slack, { app, appConfigToken, triggers, signal })),
        ...(await tryChannels(slack, app, signal)),
      ],
      triggers,
    };
  } catch (error) {
    const found = sentence(`AutoKitteh did not list the triggers: ${serverReason(error)}`);
    return { findings: [{ step: STEP, verdict: 'skipped', found }], triggers: undefined };
  }
}

function noTrigger(isWaitedFor: boolean): Finding {
  if (isWaitedFor)
    return {
      ...{ step: STEP, verdict: 'warning' },
      found:
        'The connection has no trigger: only sessions that run and wait with `subscribe` get its events.',
      advice: 'Add a trigger to autokitteh.yaml if events are to start sessions, and run `ak deploy`.',
    };
  return {
    ...{
      step: STEP,
      verdict: 'failed',
      about: ['triggers'],
      found: 'The connection has no trigger, so its events start nothing.',
    },
    advice:
      'Add a trigger with `connection`, `event_type` and `call` to autokitteh.yaml, and run `ak deploy`.',
  };
}

function listed(triggers: readonly TriggerRecord[]): Finding {
  const names = triggers.map(({ name, eventType, filter }) => {
    const type = takesAll(eventType) ? 'all events' : eventType;
    return `${name} takes ${type}${filter === '' ? '' : ` where ${filter}`}`;
  });
  return { step: STEP, verdict: 'ok', found: `${counted(triggers.length, 'trigger')}: ${names.join('; ')}.` };
}

function problemsOf({ name, eventType, filter, hasCall }: TriggerRecord): Finding[] {
  const failed = (found: string, advice: string): Finding => ({
    step: STEP,
    verdict: 'failed',
    about: ['triggers'],
    found,
    advice,
  });
  const problems: Finding[] = [];
  if (!hasCall)
    problems.push(
      failed(`${name} has no \`call\`, so it starts nothing.`, `Give it \`call: <file>:<function>\`.`),
    );
  const instead = insteadOf(eventType);
  if (instead !== undefined)
    problems.push(failed(`No event has the type ${eventType}, which ${name} waits for.`, instead));
  else if (!takesAll(eventType) && !isKnownType(eventType))
    problems.push({
      ...{ step: STEP, verdict: 'warning' },
      found: `${eventType}, which ${name} waits for, is no event that this program knows of Slack.`,
      advice: 'Compare it with the list in docs/authors/events.md.',
    });
  if (/\b(?:data\.event|event\.data)\b/.test(filter))
    problems.push(
      failed(
        `The filter of ${name} reads ${/\b(?:data\.event|event\.data)\b/.exec(filter)?.[0] ?? ''}, which is not there, so it is never true.`,
        'In a filter, `data` is the event itself: `data.text`, `data.channel`.',
      ),
    );
  return problems;
}

/** Whether the bot has a scope for events of this type. */
function scopeFinding(eventType: string, granted: readonly string[] | undefined): Finding[] {
  const needed = scopesFor(eventType);
  if (needed.length === 0 || granted === undefined) return [];
  const has = needed.filter((scope) => granted.includes(scope));
  const step = 'scopes';
  if (has.length === 0)
    return [
      {
        ...{
          step,
          verdict: 'failed',
          found: `The bot has none of the scopes for ${eventType}: ${needed.join(', ')}.`,
        },
        advice: 'Add one under “OAuth & Permissions”, install the app again, and save the new bot token.',
      },
    ];
  const missing = needed.filter((scope) => !granted.includes(scope));
  if (eventType !== 'message' || missing.length === 0)
    return [{ step, verdict: 'ok', found: `The bot has ${has.join(', ')} for ${eventType}.` }];
  return [
    {
      ...{ step, verdict: 'ok' },
      found: `The bot has ${has.join(', ')} for message; without ${missing.join(', ')} it hears nothing of those places.`,
    },
  ];
}
