import type { EventFrame } from './frame.js';
import { isJsonObject, objectAt, stringAt, type ExactObject } from '../core/json.js';

/** Where a Slack app is installed: in one workspace, or (with an empty team) in a whole Enterprise Grid organisation. */
export interface Installation {
  readonly appId: string;
  readonly enterpriseId: string;
  readonly teamId: string;
}

/**
 * The installation that a frame is for, or undefined if it names none. The app is the socket's. For events the first
 * authorization decides, because in a shared channel the outer team may be the other workspace (Slack: Events API,
 * authorizations; Slack Connect); some events have none (`tokens_revoked`).
 */
export function installationOf(frame: Omit<EventFrame, 'envelopeId'>): Installation | undefined {
  const { payload } = frame;
  const place = frame.kind === 'events_api' ? eventPlace(payload) : interactionPlace(payload);
  return installation(frame.appId, place);
}

/**
 * Whether a connection whose variable `install_ids` holds `installIds` (`<app>/<enterprise>/<team>`) gets the events of
 * `installation`. An organisation-wide connection gets those of its organisation's workspaces too; one of a workspace
 * gets that workspace's alone.
 */
export function belongsTo(installIds: string, { appId, enterpriseId, teamId }: Installation): boolean {
  const [app = '', enterprise = '', team = '', ...rest] = installIds.split('/');
  const own = installation(app, { enterprise, team, wholeOrganisation: team === '' });
  if (own === undefined || rest.length > 0 || own.appId !== appId) return false;
  if (own.teamId === '') return own.enterpriseId === enterpriseId;
  // The enterprise may be unknown to one side: a workspace can join one later.
  const sameEnterprise = own.enterpriseId === enterpriseId || own.enterpriseId === '' || enterpriseId === '';
  return own.teamId === teamId && sameEnterprise;
}

/** An installation from its parts, if they name one. */
function installation(appId: string, place: Place): Installation | undefined {
  // Slack puts an organisation's own id in the place of the team's where the whole organisation is meant.
  const organisation = /^E/.test(place.team);
  const enterpriseId = place.enterprise === '' && organisation ? place.team : place.enterprise;
  const whole = organisation || (place.wholeOrganisation && enterpriseId !== '');
  const teamId = whole ? '' : place.team;
  return appId === '' || (teamId === '' && enterpriseId === '') ? undefined : { appId, enterpriseId, teamId };
}

interface Place {
  readonly team: string;
  readonly enterprise: string;
  readonly wholeOrganisation: boolean;
}

function eventPlace(payload: ExactObject): Place {
  const authorizations = payload['authorizations'];
  const first = Array.isArray(authorizations) ? authorizations[0] : undefined;
  const authorization = isJsonObject(first) ? first : undefined;
  return {
    team:
      stringAt(authorization, 'team_id') ||
      stringAt(payload, 'context_team_id') ||
      stringAt(payload, 'team_id'),
    enterprise:
      stringAt(authorization, 'enterprise_id') ||
      stringAt(payload, 'context_enterprise_id') ||
      stringAt(payload, 'enterprise_id'),
    wholeOrganisation: isTrue(authorization?.['is_enterprise_install']),
  };
}

function interactionPlace(payload: ExactObject): Place {
  const view = objectAt(payload, 'view');
  const team = objectAt(payload, 'team');
  const user = objectAt(payload, 'user');
  return {
    team:
      // In a view opened across Slack Connect the other two are the user's workspace.
      stringAt(view, 'app_installed_team_id') ||
      stringAt(team, 'id') ||
      stringAt(payload, 'team_id') ||
      stringAt(user, 'team_id'),
    enterprise:
      stringAt(objectAt(payload, 'enterprise'), 'id') ||
      stringAt(payload, 'enterprise_id') ||
      stringAt(team, 'enterprise_id'),
    wholeOrganisation: isTrue(payload['is_enterprise_install']),
  };
}

/** Slash commands carry the flag as text. */
function isTrue(flag: unknown): boolean {
  return flag === true || flag === 'true';
}
