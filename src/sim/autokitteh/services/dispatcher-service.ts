import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { exchangeKey } from '../faults.js';
import { callerKey, SYSTEM } from '../identity.js';
import { idProblem, kindOf } from '../ids.js';
import { refusals, requireFilled } from '../refusals.js';
import { formProblems } from '../value-rules.js';
import type { World } from '../world.js';
import type { DispatcherService } from '../../../gen/autokitteh/dispatcher/v1/dispatcher_pb.js';
import { EventSchema } from '../../../gen/autokitteh/events/v1/events_pb.js';

export function dispatcherService(world: World): ServiceImpl<typeof DispatcherService> {
  const { store, rights, dispatching } = world;
  return {
    dispatch({ event, deploymentId, wait }, { values, signal }) {
      if (event?.eventId !== '')
        throw refusals.malformed('event_id must not be specified [dispatcher.event_id_must_be_empty]');
      const problems = formProblems(event.data, 'event.data');
      if (problems.length > 0) throw refusals.malformed(problems.join('\n - '));
      if (!isDestination(event.destinationId)) {
        // AutoKitteh's handler panics on a malformed destination, which ends the connection without an answer.
        values.get(exchangeKey).cut();
        throw refusals.unknown('panic');
      }
      const cut = (): void => values.get(exchangeKey).cut();
      return dispatching.dispatch(values.get(callerKey), event, { deploymentId, wait, signal, cut });
    },
    redispatch({ eventId, deploymentId, wait }, { values, signal }) {
      requireFilled('event_id', eventId);
      if (deploymentId === '') throw refusals.invalid('invalid');
      const row = store.events.find((event) => event.eventId === eventId);
      if (row === undefined || !rights.isMember(values.get(callerKey), row.orgId)) throw refusals.notFound();
      const { destinationId, eventType, data, memo } = row;
      const again = create(EventSchema, {
        destinationId,
        eventType,
        data,
        memo: { ...memo, redispatch_of: eventId },
      });
      const cut = (): void => values.get(exchangeKey).cut();
      return dispatching.dispatch(SYSTEM, again, { deploymentId, wait, signal, cut });
    },
  };
}

function isDestination(id: string): boolean {
  const kind = kindOf(id);
  return id === '' || ((kind === 'con' || kind === 'trg') && idProblem(id, kind) === undefined);
}
