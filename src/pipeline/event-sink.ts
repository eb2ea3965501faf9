import type { AutoKitteh } from '../autokitteh/client.js';
import type { EventSink, Send } from '../delivery/sink.js';
import { toEvent } from '../events/mapping.js';
import type { JournalRow } from '../storage/journal.js';
import type { AnswerDesk } from './pending-responses.js';
import { answersKind } from '../connections/answer-kind.js';
import { ANSWERS_PATH } from './response-routes.js';
import { outcomeOfError } from './dispatch-outcome.js';
import type { LiveConnections } from '../connections/live-connections.js';
import { fateOf, searchEvent } from './event-search.js';

export interface EventSinkOptions {
  readonly server: Pick<
    AutoKitteh,
    'prepareDispatch' | 'connection' | 'listEvents' | 'hasSession' | 'listTriggers'
  >;
  readonly integrationId: string;
  readonly live: Pick<LiveConnections, 'entry'>;
  readonly desk: Pick<AnswerDesk, 'awaited' | 'ticket'>;
  /** The address at which workflows reach the answers, such as `https://ak.example.com`. */
  readonly answersBase: () => string;
}

/** Brings journal rows to AutoKitteh: maps the frame as it came, dispatches it, and finds it again. */
export function createEventSink(options: EventSinkOptions): EventSink {
  const { server } = options;
  return {
    prepare(row): Send {
      const answerUrl = answerUrlOf(row, options);
      const event = toEvent(row.body, {
        appId: row.appId,
        key: row.key,
        ...(answerUrl === undefined ? {} : { answerUrl }),
      });
      const dispatch = server.prepareDispatch({ destinationId: row.connectionId, ...event });
      return async (signal) => {
        try {
          const { eventId } = await dispatch(signal);
          return { t: 'delivered', eventId, eventType: event.eventType };
        } catch (error) {
          return outcomeOfError(error);
        }
      };
    },
    find: (row, signal) => searchEvent(server, options.integrationId, row, signal),
    fateOf: (taken, signal) => fateOf(server, taken, signal),
  };
}

/** The address at which a row's event can still be answered by a workflow of its connection, if that chose to. */
function answerUrlOf(row: JournalRow, { live, desk, answersBase }: EventSinkOptions): string | undefined {
  const kind = desk.awaited(row.appId, row.key);
  // Another connection of the same installation may have chosen what this one did not.
  if (kind === undefined || !answersKind(live.entry(row.connectionId), kind)) return undefined;
  return `${answersBase()}${ANSWERS_PATH}/${desk.ticket(row.appId, row.key)}`;
}
