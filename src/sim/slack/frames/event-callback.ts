import type { JsonObject } from '../../../core/json.js';
import type { Draft, Frame, FrameContext } from './draft.js';

/** What may be different around an inner event. */
export interface EventOptions {
  /** Fields put over those of the payload around the event; `undefined` removes one. */
  readonly outer?: JsonObject;
}

/** Any event of the Events API, given whole: `innerEvent({type: 'channel_archive', channel: 'C1', user: 'U1'})`. */
export function innerEvent(event: JsonObject, options: EventOptions = {}): Frame {
  return (context) => eventCallback(context, event, options);
}

/** An `event_callback` as Slack sends it: ids, context and the one authorization that is listed. */
export function eventCallback(context: FrameContext, event: JsonObject, options: EventOptions = {}): Draft {
  const { installation, workspace, ids } = context;
  const eventId = ids.object('Ev');
  const type = typeof event.type === 'string' ? event.type : '';
  const payload: JsonObject = {
    token: context.verificationToken,
    team_id: workspace.id,
    ...(workspace.organization === undefined ? {} : { enterprise_id: workspace.organization.id }),
    context_team_id: workspace.id,
    context_enterprise_id: workspace.organization?.id ?? null,
    api_app_id: installation.app.id,
    event: { event_ts: context.timestamp(), ...event },
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.floor(context.now / 1000),
    authorizations: [authorization(context)],
    is_ext_shared_channel: false,
    event_context: `4-${Buffer.from(JSON.stringify({ et: type, tid: workspace.id, aid: installation.app.id })).toString('base64')}`,
    ...options.outer,
  };
  return { kind: 'events_api', type, key: eventId, acceptsResponsePayload: false, payload };
}

/** For an org-wide installation the team is null (Slack: Events API, authorizations). */
function authorization({ installation }: FrameContext): JsonObject {
  return {
    enterprise_id: installation.organization?.id ?? null,
    team_id: installation.workspace?.id ?? null,
    user_id: installation.botUser.id,
    is_bot: true,
    is_enterprise_install: installation.workspace === undefined,
  };
}
