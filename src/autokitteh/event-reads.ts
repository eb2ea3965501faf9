import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { timestampMs, type Timestamp } from '@bufbuild/protobuf/wkt';
import { PluginError } from '../core/errors.js';
import { DeploymentsService, DeploymentState } from '../gen/autokitteh/deployments/v1/deployments_pb.js';
import { EventsService } from '../gen/autokitteh/events/v1/events_pb.js';
import { SessionsService, SessionStateType } from '../gen/autokitteh/sessions/v1/sessions_pb.js';
import { isId } from './ids.js';
import type { Value } from './values.js';

/** An event as the server lists it: without its data, with its memo. */
export interface EventRecord {
  readonly eventId: string;
  readonly destinationId: string;
  readonly eventType: string;
  readonly memo: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, by the server's clock; 0 if it gave none. */
  readonly createdAt: number;
}

/** An event with its data. */
export interface WholeEvent extends EventRecord {
  readonly data: Readonly<Record<string, Value>>;
}

/** Whose sessions or deployments are meant: those of a project, or of all projects of an organisation. */
export type OwnerQuery = { readonly projectId: string } | { readonly orgId: string };

/** A session, as the server lists it, and what started it. */
export interface StartedSession {
  readonly sessionId: string;
  readonly eventId: string;
  /** Name of the trigger; empty where a person started the session. */
  readonly triggerName: string;
  /** In small letters: `created`, `running`, `error`, `completed` or `stopped`. */
  readonly state: string;
  /** Milliseconds since 1970, by the server's clock; 0 if it gave none. */
  readonly createdAt: number;
}

/** An active deployment. */
export interface ActiveDeployment {
  readonly projectId: string;
  /** When it was activated: milliseconds since 1970, by the server's clock; 0 if it gave none. */
  readonly since: number;
}

/** What tells a person how their events fared. */
export interface EventReads {
  /** A stored event; nothing when it is unknown or not ours to see. */
  event(eventId: string, signal?: AbortSignal): Promise<WholeEvent | undefined>;
  /** Sessions, latest first, at most `most`. */
  latestSessions(owner: OwnerQuery, most: number, signal?: AbortSignal): Promise<StartedSession[]>;
  /** Active deployments; a project has at most one. */
  activeDeployments(owner: OwnerQuery, signal?: AbortSignal): Promise<ActiveDeployment[]>;
}

/** One unary call of the server. */
type Call = <I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
  signal: AbortSignal | undefined,
) => Promise<MessageShape<O>>;

// Of an organisation; nobody looks at more.
const MOST_DEPLOYMENTS = 200;

export function eventReads(call: Call): EventReads {
  return {
    async event(eventId, signal) {
      // The server takes a malformed one for a fault of its own.
      if (!isId('evt', eventId)) return undefined;
      try {
        const { event } = await call(EventsService.method.get, { eventId }, signal);
        return event === undefined ? undefined : { ...eventRecord(event), data: event.data };
      } catch (error) {
        if (PluginError.from(error).code === 'not_found') return undefined;
        throw error;
      }
    },
    async latestSessions(owner, most, signal) {
      const { sessions } = await call(SessionsService.method.list, { ...owner, pageSize: most }, signal);
      return sessions.map(({ sessionId, eventId, memo, state, createdAt }) => ({
        ...{ sessionId, eventId },
        triggerName: memo['trigger_name'] ?? '',
        state: stateWord(state),
        createdAt: milliseconds(createdAt),
      }));
    },
    async activeDeployments(owner, signal) {
      const request = { ...owner, state: DeploymentState.ACTIVE, limit: MOST_DEPLOYMENTS };
      const { deployments } = await call(DeploymentsService.method.list, request, signal);
      return deployments.map(({ projectId, updatedAt }) => ({ projectId, since: milliseconds(updatedAt) }));
    },
  };
}

/** The state of a session as its enum names it, in small letters. */
export function stateWord(state: SessionStateType): string {
  return SessionStateType[state].toLowerCase();
}

/** What decoding makes of a listed event, without what is of no use here. */
export function eventRecord(event: {
  readonly eventId: string;
  readonly destinationId: string;
  readonly eventType: string;
  readonly memo: Record<string, string>;
  readonly createdAt?: Timestamp | undefined;
}): EventRecord {
  const { eventId, destinationId, eventType, memo, createdAt } = event;
  return { eventId, destinationId, eventType, memo, createdAt: milliseconds(createdAt) };
}

/** Milliseconds since 1970; 0 without a time. */
export function milliseconds(time: Timestamp | undefined): number {
  return time === undefined ? 0 : timestampMs(time);
}
