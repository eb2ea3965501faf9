import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { fromBinary, type DescMessage } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  createConnectRouter,
  type ConnectRouter,
  type ContextValues,
  type Interceptor,
} from '@connectrpc/connect';
import {
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node';

type RpcHandler = ConnectRouter['handlers'][number];
type RpcRequest = Parameters<RpcHandler>[0];

export interface RpcAdapterOptions {
  readonly routes: (router: ConnectRouter) => void;
  readonly interceptors: Interceptor[];
  readonly contextValues: (request: IncomingMessage) => ContextValues;
  /** Everything that is no RPC. */
  readonly fallback: (request: IncomingMessage, response: ServerResponse) => void;
}

const ENVELOPE_BYTES = 5;
const PACKED = 1;
const UNARY = 'application/proto';
const BINARY = /^application\/(?:grpc(?:-web)?(?:\+proto)?|connect\+proto)$/;

/**
 * Answers RPCs. `connectNodeAdapter` is not used, because its library answers 500 to a binary message that cannot be
 * decoded; for connect-go, which AutoKitteh uses, that is the caller's fault (`envelope.go` and `protocol_connect.go`
 * of version 1.18.1).
 */
export function rpcAdapter(options: RpcAdapterOptions) {
  const { interceptors } = options;
  const router = createConnectRouter({ interceptors, acceptCompression: [compressionGzip] });
  options.routes(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return (request: IncomingMessage, response: ServerResponse): void => {
    const handler = handlers.get(request.url?.split('?', 1)[0] ?? '');
    if (handler === undefined) {
      options.fallback(request, response);
      return;
    }
    const context = options.contextValues(request);
    const asked = universalRequestFromNodeRequest(request, response, undefined, context);
    answer(handler, asked)
      .then((answered) => universalResponseToNodeResponse(answered, response))
      // The caller has gone.
      .catch(() => response.destroy());
  };
}

/** A message is decoded once more only where the library calls it a fault, or may tell that behind the answer's body. */
async function answer(handler: RpcHandler, asked: RpcRequest): ReturnType<RpcHandler> {
  const { input } = handler.method;
  const chunks: Uint8Array[] = [];
  // Nothing but a stream comes from node's requests.
  if (isStream(asked.body)) for await (const chunk of asked.body) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const type = asked.header.get('content-type') ?? '';
  const ask = (refused: boolean): ReturnType<RpcHandler> =>
    handler({ ...asked, body: refused ? malformed(input) : Readable.from([body]) });
  if (type !== UNARY) return ask(BINARY.test(type) && !decodes(input, unpacked(body)));
  const answered = await ask(false);
  if (answered.status !== 500) return answered;
  return decodes(input, gunzipped(body, asked.header.has('content-encoding'))) ? answered : ask(true);
}

function malformed(desc: DescMessage): AsyncIterable<Uint8Array> {
  const [, name, version] = desc.typeName.split('.');
  const refusal = new ConnectError(
    `unmarshal message: unmarshal into *${name}${version}.${desc.name}: proto: cannot parse invalid wire-format data`,
    Code.InvalidArgument,
  );
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(refusal) }) };
}

/** Undefined is what the library refuses itself. */
function decodes(desc: DescMessage, message: Buffer | undefined): boolean {
  try {
    if (message !== undefined) fromBinary(desc, message);
    return true;
  } catch {
    return false;
  }
}

function isStream(body: RpcRequest['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** The one message in a frame; undefined where the library refuses the frame or the packing itself. */
function unpacked(body: Buffer): Buffer | undefined {
  if (body.length < ENVELOPE_BYTES || body.readUInt32BE(1) !== body.length - ENVELOPE_BYTES) return undefined;
  return gunzipped(body.subarray(ENVELOPE_BYTES), body[0] === PACKED);
}

function gunzipped(bytes: Buffer, packed: boolean): Buffer | undefined {
  if (!packed) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    return undefined;
  }
}
