import { PluginError } from '../../core/errors.js';
import { appIdOf, pastedToken } from '../../browser/token-shape.js';
import { choiceVariables, RESPONSE_KINDS, type Choices } from '../../connections/choices.js';
import { withAnswerLimit } from '../answer-limit.js';
import { checkTokens, type TokenCheck } from '../check-tokens.js';
import { openConnection } from '../connection-access.js';
import type { OpenedSockets } from '../opened-sockets.js';
import type { PersonsAutoKitteh, SetupPorts } from '../ports.js';
import {
  adopt,
  disconnect,
  finishAdopting,
  saveConnection,
  storedTokens,
  typedOrStored,
} from '../stored-tokens.js';
import { sendTestMessage } from '../test-message.js';
import type { ActionAnswer, Run } from './action.js';
import { changeApp } from './app-action.js';
import { refuseAuthType, SAVE_LIMIT_MS } from './built-in-save.js';
import type { Fields } from './request.js';

/** The buttons of the page. */
const ACTIONS = [
  'save',
  'check',
  'test_message',
  'adopt',
  'finish',
  'disconnect',
  'choose',
  'app_preview',
  'app_apply',
] as const;

type Action = (typeof ACTIONS)[number];

/** Does what a button of the page asks for, with the person's rights. Rejects with a PluginError. */
export async function doAction(
  ports: SetupPorts,
  opened: OpenedSockets,
  autokitteh: PersonsAutoKitteh,
  fields: Fields,
): Promise<ActionAnswer> {
  const action = ACTIONS.find((known) => known === fields.get('action'));
  if (action === undefined) throw new PluginError('bad_input', 'unknown action');
  refuseAuthType(fields.get('auth_type'));
  const answer = await withAnswerLimit(ports, autokitteh, SAVE_LIMIT_MS, async (servers) => {
    const id = fields.get('cid');
    const connection = await openConnection(servers.autokitteh, ports.integrationId, id, servers.signal);
    return run(action, { ...servers, ports, opened, fields, connection });
  });
  if (answer.t === 'changed') await ports.connections.announceChange(fields.get('cid'));
  return answer;
}

async function run(action: Action, request: Run): Promise<ActionAnswer> {
  const { ports, autokitteh, connection, signal } = request;
  switch (action) {
    case 'save':
      return save(request);
    case 'check':
      return check(request);
    case 'test_message':
      return testMessage(request);
    case 'adopt':
      await adopt(autokitteh, ports.clock, connection, signal);
      return { t: 'changed' };
    case 'finish':
      await finishAdopting(autokitteh, connection, signal);
      return { t: 'changed' };
    case 'disconnect':
      if (request.fields.get('confirmed') !== 'yes') return { t: 'ask' };
      await disconnect(autokitteh, connection, signal);
      return { t: 'changed' };
    case 'app_preview':
    case 'app_apply':
      return changeApp(request, action === 'app_apply');
    case 'choose':
      await autokitteh.setVariables(connection.record.id, choiceVariables(choices(request.fields)), signal);
      return { t: 'changed' };
  }
}

async function save(request: Run): Promise<ActionAnswer> {
  const { ports, opened, slack, autokitteh, fields, connection, signal } = request;
  const tokens = typedOrStored(typed(fields), connection.variables);
  const checked = await saveConnection(
    { slack: opened.spare(slack), autokitteh, clock: ports.clock, connections: ports.connections },
    { connectionId: connection.record.id, authType: fields.get('auth_type'), ...tokens },
    signal,
  );
  if (checked.t === 'passed') return { t: 'changed' };
  return {
    t: 'outcome',
    status: checked.transient ? 502 : 400,
    outcome: { t: 'not_saved', steps: checked.steps },
  };
}

async function check({ ports, opened, slack, fields, connection, signal }: Run): Promise<ActionAnswer> {
  const tokens = typedOrStored(typed(fields), connection.variables);
  const checked: TokenCheck = await checkTokens(slack, tokens, wantedScopes(ports, fields), signal);
  if (checked.t === 'passed') opened.note(tokens.appToken);
  return {
    t: 'outcome',
    status: 200,
    outcome: { t: 'checked', passed: checked.t === 'passed', steps: checked.steps },
  };
}

async function testMessage({ slack, fields, connection, signal }: Run): Promise<ActionAnswer> {
  const { botToken } = storedTokens(connection.variables);
  const { sent, sentence } = await sendTestMessage(slack, botToken, fields.get('recipient'), signal);
  return {
    t: 'outcome',
    status: sent ? 200 : 400,
    outcome: { t: 'test_message', sent, sentence },
  };
}

function typed(fields: Fields): { botToken: string; appToken: string } {
  return { botToken: pastedToken(fields.get('bot_token')), appToken: pastedToken(fields.get('app_token')) };
}

/** The app that a form is about, whose settings the page then leads to; nothing if it names none. */
export function typedAppId(fields: Fields): string | undefined {
  // An empty one is a new app.
  if (fields.get('action').startsWith('app_')) return fields.get('app_id').trim();
  return appIdOf(fields.get('app_token')) || undefined;
}

// A box that is not ticked is not sent.
function choices(fields: Fields): Choices {
  return {
    answers: new Set(RESPONSE_KINDS.filter((kind) => fields.get(`answer_${kind}`) === 'on')),
    updatesMessages: fields.get('update_message') === 'on',
    getsOwnEvents: fields.get('own_events') === 'on',
    keepsOrder: fields.get('order') === 'on',
  };
}

// The page sends the scopes of the manifest as the person edited it; without its script, those of the proposed one.
function wantedScopes(ports: SetupPorts, fields: Fields): readonly string[] {
  const edited = fields
    .get('scopes')
    .split(/\s+/)
    .filter((scope) => scope !== '');
  return edited.length > 0 ? edited : ports.manifest.oauth_config.scopes.bot;
}
