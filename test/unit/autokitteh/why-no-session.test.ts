import { describe, expect, it } from 'vitest';
import type { TriggerRecord } from '../../../src/autokitteh/client.js';
import { whyNoSession, type ProjectFacts } from '../../../src/autokitteh/why-no-session.js';

const NOW = Date.UTC(2026, 0, 5, 12);
const EVENT = { eventId: 'evt_1', eventType: 'message', createdAt: NOW - 3_600_000 };
const DEPLOYED = [{ projectId: 'prj_1', since: 0 }];

function trigger(eventType: string, filter = '', hasCall = true): TriggerRecord {
  return { name: 'on_event', projectId: 'prj_1', eventType, filter, hasCall };
}

describe('Why an event has started no session', () => {
  it.each<[string, ProjectFacts, string | undefined]>([
    [
      'no trigger is for its type',
      { triggers: [trigger('reaction_added')], deployments: DEPLOYED },
      'No trigger of the connection takes events of the type message.',
    ],
    [
      'nothing is deployed, whatever its triggers are',
      { triggers: [], deployments: [] },
      'The project has no active deployment: deploy it (ak deploy).',
    ],
    [
      'its triggers call nothing',
      { triggers: [trigger('message', '', false), trigger('*', '', false)], deployments: DEPLOYED },
      '2 triggers take events of the type message, and call no function.',
    ],
    [
      'another project is deployed',
      { triggers: [trigger('message')], deployments: [{ projectId: 'prj_2', since: 0 }] },
      'The project has no active deployment: deploy it (ak deploy).',
    ],
    [
      'the deployment is newer',
      { triggers: [trigger('message')], deployments: [{ projectId: 'prj_1', since: NOW }] },
      'The active deployment is newer than this event: cause another one.',
    ],
    [
      'there are filters alone',
      { triggers: [trigger('message', 'data.text == "x"'), trigger('', ' data.y ')], deployments: DEPLOYED },
      '2 triggers take events of the type message, but no filter was true of this event, or could be computed: data.text == "x" and data.y. Compare with its data (ak event get evt_1).',
    ],
    [
      'a trigger takes all',
      { triggers: [trigger('message', 'data.x'), trigger('*')], deployments: DEPLOYED, isWaitedFor: true },
      '2 triggers take events of the type message, but may be newer than this event: cause another one. A session that runs may have waited for it.',
    ],
    ['nothing is told', { triggers: undefined, deployments: undefined }, undefined],
  ])('It is said of an event without a session when %s', (_, facts, words) => {
    expect(whyNoSession(EVENT, facts, NOW)?.words).toBe(words);
  });

  it('An event that has just come is not said to start nothing', () => {
    const facts = { triggers: [trigger('message', 'data.x')], deployments: DEPLOYED };
    const now = EVENT.createdAt + 1_000;
    expect(whyNoSession(EVENT, facts, now)?.words).toBe('No session has started yet.');
  });
});
