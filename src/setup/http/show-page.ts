import { appIdOf } from '../../browser/token-shape.js';
import { PluginError } from '../../core/errors.js';
import { withAnswerLimit } from '../answer-limit.js';
import { manifestFor } from '../app-name.js';
import { findConnection, openConnection, projectOf, type OwnConnection } from '../connection-access.js';
import type { Looked, PageAddress, PagePorts } from '../events/connection-events.js';
import { renderPage } from '../pages/page.js';
import type { Outcome, Question, Subject } from '../pages/view.js';
import { personsAutoKitteh } from '../persons-autokitteh.js';
import { stateAnswer, type PersonsAutoKitteh, type SetupPorts } from '../ports.js';
import { storedTokens } from '../stored-tokens.js';
import { refusalOf, type Refusal } from './refusal.js';
import { callerHeaders, type SetupContext } from './request.js';

const PAGE_LIMIT_MS = 8_000;
const STATE_LIMIT_MS = 5_000;

export interface PageRequest {
  /** Taken from the address when absent. */
  readonly connectionId?: string;
  readonly origin?: string;
  readonly status?: 200 | Refusal['status'];
  readonly outcome?: Outcome;
  /** The Slack app whose settings the page leads to, such as that of the token just typed; else that of the stored one. */
  readonly appId?: string | undefined;
  /** As the form says; else as the address does. */
  readonly documented?: boolean;
  /** Asked about the connection instead of showing it. */
  readonly question?: Question;
  /** Asked whether its tokens are to be deleted instead of showing it. */
  readonly confirms?: boolean;
}

/** The page for a connection, or the guide alone; its status is that of what could not be shown, if anything. */
export async function showPage(
  context: SetupContext,
  ports: PagePorts,
  request: PageRequest,
): Promise<Response> {
  const connectionId = request.connectionId ?? context.req.query('cid') ?? '';
  const origin = request.origin ?? context.req.query('origin') ?? '';
  const documented = request.documented ?? context.req.query('app') === 'documented';
  const { subject, status } = await subjectOf(context, ports, { connectionId, origin }, request);
  const name = subject.t === 'connection' ? (subject.project ?? subject.connection.record.name) : undefined;
  const page = renderPage({
    nonce: context.get('secureHeadersNonce') ?? '',
    connectionId,
    origin,
    serverUrl: ports.serverUrl,
    manifest: manifestFor(ports, name, documented),
    ...{ name, documented },
    slackSite: ports.slackSite,
    appId: request.appId ?? (subject.t === 'connection' ? storedAppId(subject.connection) : ''),
    subject,
    outcome: request.outcome,
  });
  context.header('cache-control', 'no-store');
  return context.html(page, request.status ?? status);
}

/** The events of a connection that is set up, and the one that is unfolded. */
async function eventsOf(
  { connectionEvents }: PagePorts,
  person: PersonsAutoKitteh,
  asked: { connection: OwnConnection; address: PageAddress; eventId: string | undefined },
): Promise<Pick<Extract<Subject, { t: 'connection' }>, 'events' | 'event'>> {
  const { connection, address, eventId } = asked;
  if (connection.setup.t !== 'complete') return {};
  const [events, event] = await Promise.all([
    connectionEvents.of(person, looked(connection), address),
    eventId === undefined ? undefined : connectionEvents.open(person, connection.record, eventId),
  ]);
  return { events, event };
}

/** Slack is asked about no token that is malformed or of another integration's type. */
function looked({ record, variables, setup }: OwnConnection): Looked {
  return { record, botToken: setup.t === 'complete' ? storedTokens(variables).botToken : '' };
}

function storedAppId({ variables }: OwnConnection): string {
  return appIdOf(storedTokens(variables).appToken);
}

async function subjectOf(
  context: SetupContext,
  ports: PagePorts,
  address: PageAddress,
  { question, confirms }: PageRequest,
): Promise<{ subject: Subject; status: 200 | Refusal['status'] }> {
  if (address.connectionId === '' && question === undefined) return { subject: { t: 'none' }, status: 200 };
  const person = personsAutoKitteh(ports, callerHeaders(context.req.raw));
  const { connectionId } = address;
  try {
    const subject = await withAnswerLimit(
      ports,
      person,
      PAGE_LIMIT_MS,
      async ({ autokitteh, signal }): Promise<Subject> => {
        const connection = await openConnection(autokitteh, ports.integrationId, connectionId, signal);
        if (question !== undefined) return { t: 'question', connection, question };
        if (confirms === true) return { t: 'confirm', connection };
        const [project, live, shown] = await Promise.all([
          projectOf(autokitteh, connection, signal),
          ports.live.of(connectionId),
          eventsOf(ports, person, { connection, address, eventId: context.req.query('event') }),
        ]);
        return { t: 'connection', connection, project, live, ...shown };
      },
    );
    return { subject, status: 200 };
  } catch (error) {
    const { status, text } = refusalOf(error);
    if (status === 500) throw error;
    return { subject: { t: 'unavailable', sentence: text, ...adviceFor(error) }, status };
  }
}

function adviceFor(error: unknown): { readonly advice: string; readonly needsLogin: boolean } {
  switch (PluginError.from(error).code) {
    case 'unauthenticated':
      return { advice: 'Log in to AutoKitteh in this browser, then open this page again.', needsLogin: true };
    case 'bad_input':
    case 'not_found':
    case 'forbidden': {
      const advice =
        'Open the page from the connection that you want to set up, logged in as someone who may change it.';
      return { advice, needsLogin: false };
    }
    case 'timeout':
    case 'server_unavailable':
      return {
        advice:
          'The AutoKitteh server is away or busy, and what is stored there stays. Try again in a moment.',
        needsLogin: false,
      };
    default:
      return {
        advice: 'The AutoKitteh server gave an unexpected reply. Try again in a moment.',
        needsLogin: false,
      };
  }
}

/** The state of a connection that the person may see. */
export async function answerState(context: SetupContext, ports: SetupPorts): Promise<Response> {
  const connectionId = context.req.query('cid') ?? '';
  const person = personsAutoKitteh(ports, callerHeaders(context.req.raw));
  context.header('cache-control', 'no-store');
  const live = await withAnswerLimit(ports, person, STATE_LIMIT_MS, async ({ autokitteh, signal }) => {
    await findConnection(autokitteh, ports.integrationId, connectionId, signal);
    return ports.live.of(connectionId);
  });
  return context.json(stateAnswer(live));
}

/** The latest events of a connection that the person may see. */
export async function answerEvents(context: SetupContext, ports: PagePorts): Promise<Response> {
  const { connectionEvents, integrationId } = ports;
  const address = { connectionId: context.req.query('cid') ?? '', origin: context.req.query('origin') ?? '' };
  const person = personsAutoKitteh(ports, callerHeaders(context.req.raw));
  context.header('cache-control', 'no-store');
  const connection = await withAnswerLimit(ports, person, STATE_LIMIT_MS, async ({ autokitteh, signal }) => {
    const { connectionId } = address;
    if (!connectionEvents.knowsBotOf(connectionId))
      return looked(await openConnection(autokitteh, integrationId, connectionId, signal));
    return { record: await findConnection(autokitteh, integrationId, connectionId, signal), botToken: '' };
  });
  return context.json(await connectionEvents.of(person, connection, address));
}
