import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { codeFromHttpStatus, errorFromJsonBytes } from '@connectrpc/connect/protocol-connect';
import { Pool } from 'undici';
import { PluginError, type ErrorCode } from '../core/errors.js';
import type { Outbound } from '../core/outbound.js';
import { UnreachableError } from '../core/unreachable.js';
import { AnswerLostError, post, type HttpResponse } from './http-post.js';

export interface UnaryOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Told to the server, which gives up by itself then. */
  readonly timeoutMs: number;
}

/** There is no answer of the server's own, and the words are this program's. */
class NoAnswerError extends ConnectError {
  /** ConnectError takes all of its kind for instances of any of its classes. */
  readonly isOurs = true;
}

/** The request left, and no answer of the server's own came: nobody knows what the server did about it. */
export class UnansweredError extends NoAnswerError {
  readonly isUnanswered = true;
}

export interface AnswerReader<Answer> {
  /** The bytes of the last answer: one that is equal is these bytes, and not copied. */
  readonly answer?: Uint8Array | undefined;
  read(bytes: Uint8Array): Answer | Promise<Answer>;
}

/** One unary call after the other over pooled connections. */
export interface UnaryCaller {
  /**
   * `request` may be encoded already. Rejects with a ConnectError, an UnansweredError among them, or with the signal's
   * reason.
   */
  call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I> | Uint8Array,
    options: UnaryOptions,
  ): Promise<MessageShape<O>>;
  /** The same with an answer that `reader` reads. */
  read<I extends DescMessage, O extends DescMessage, Answer>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I> | Uint8Array,
    options: UnaryOptions,
    reader: AnswerReader<Answer>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

// More than the dispatcher ever has under way (32), so that a status or a save never waits behind events.
const CONNECTIONS = 64;
// The longest answer is the list of all connections, some 300 bytes each.
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/**
 * The Connect protocol's unary call (POST, binary messages, JSON errors: connectrpc.com/docs/protocol) straight over
 * an undici pool, which costs a quarter of what the general client does.
 */
export function createUnaryCaller(baseUrl: string, outbound: Outbound): UnaryCaller {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/$/, '');
  const pool = new Pool(base.origin, {
    connections: CONNECTIONS,
    connect: (target, connected) => outbound.connect(target, connected),
    // The caller's signal is the only time limit.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: MAX_RESPONSE_BYTES,
  });
  const caller: UnaryCaller = {
    call(method, request, options) {
      // An unknown field would cost some 250 bytes of memory for two of the answer.
      const read = (bytes: Uint8Array): MessageShape<typeof method.output> =>
        fromBinary(method.output, bytes, { readUnknownFields: false });
      return caller.read(method, request, options, { read });
    },
    async read(method, request, options, reader) {
      const body =
        request instanceof Uint8Array ? request : toBinary(method.input, create(method.input, request));
      const path = `${prefix}/${method.parent.typeName}/${method.name}`;
      const headers = {
        'content-type': 'application/proto',
        'connect-protocol-version': '1',
        'connect-timeout-ms': String(Math.max(1, Math.floor(options.timeoutMs))),
        // Last: docs/architecture.md, "Avoiding promotion on the hot path".
        ...options.headers,
      };
      const sent = { path, headers, body, known: reader.answer };
      const answer = await post(pool, sent, options.signal).catch((error: unknown) => {
        if (options.signal.aborted) throw options.signal.reason;
        throw unreachable(error);
      });
      if (answer.status !== 200) throw errorOf(answer);
      if (!answer.contentType.startsWith('application/proto')) {
        throw new UnansweredError(
          'the reply does not come from AutoKitteh: check AUTOKITTEH_URL',
          Code.Unknown,
        );
      }
      try {
        return await reader.read(answer.bytes);
      } catch (cause) {
        throw new UnansweredError(
          'AutoKitteh sent a reply that cannot be read: check AUTOKITTEH_URL',
          Code.Internal,
          undefined,
          undefined,
          cause,
        );
      }
    },
    async close() {
      if (!pool.destroyed) await pool.destroy();
    },
  };
  return caller;
}

