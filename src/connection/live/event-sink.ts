import type { AutoKitteh } from '../../autokitteh/client.js';
import { findEvent } from '../../autokitteh/event-lookup.js';
import type { EventSink, Send } from '../../delivery/sink.js';
import { toEvent } from '../../events/mapping.js';
import type { JournalRow } from '../../storage/journal.js';
import { outcomeOfError } from './dispatch-outcome.js';

export interface EventSinkOptions {
  readonly server: Pick<AutoKitteh, 'prepareDispatch' | 'listEvents'>;
  readonly integrationId: string;
  /** Where a workflow can answer this row's event, if its connection chose to. */
  readonly answerUrl: (row: JournalRow) => string | undefined;
  /** Whether the connection belongs to an organisation; undefined if that is not known, as before the first look at them. */
  readonly isOrgLevel: (connectionId: string) => boolean | undefined;
}

/** The memo's entry that tells a row's event from every other at the server. */
const MEMO_KEY = 'slack_event_key';

/** Brings journal rows to AutoKitteh: maps the frame as it came, dispatches it, and finds it again after a crash. */
export function createEventSink(options: EventSinkOptions): EventSink {
  const { server } = options;
  return {
    prepare(row): Send {
      const answerUrl = options.answerUrl(row);
      const event = toEvent(row.body, {
        appId: row.appId,
        key: row.key,
        ...(answerUrl === undefined ? {} : { answerUrl }),
      });
      const dispatch = server.prepareDispatch({ destinationId: row.connectionId, ...event });
      return async (signal) => {
        try {
          const { eventId } = await dispatch(signal);
          return { t: 'delivered', eventId };
        } catch (error) {
          return outcomeOfError(error);
        }
      };
    },
    async find(row, signal): Promise<string | undefined> {
      const sought = {
        connectionId: row.connectionId,
        integrationId: options.integrationId,
        orgLevel: options.isOrgLevel(row.connectionId),
        memo: [MEMO_KEY, row.key] as const,
        since: row.receivedAt,
      };
      return (await findEvent(server, sought, signal))?.eventId;
    },
  };
}
