import type { Status } from '../autokitteh/status.js';
import type { SlackSite } from '../slack/app-pages.js';
import { adviceFor } from '../slack/errors.js';
import type { AppSocketsStatus, SupersededBy, TokenVerdict } from '../slack/status.js';
import { ANSWERS_VARIABLE, RESPONSE_KINDS, unknownResponseKind } from './choices.js';
import type { Entry } from './registry.js';

export interface StatusFacts {
  readonly entry: Entry | undefined;
  /** Those of its app; undefined if none are wanted. */
  readonly sockets: AppSocketsStatus | undefined;
  /** What became of this connection's own app-level token, if it is used. */
  readonly token: TokenVerdict['verdict'] | undefined;
  /** Why events cannot be taken or delivered at present, in a sentence. */
  readonly trouble: string | undefined;
  /** Whose pages people are led to. */
  readonly slackSite: SlackSite;
}

/** The status of a connection that has just been created, and of any id that is not known. */
export const INIT_REQUIRED: Status = { code: 'init_required', message: 'Init required' };

/** Says in one sentence how a connection fares and, if a person must act, what to do. */
export function statusOf(facts: StatusFacts): Status {
  const { entry } = facts;
  if (entry === undefined) return INIT_REQUIRED;
  switch (entry.setup.t) {
    case 'new':
      return INIT_REQUIRED;
    case 'other':
      return { code: 'unspecified', message: '' };
    case 'built_in':
      return warning("Served by the server's built-in socket: open this connection's page to adopt it");
    case 'incomplete':
      return error(`${entry.setup.problems.join(' ')} Open this connection's page, or set the variables.`);
    case 'complete':
      return completeStatus(entry, facts, entry.setup);
  }
}

function completeStatus(
  entry: Entry,
  facts: StatusFacts,
  setup: Extract<Entry['setup'], { t: 'complete' }>,
): Status {
  const { identity } = entry;
  if (identity.t === 'refused') {
    const place = { kind: 'bot', appId: setup.appId, site: facts.slackSite } as const;
    return error(`Slack refused the bot token (${identity.error}): ${adviceFor(identity.error, place)}`);
  }
  if (identity.t === 'known' && identity.owner.appId !== setup.appId) {
    return error(
      `The bot token belongs to app ${identity.owner.appId}, the app-level token to ${setup.appId}: save two tokens of the same app`,
    );
  }
  if (facts.token?.t === 'refused')
    return error(`Slack refused the app-level token (${facts.token.error}): ${facts.token.advice}`);
  if (!entry.active) return ok(`Ready${forTeam(entry)}: sockets open when a deployment is active`);
  if (identity.t === 'unknown') {
    const why = identity.failure === undefined ? '' : ` (${identity.failure})`;
    return warning(
      `Verifying the bot token with Slack${why}: no socket is opened until Slack has confirmed it`,
    );
  }
  return socketsStatus(entry, facts, setup.adopting);
}

function socketsStatus(entry: Entry, { sockets, token, trouble }: StatusFacts, adopting: boolean): Status {
  switch (sockets?.t) {
    case 'broken':
      return error(`Slack refused the sockets (${sockets.error}): ${sockets.advice}`);
    case undefined:
    case 'opening':
      return warning('Opening sockets');
    case 'degraded': {
      const why = `${sentence(sockets.reason)}: ${sockets.doing}`;
      if (sockets.sockets === 0) return warning(why);
      return warning(`${sockets.sockets < sockets.wanted ? few(sockets) : live(sockets)}. ${why}`);
    }
    case 'renewing':
      // The normal course of things, as long as the old socket serves until the new one does.
      if (sockets.sockets < sockets.wanted) return warning(`${few(sockets)}: ${sockets.doing}`);
      break;
    case 'live':
      break;
  }
  if (trouble !== undefined) return warning(trouble);
  if (adopting) {
    return warning(
      "Adopted, but the server's own socket still receives a share of the events: finish on this connection's page",
    );
  }
  const { identity } = entry;
  if (identity.t === 'known' && !identity.isConfirmed && identity.failure !== undefined) {
    return warning(
      `${live(sockets)}, but the bot token, which Slack verified earlier, cannot be verified now (${identity.failure})`,
    );
  }
  if (sockets.foreign > 0) {
    return warning(
      `${live(sockets)}, but Slack counts ${sockets.foreign} more of this app elsewhere, which receive a share of its events: stop the other program, or restart the server after an adoption`,
    );
  }
  const word = unknownResponseKind(entry.variables?.get(ANSWERS_VARIABLE));
  if (word !== undefined)
    return warning(
      `${ANSWERS_VARIABLE} names ${word}, to which workflows cannot respond: use ${RESPONSE_KINDS.join(', ')}, or remove it`,
    );
  const note = token?.t === 'superseded' ? `, with ${OTHER_TOKEN[token.by]}` : '';
  return ok(`Using Socket Mode${forTeam(entry)}: ${live(sockets)}${note}`);
}

const OTHER_TOKEN: Readonly<Record<SupersededBy, string>> = {
  newer: 'a newer app-level token of the same Slack app',
  accepted:
    'another app-level token of the same Slack app, which Slack has accepted; it has not accepted this one yet',
  other: 'another app-level token of the same Slack app',
};

function forTeam({ identity, variables }: Entry): string {
  const told = identity.t === 'known' ? identity.teamName : undefined;
  const team = told ?? variables?.get('team_name');
  return team === undefined || team === '' ? '' : ` in ${team}`;
}

function live({ sockets, elsewhere }: AppSocketsStatus): string {
  const count = sockets === 1 ? '1 socket live' : `${sockets} sockets live`;
  return (elsewhere?.replicas ?? 0) > 1 ? `${count} on ${elsewhere?.replicas} replicas` : count;
}

function few({ sockets, wanted }: AppSocketsStatus): string {
  return `${sockets} of ${wanted} sockets live`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function ok(message: string): Status {
  return { code: 'ok', message };
}

function warning(message: string): Status {
  return { code: 'warning', message };
}

function error(message: string): Status {
  return { code: 'error', message };
}