/** With the system's code and not its words: they hold the server's address, and callers show this to anybody. */
function unreachable(failure: unknown): ConnectError {
  const isLost = failure instanceof AnswerLostError;
  const error = isLost ? failure.cause : failure;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reply';
  const isProxy = error instanceof UnreachableError && error.proxy !== undefined;
  return new (isLost ? UnansweredError : NoAnswerError)(
    `the AutoKitteh server cannot be reached (${isProxy ? error.message : code})`,
    Code.Unavailable,
    undefined,
    undefined,
    error,
  );
}

/**
 * Whether it seems to come from another kind of server: it knows no such path or method, sends elsewhere, or has a page.
 * A proxy may well have one while AutoKitteh is away.
 */
function isOfAnother({ status, contentType }: HttpResponse): boolean {
  return (
    status < 500 && (status < 400 || status === 404 || status === 405 || contentType.startsWith('text/html'))
  );
}

/** A Connect error is JSON; anything else comes from a login check, from a proxy, or from another kind of server. */
function errorOf(answer: HttpResponse): ConnectError {
  const text = new TextDecoder().decode(answer.bytes.subarray(0, 200)).trim();
  const words = answer.contentType.startsWith('text/plain') && text !== '' ? `: ${text}` : '';
  const code = answer.status >= 500 ? Code.Unavailable : codeFromHttpStatus(answer.status);
  const doubt = isOfAnother(answer) ? ', which is not a reply of AutoKitteh: check AUTOKITTEH_URL' : '';
  // A proxy may say this after the server got the request.
  const Failure = answer.status >= 500 ? UnansweredError : NoAnswerError;
  const fallback = new Failure(`the AutoKitteh server answered HTTP ${answer.status}${words}${doubt}`, code);
  if (!answer.contentType.startsWith('application/json')) return fallback;
  try {
    const error = errorFromJsonBytes(answer.bytes, undefined, fallback);
    // JSON of another kind of server, which has its words under another name.
    if (error.rawMessage === '' && error.code === code) return fallback;
    return hasCode(answer.bytes) ? error : new Failure(error.rawMessage, error.code);
  } catch (error) {
    return answer.status >= 500 ? fallback : ConnectError.from(error);
  }
}

/** Whether JSON is an error of Connect's and not a proxy's: those have no code, or a number. */
function hasCode(json: Uint8Array): boolean {
  const { code } = JSON.parse(new TextDecoder().decode(json)) as { code?: unknown };
  return typeof code === 'string';
}

/** Which of our codes the server's refusal is; every other code of Connect is `server_refused`. */
const CODES: ReadonlyMap<Code, ErrorCode> = new Map([
  [Code.Unauthenticated, 'unauthenticated'],
  [Code.PermissionDenied, 'forbidden'],
  [Code.NotFound, 'not_found'],
  [Code.Unavailable, 'server_unavailable'],
  [Code.ResourceExhausted, 'server_unavailable'],
  [Code.Aborted, 'server_unavailable'],
  [Code.DeadlineExceeded, 'timeout'],
  [Code.Canceled, 'cancelled'],
]);

// Dispatch wraps whatever went wrong as an invalid argument, a lack of rights too: "save event: unauthorized".
const WRAPPED: readonly (readonly [RegExp, ErrorCode])[] = [
  [/(^|: )unauthorized$/, 'forbidden'],
  [/(^|: )unauthenticated$/, 'unauthenticated'],
];

/** The error of a call that failed, which quotes what the server said of it; the Connect error stays its cause. */
export function refusal(error: unknown): PluginError {
  if (!(error instanceof ConnectError)) return PluginError.from(error);
  const words = error.rawMessage;
  const wrapped =
    error.code === Code.InvalidArgument ? WRAPPED.find(([pattern]) => pattern.test(words)) : undefined;
  const code = wrapped?.[1] ?? CODES.get(error.code) ?? 'server_refused';
  return new PluginError(code, 'isOurs' in error ? words : `AutoKitteh says "${words}"`, { cause: error });
}

/** What the server said of a call that it refused, or this program of an answer that is none of the server's. */
export function serverWords({ cause, message }: PluginError): string {
  return cause instanceof ConnectError ? cause.rawMessage : message;
}

/** Whether the server may have done what a call asked although the call failed so. */
export function hadNoAnswer({ code, cause }: PluginError): boolean {
  // A time limit, ours or the server's: it may have been at work on it until then.
  return (
    code === 'timeout' || code === 'cancelled' || (cause instanceof ConnectError && 'isUnanswered' in cause)
  );
}
