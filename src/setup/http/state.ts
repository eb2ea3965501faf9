import { findConnection } from '../connection-access.js';
import { stateAnswer } from '../live-state.js';
import type { SetupPorts } from '../ports.js';
import { callerHeaders } from './caller.js';
import type { SetupContext } from './environment.js';
import { withTimeLimit } from './time-limit.js';

const STATE_LIMIT_MS = 5_000;

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
