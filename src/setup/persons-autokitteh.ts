import { Code, ConnectError } from '@connectrpc/connect';
import type { CallerHeaders } from '../autokitteh/client.js';
import { hadNoAnswer } from '../autokitteh/rpc.js';
import { PluginError, type ErrorCode } from '../core/errors.js';
import type { PersonsAutoKitteh, SetupPorts } from './ports.js';

/** AutoKitteh did not say whether it stored what it was sent. */
export class WriteUnansweredError extends PluginError {}

/**
 * The server as the person who asks may use it. What it refuses is told in words for that person: the names of calls
 * and the addresses of servers stay in the log, at the level debug.
 */
export function personsAutoKitteh(
  { autokitteh, log }: Pick<SetupPorts, 'autokitteh' | 'log'>,
  headers: CallerHeaders,
): PersonsAutoKitteh {
  const server = autokitteh.forCaller(headers);
  const read = async <Value>(call: Promise<Value>): Promise<Value> => {
    try {
      return await call;
    } catch (error) {
      throw inWords(error, log);
    }
  };
  const write = async (call: Promise<void>): Promise<void> => {
    try {
      await call;
    } catch (error) {
      const said = inWords(error, log);
      if (!hadNoAnswer(PluginError.from(error))) throw said;
      const sentence =
        'AutoKitteh did not say whether it stored this: load the page again to see what is stored';
      throw new WriteUnansweredError(said.code, sentence, { cause: error });
    }
  };
  return {
    connection: (...call) => read(server.connection(...call)),
    variables: (...call) => read(server.variables(...call)),
    projectName: (...call) => read(server.projectName(...call)),
    listEvents: (...call) => read(server.listEvents(...call)),
    event: (...call) => read(server.event(...call)),
    listTriggers: (...call) => read(server.listTriggers(...call)),
    latestSessions: (...call) => read(server.latestSessions(...call)),
    activeDeployments: (...call) => read(server.activeDeployments(...call)),
    setVariables: (...call) => write(server.setVariables(...call)),
    deleteVariables: (...call) => write(server.deleteVariables(...call)),
  };
}

// What the server says by these is about what it was sent, such as a value that is too long.
const ABOUT_THE_REQUEST: ReadonlySet<Code> = new Set([
  Code.InvalidArgument,
  Code.FailedPrecondition,
  Code.OutOfRange,
  Code.AlreadyExists,
]);

const BY_THE_PERSON: ReadonlySet<ErrorCode> = new Set(['unauthenticated', 'forbidden', 'not_found']);

function inWords(error: unknown, log: SetupPorts['log']): PluginError {
  const known = PluginError.from(error);
  const words = wordsFor(known);
  if (words === undefined) return known;
  // Anybody can ask, and the page of a connection asks every few seconds.
  if (!BY_THE_PERSON.has(known.code))
    log.debug({ err: known }, 'AutoKitteh did not do what a person asked for on a set-up page');
  return new PluginError(known.code, words, { cause: error });
}

function wordsFor({ code, cause }: PluginError): string | undefined {
  switch (code) {
    case 'unauthenticated':
      return 'you are not logged in to AutoKitteh, or your login has expired: log in and try again';
    case 'forbidden':
      return 'AutoKitteh does not let you do this: ask someone who may change the project';
    case 'not_found':
      return 'connection not found';
    case 'timeout':
      return 'AutoKitteh did not answer in time';
    case 'server_unavailable':
      return 'AutoKitteh cannot be reached';
    case 'server_refused':
      return cause instanceof ConnectError && ABOUT_THE_REQUEST.has(cause.code)
        ? `AutoKitteh refused this: ${cause.rawMessage}`
        : 'AutoKitteh gave an unexpected reply';
    default:
      return undefined;
  }
}
