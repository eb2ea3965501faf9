import type { ConnectionRecord } from '../../autokitteh/connection-list.js';
import { takesEventsOf } from '../../autokitteh/trigger-match.js';
import type { EventsAnswer, EventRow } from '../../browser/events.js';
import { PluginError } from '../../core/errors.js';
import { cutText } from '../../core/text.js';
import { sentence } from '../../core/words.js';
import { withAnswerLimit, type Servers } from '../answer-limit.js';
import type { PersonsAutoKitteh, SetupPorts } from '../ports.js';
import { BotFactsMemory } from './bot-facts.js';
import { fieldsOf, type EventFields } from './fields.js';
import { lookAtEvents, type SeenEvent } from './look.js';
import { Looks } from './looks.js';
import { missingOf } from './missing.js';

/** An event with its data, as it is shown unfolded. */
export type OpenEvent =
  | {
      readonly t: 'event';
      readonly eventId: string;
      readonly eventType: string;
      readonly createdAt: number;
      readonly fields: EventFields;
      /** Those for its type, with what they ask for. */
      readonly triggers: readonly { readonly name: string; readonly filter: string }[];
    }
  | { readonly t: 'not_shown'; readonly sentence: string };

/** A connection that a person looks at. */
export interface Looked {
  readonly record: ConnectionRecord;
  /** Empty where Slack is not to be asked about it. */
  readonly botToken: string;
}

/** The page's own address for a connection: what its links have in common. */
export interface PageAddress {
  readonly connectionId: string;
  readonly origin: string;
}

/** What the pages need from the rest of the program, and what they keep for all who look. */
export interface PagePorts extends SetupPorts {
  readonly connectionEvents: ConnectionEvents;
}

const LIMIT_MS = 4_000;
// AutoKitteh's own types and names are far shorter; another program may have dispatched anything.
const LONGEST_WORD = 80;

type Ports = Pick<SetupPorts, 'clock' | 'slack' | 'log' | 'manifest' | 'serverUrl'>;

/** The events of connections, read from AutoKitteh with the rights of the person who looks; nothing of them is kept. */
export class ConnectionEvents {
  readonly #ports: Ports;
  readonly #looks = new Looks();
  readonly #bots: BotFactsMemory;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#bots = new BotFactsMemory(ports.clock);
  }

  /** Whether a look needs no bot token, because Slack was asked within the last minute. */
  knowsBotOf(connectionId: string): boolean {
    return this.#bots.isFresh(connectionId);
  }

  /** A person stored other tokens. */
  forget(connectionId: string): void {
    this.#bots.forget(connectionId);
  }

  /** The latest events and what is missing. Never rejects: what is in the way is the answer's `problem`. */
  async of(
    person: PersonsAutoKitteh,
    { record, botToken }: Looked,
    address: PageAddress,
  ): Promise<EventsAnswer> {
    const { clock, slack, manifest } = this.#ports;
    return this.#look(
      person,
      record,
      async ({ autokitteh, signal }) => {
        const [look, bot] = await Promise.all([
          lookAtEvents(autokitteh, record, clock.now(), signal),
          this.#bots.of(slack, record.id, botToken),
        ]);
        const { triggers, types: seen } = look;
        return {
          problem: '',
          events: look.events.map((event) => this.#rowOf(event, address)),
          ...missingOf({ triggers, seen, proposed: manifest, bot }),
        };
      },
      (problem) => ({ problem, events: [], missing: [], notYet: '' }),
    );
  }

  /** One event of a connection with its data. Never rejects. */
  async open(person: PersonsAutoKitteh, record: ConnectionRecord, eventId: string): Promise<OpenEvent> {
    return this.#look<OpenEvent>(
      person,
      record,
      async ({ autokitteh, signal }) => {
        const [event, triggers] = await Promise.all([
          autokitteh.event(eventId, signal),
          // What is refused of them is not shown; what else is wrong, the list says.
          autokitteh.listTriggers(record.id, signal).catch(() => []),
        ]);
        if (event?.destinationId !== record.id)
          return { t: 'not_shown', sentence: 'This connection has no such event.' };
        return {
          t: 'event',
          eventId: event.eventId,
          eventType: event.eventType,
          createdAt: event.createdAt,
          fields: fieldsOf(event.data),
          triggers: triggers.filter(({ eventType }) => takesEventsOf(eventType, event.eventType)),
        };
      },
      (problem) => ({ t: 'not_shown', sentence: problem }),
    );
  }

  async #look<Result>(
    person: PersonsAutoKitteh,
    { id }: ConnectionRecord,
    work: (servers: Servers) => Promise<Result>,
    otherwise: (problem: string) => Result,
  ): Promise<Result> {
    try {
      return await this.#looks.run(id, () => withAnswerLimit(this.#ports, person, LIMIT_MS, work));
    } catch (error) {
      if (!(error instanceof PluginError) || error.code === 'internal') throw error;
      return otherwise(
        error.code === 'forbidden'
          ? 'AutoKitteh does not let you see the events of this connection.'
          : sentence(error.message),
      );
    }
  }

  #rowOf(
    { eventId, eventType, createdAt, channel, sessions, reason }: SeenEvent,
    { connectionId, origin }: PageAddress,
  ): EventRow {
    const query = new URLSearchParams({ cid: connectionId, origin, event: eventId });
    return {
      id: eventId,
      type: cutText(eventType, LONGEST_WORD),
      channel: cutText(channel, LONGEST_WORD),
      at: new Date(createdAt).toISOString(),
      link: `/slack/?${query.toString()}#event`,
      sessions: sessions.map(({ sessionId, triggerName, state }) => ({
        id: sessionId,
        trigger: triggerName === '' ? 'A trigger' : cutText(triggerName, LONGEST_WORD),
        state,
        // A page of the server itself, whatever user interface people use beside it.
        link: `${this.#ports.serverUrl ?? ''}/internal/dashboard/sessions/${sessionId}`,
      })),
      reason,
    };
  }
}
