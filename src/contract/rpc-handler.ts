import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node';
import type { Credential } from '../core/credential.js';
import type { Log } from '../core/log.js';
import { pathOf, type DualHandler, type DualRequest, type DualResponse } from '../http/dual-request.js';
import { sendRefusal } from '../http/malformed.js';
import type { NoteRefusal } from '../http/refusals.js';
import { checkMessage, ENVELOPE_BYTES, longestMessage } from './request-message.js';

type UniversalHandler = ConnectRouter['handlers'][number];
type UniversalRequest = Parameters<UniversalHandler>[0];

export interface RpcHandlerOptions {
  readonly handlers: readonly UniversalHandler[];
  /** Services that anybody may ask. */
  readonly open: ReadonlySet<string>;
  readonly refuseCaller: RefuseCaller;
  /** Everything that is no RPC. */
  readonly fallback: DualHandler;
  readonly refused: NoteRefusal;
  readonly log: Pick<Log, 'error'>;
}

/**
 * Answers RPCs in Connect, gRPC and gRPC-Web. Who may not call is refused, in the protocol's own form, before a byte of
 * the body is asked for or read. That is why `connectNodeAdapter` is not used: its interceptors run after the body.
 */
export function rpcHandler(options: RpcHandlerOptions): DualHandler {
  const handlers = new Map(options.handlers.map((handler) => [handler.requestPath, handler]));
  return (request, response) => {
    const handler = handlers.get(pathOf(request));
    if (handler === undefined) {
      if (request.headers.expect !== undefined) response.writeContinue();
      options.fallback(request, response);
      return;
    }
    let asked: UniversalRequest;
    try {
      asked = { ...universalRequestFromNodeRequest(request, response, undefined, undefined) };
    } catch {
      // The library makes a URL of the host.
      options.refused('malformed');
      sendRefusal(response, { status: 400, sentence: 'the request names no host', headers: {} });
      return;
    }
    const refusal = options.open.has(handler.service.typeName)
      ? undefined
      : options.refuseCaller(request.headers.authorization ?? '');
    if (refusal !== undefined) options.refused('unauthenticated');
    asked =
      refusal === undefined ? { ...asked, body: body(handler, request, response) } : unread(asked, refusal);
    void answer(handler, asked, request, response).catch((error: unknown) => {
      // The client has gone, or was told already that its request takes too long.
      if (response.destroyed || response.headersSent || ConnectError.from(error).code === Code.Aborted) {
        response.destroy();
        return;
      }
      options.log.error(
        { err: error, method: handler.method.name },
        'a call of the contract could not be answered',
      );
      response.writeHead(500).end();
    });
  };
}

async function answer(
  handler: UniversalHandler,
  asked: UniversalRequest,
  request: DualRequest,
  response: DualResponse,
): Promise<void> {
  const answered = await handler(asked);
  // What is still to come of the body could not be told from the next request; over HTTP/2 it has a stream of its own.
  if (!request.complete && 'shouldKeepAlive' in response) response.shouldKeepAlive = false;
  await universalResponseToNodeResponse(answered, response);
}

/** The body as it comes, checked before the last of it is passed on. */
async function* body(
  { method }: UniversalHandler,
  request: DualRequest,
  response: DualResponse,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  if (request.headers.expect !== undefined) response.writeContinue();
  const longest = longestMessage(method);
  const kept: Buffer<ArrayBuffer>[] = [];
  let size = 0;
  // A request that is destroyed takes its connection with it, and the answer that says why it is not read to its end.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer<ArrayBuffer>;
    size += bytes.length;
    kept.push(bytes);
    // The library refuses it.
    if (size > longest + ENVELOPE_BYTES) yield* kept.splice(0);
  }
  if (kept.length > 0) await checkMessage(method.input, request.headers, Buffer.concat(kept), longest);
  yield* kept;
}

/** A call whose body is this refusal: the library answers it in the form of the call's protocol. */
function unread(asked: UniversalRequest, refusal: ConnectError): UniversalRequest {
  const header = new Headers();
  // No other header decides how the refusal is written, and a wrong one would be complained of first.
  const type = asked.header.get('content-type');
  if (type !== null) header.set('content-type', type);
  const next = (): Promise<never> => Promise.reject(refusal);
  return { ...asked, header, body: { [Symbol.asyncIterator]: () => ({ next }) } };
}

/** Says why a call that presents this `Authorization` header is refused, if it is. */
export type RefuseCaller = (authorization: string) => ConnectError | undefined;

/** Lets calls pass that carry the credential as a bearer credential, wherever they come from. */
export function bearer(credential: Credential): RefuseCaller {
  return (authorization) =>
    credential.isBearer(authorization)
      ? undefined
      : new ConnectError(
          'the bearer credential is missing or wrong: send PLUGIN_TOKEN, or the content of the file plugin-token beside the journal',
          Code.Unauthenticated,
        );
}
