import type { AutoKitteh } from '../autokitteh/client.js';
import { respondsTo, type ResponseKind } from '../connections/choices.js';
import type { Registry } from '../connections/registry.js';
import { isJsonObject, objectAt } from '../core/json.js';
import type { EventSink, Send } from '../delivery/sink.js';
import { toEvent } from '../events/mapping.js';
import type { JournalRow } from '../storage/rows.js';
import { outcomeOfError } from './dispatch-outcome.js';
import { fateOf, searchEvent } from './event-search.js';
import type { PendingResponses } from './pending-responses.js';
import { responseKindOf } from './response-kinds.js';

export interface EventSinkOptions {
  readonly server: Pick<
    AutoKitteh,
    'prepareDispatch' | 'connection' | 'listEvents' | 'hasSession' | 'listTriggers'
  >;
  readonly integrationId: string;
  readonly registry: Pick<Registry, 'get'>;
  readonly responses: Pick<PendingResponses, 'kindOf' | 'address' | 'mayWaitElsewhere'>;
}

/** Brings journal rows to AutoKitteh: maps the frame as it came, dispatches it, and finds it again. */
export function createEventSink(options: EventSinkOptions): EventSink {
  const { server } = options;
  return {
    prepare(row): Send {
      const answerUrl = answerUrlOf(row, options);
      const { channel, ...event } = toEvent(row.body, {
        appId: row.appId,
        key: row.key,
        ...(answerUrl === undefined ? {} : { answerUrl }),
      });
      const dispatch = server.prepareDispatch({ destinationId: row.connectionId, ...event });
      const { eventType } = event;
      return async (signal) => {
        try {
          const { eventId } = await dispatch(signal);
          return { t: 'delivered', eventId, eventType, channel };
        } catch (error) {
          return { eventType, channel, ...outcomeOfError(error) };
        }
      };
    },
    find: (row, signal) => searchEvent(server, options.integrationId, row, signal),
    fateOf: (taken, signal) => fateOf(server, taken, signal),
  };
}

/** The address at which a row's event can still be answered by a workflow of its connection, if that chose to. */
function answerUrlOf(row: JournalRow, { registry, responses }: EventSinkOptions): string | undefined {
  const kind =
    responses.kindOf(row.appId, row.key) ??
    (responses.mayWaitElsewhere(row.receivedAt) ? kindOfFrame(row) : undefined);
  // Another connection of the same installation may have chosen what this one did not.
  if (kind === undefined || !respondsTo(registry.get(row.connectionId), kind)) return undefined;
  return responses.address(row.appId, row.key);
}

/** The kind of response that another process may be waiting for, of an event that came to it. */
function kindOfFrame({ kind, urgent, body }: JournalRow): ResponseKind | undefined {
  if (!urgent) return undefined;
  const frame: unknown = JSON.parse(body);
  const payload = isJsonObject(frame) ? objectAt(frame, 'payload') : undefined;
  return payload === undefined ? undefined : responseKindOf(kind, payload);
}
