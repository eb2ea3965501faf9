import type { MessageInitShape } from '@bufbuild/protobuf';
import { isSymbol, type Value } from '../autokitteh/values.js';
import { invalidity } from '../autokitteh/values-validity.js';
import type { ConnectionQueries } from '../connections/connection-queries.js';
import type { CallOptions, SlackFunctions } from '../functions/functions.js';
import type { CallRequest, CallResponseSchema } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import type { Manifest } from './manifest.js';
import { invalid, notFound, requireConnectionId, requireOurs } from './errors.js';

/**
 * Call: runs a function that Configure handed out. What user code should be able to catch is an error in the answer;
 * a Connect error is for calls that should not have been made. The same call may arrive twice: the server repeats one
 * whose worker died.
 */
export async function call(
  { integrationId: ours }: Manifest,
  live: Pick<ConnectionQueries, 'knows'>,
  functions: SlackFunctions,
  names: { has(name: string): boolean },
  request: CallRequest,
  options: CallOptions,
): Promise<MessageInitShape<typeof CallResponseSchema>> {
  requireOurs(request.integrationId, ours);
  const { name, connectionId } = target(request.function, ours);
  if (!names.has(name)) throw notFound(`there is no function ${name}`);
  checkArguments(request.args, request.kwargs);
  // User code may carry a function value anywhere, so the connection in it is a claim, not a fact.
  if (!(await live.knows(connectionId)))
    throw notFound(`connection ${connectionId} is not of this integration`);
  const outcome = await functions.call(connectionId, name, request.args, request.kwargs, options);
  switch (outcome.t) {
    case 'returned':
      return { value: outcome.value };
    case 'raised':
      return {
        error: {
          value: outcome.error,
          callstack: [{ name, location: { path: 'slack', name } }],
        },
      };
  }
}

function target(value: Value | undefined, ours: string): { name: string; connectionId: string } {
  const called = value?.function;
  if (called === undefined) throw invalid('function must be a function value');
  if (called.executorId !== ours) throw invalid('function belongs to another executor');
  if (!isSymbol(called.name)) throw invalid('function must have a name');
  return { name: called.name, connectionId: requireConnectionId(new TextDecoder().decode(called.data)) };
}

function checkArguments(args: readonly Value[], kwargs: Readonly<Record<string, Value>>): void {
  for (const [index, value] of args.entries()) {
    const problem = invalidity(value, `args[${index}]`);
    if (problem !== undefined) throw invalid(problem);
  }
  for (const [key, value] of Object.entries(kwargs)) {
    if (!isSymbol(key)) throw invalid('the names of kwargs must be valid identifiers');
    const problem = invalidity(value, `kwargs[${key}]`);
    if (problem !== undefined) throw invalid(problem);
  }
}
