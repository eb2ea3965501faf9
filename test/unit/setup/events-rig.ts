import { expect } from 'vitest';
import type { StartedSession, WholeEvent } from '../../../src/autokitteh/event-reads.js';
import type { TriggerRecord } from '../../../src/autokitteh/client.js';
import type { EventsAnswer } from '../../../src/browser/events.js';
import { APP_TOKEN, BOT_TOKEN, CONNECTION, createFakeSetup, PERSON } from './fakes.js';

export const EVENTS = `/slack/assets/events?cid=${CONNECTION}&origin=web`;
export const PROJECT = 'prj_01hzzzzzzzzzzzzzzzzzzzzzzz';
export const HOUR_AGO = -3_600_000;

/** The page of a connection that has both tokens, and AutoKitteh with the events that a test puts there. */
export class EventsRig {
  readonly setup = createFakeSetup();
  #arrived = 0;

  constructor() {
    this.setup.autokitteh.store({
      auth_type: 'socketMode',
      socket_mode_app_token: APP_TOKEN,
      private_bot_token: BOT_TOKEN,
    });
    this.setup.autokitteh.deployments = [{ projectId: PROJECT, since: 0 }];
  }

  /** An event that AutoKitteh has stored; its id. */
  arrived(eventType: string, more: Partial<WholeEvent> = {}): string {
    this.#arrived += 1;
    const eventId = `evt_0000000000000000000000${String(this.#arrived).padStart(4, '0')}`;
    this.setup.autokitteh.events.push({
      ...{ eventId, eventType, destinationId: CONNECTION },
      memo: { slack_channel: 'C0GENERAL1' },
      createdAt: this.setup.clock.now() + HOUR_AGO,
      data: {},
      ...more,
    });
    return eventId;
  }

  trigger(name: string, eventType: string, filter = ''): TriggerRecord {
    const made = { name, projectId: PROJECT, eventType, filter, hasCall: true };
    this.setup.autokitteh.triggers.push(made);
    return made;
  }

  started(eventId: string, more: Partial<StartedSession> = {}): string {
    const sessionId = `ses_0000000000000000000000${String(this.setup.autokitteh.sessions.length).padStart(4, '0')}`;
    const session = { sessionId, eventId, triggerName: 'on_message', state: 'completed' };
    this.setup.autokitteh.sessions.push({ ...session, createdAt: this.setup.clock.now(), ...more });
    return sessionId;
  }

  async answer(): Promise<EventsAnswer> {
    const response = await this.setup.app.request(EVENTS, { headers: { authorization: PERSON } });
    expect(response.status).toBe(200);
    return (await response.json()) as EventsAnswer;
  }

  async page(more = ''): Promise<string> {
    const address = `/slack/?cid=${CONNECTION}&origin=web${more}`;
    const response = await this.setup.app.request(address, { headers: { authorization: PERSON } });
    expect(response.status).toBe(200);
    return response.text();
  }

  /** Why each event started nothing, the newest first. */
  async reasons(): Promise<string[]> {
    return (await this.answer()).events.map(({ reason }) => reason);
  }
}
