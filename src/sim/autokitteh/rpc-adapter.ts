import type { IncomingMessage, ServerResponse } from 'node:http';
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

type RpcRequest = Parameters<ConnectRouter['handlers'][number]>[0];

export interface RpcAdapterOptions {
  readonly routes: (router: ConnectRouter) => void;
  readonly interceptors: Interceptor[];
  readonly contextValues: (request: IncomingMessage) => ContextValues;
  /** Everything that is no RPC. */
  readonly fallback: (request: IncomingMessage, response: ServerResponse) => void;
}

const ENVELOPE_BYTES = 5;
const PACKED = 1;
const BINARY = /^application\/(?:proto|grpc(?:-web)?(?:\+proto)?|connect\+proto)$/;

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
    handler({ ...asked, body: checked(handler.method.input, asked) })
      .then((answer) => universalResponseToNodeResponse(answer, response))
      // The caller has gone.
      .catch(() => response.destroy());
  };
}

/** The body, whose last bytes are refused where its message cannot be decoded. */
async function* checked(desc: DescMessage, { header, body }: RpcRequest): AsyncIterable<Uint8Array> {
  // Nothing else comes from node's requests.
  if (!isStream(body)) return;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  const message = BINARY.test(header.get('content-type') ?? '') ? unpacked(header, whole) : undefined;
  try {
    if (message !== undefined) fromBinary(desc, message);
  } catch {
    const [, name, version] = desc.typeName.split('.');
    throw new ConnectError(
      `unmarshal message: unmarshal into *${name}${version}.${desc.name}: proto: cannot parse invalid wire-format data`,
      Code.InvalidArgument,
    );
  }
  yield whole;
}

function isStream(body: RpcRequest['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** The one message of a unary call; undefined where the library refuses the frame or the packing itself. */
function unpacked(header: Headers, body: Buffer): Buffer | undefined {
  const type = header.get('content-type') ?? '';
  if (type === 'application/proto') return gunzipped(body, header.has('content-encoding'));
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
