import { withTimeLimit } from '../../core/cancellation.js';
import { PluginError } from '../../core/errors.js';
import { findConnection, openConnection } from '../connection-access.js';
import { renderPage } from '../pages/page.js';
import type { Outcome, Question, Subject } from '../pages/view.js';
import { stateAnswer, type SetupPorts } from '../ports.js';
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
  /** Asked about the connection instead of showing it. */
  readonly question?: Question;
}

/** The page for a connection, or the guide alone; its status is that of what could not be shown, if anything. */
export async function showPage(
  context: SetupContext,
  ports: SetupPorts,
  request: PageRequest,
): Promise<Response> {
  const connectionId = request.connectionId ?? context.req.query('cid') ?? '';
  const origin = request.origin ?? context.req.query('origin') ?? '';
  const { subject, status } = await subjectOf(context, ports, connectionId, request.question);
  const page = renderPage({
    nonce: context.get('secureHeadersNonce') ?? '',
    connectionId,
    origin,
    serverUrl: ports.serverUrl,
    manifest: ports.manifest,
    slackSite: ports.slackSite,
    subject,
    outcome: request.outcome,
  });
  context.header('cache-control', 'no-store');
  return context.html(page, request.status ?? status);
}

async function subjectOf(
  context: SetupContext,
  ports: SetupPorts,
  connectionId: string,
  question: Question | undefined,
): Promise<{ subject: Subject; status: 200 | Refusal['status'] }> {
  if (connectionId === '' && question === undefined) return { subject: { t: 'none' }, status: 200 };
  const autokitteh = ports.autokitteh.forCaller(callerHeaders(context.req.raw));
  try {
    return await withTimeLimit(ports.clock, PAGE_LIMIT_MS, 'reading the connection', async (signal) => {
      const connection = await openConnection(autokitteh, ports.integrationId, connectionId, signal);
      if (question !== undefined)
        return { subject: { t: 'question', connection, question } as const, status: 200 as const };
      const live = await ports.live.of(connectionId);
      return { subject: { t: 'connection', connection, live } as const, status: 200 as const };
    });
  } catch (error) {
    const { status, text } = refusalOf(error);
    if (status === 500) throw error;
    return { subject: { t: 'unavailable', sentence: text, advice: adviceFor(error) }, status };
  }
}

function adviceFor(error: unknown): string {
  switch (PluginError.from(error).code) {
    case 'unauthenticated':
      return 'Log in to AutoKitteh in this browser, then open this page again.';
    case 'bad_input':
    case 'not_found':
    case 'forbidden':
      return 'Open the page from the connection that you want to set up, logged in as someone who may change it.';
    default:
      return 'The AutoKitteh server gave an unexpected reply. Try again in a moment.';
  }
}

/** The state of a connection that the person may see. */
export async function answerState(context: SetupContext, ports: SetupPorts): Promise<Response> {
  const connectionId = context.req.query('cid') ?? '';
  const autokitteh = ports.autokitteh.forCaller(callerHeaders(context.req.raw));
  context.header('cache-control', 'no-store');
  const live = await withTimeLimit(ports.clock, STATE_LIMIT_MS, 'reading the state', async (signal) => {
    await findConnection(autokitteh, ports.integrationId, connectionId, signal);
    return ports.live.of(connectionId);
  });
  return context.json(stateAnswer(live));
}
