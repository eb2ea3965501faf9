import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fromBinary, fromJsonString, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { PORT_LIMITS } from '../http/limits.js';
import type { FirstBytes } from './bodies.js';

/** How a unary call is written. gRPC proper needs HTTP/2, and base64 gRPC-Web is passed on as it is. */
export type RpcFormat = 'proto' | 'json' | 'grpc_web';

const gunzipAside = promisify(gunzip);

/** The format that a request's content type names, if it is one of those. */
export function rpcFormat(headers: IncomingHttpHeaders): RpcFormat | undefined {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  switch (type.trim().toLowerCase()) {
    case 'application/proto':
      return 'proto';
    case 'application/json':
      return 'json';
    case 'application/grpc-web':
    case 'application/grpc-web+proto':
      return 'grpc_web';
    default:
      return undefined;
  }
}

/** The message that a request's body holds; undefined when it is not kept whole, or cannot be read. */
export async function readRequest<Desc extends DescMessage>(
  format: RpcFormat,
  desc: Desc,
  headers: IncomingHttpHeaders,
  kept: FirstBytes,
): Promise<MessageShape<Desc> | undefined> {
  const body = kept.whole();
  if (body === undefined) return undefined;
  try {
    switch (format) {
      case 'json': {
        const text = (await unpacked(body, headers['content-encoding'])).toString();
        return fromJsonString(desc, text, { ignoreUnknownFields: true });
      }
      case 'proto':
        return fromBinary(desc, await unpacked(body, headers['content-encoding']), {
          readUnknownFields: false,
        });
      case 'grpc_web': {
        const [frame] = frames(body);
        if (frame === undefined) return undefined;
        const encoding = frame.flags === COMPRESSED ? headers['grpc-encoding'] : undefined;
        return fromBinary(
          desc,
          await unpacked(frame.payload, typeof encoding === 'string' ? encoding : undefined),
          { readUnknownFields: false },
        );
      }
    }
  } catch {
    return undefined;
  }
}

/** The bytes of a successful answer's message, or undefined when the call failed or the answer cannot be read. */
export function answerPayload(
  format: RpcFormat,
  answer: { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer },
): Buffer | undefined {
  if (answer.status !== 200 || (answer.headers['content-encoding'] ?? 'identity') !== 'identity')
    return undefined;
  if (format !== 'grpc_web') return answer.body;
  try {
    const [message, ...rest] = frames(answer.body);
    return message?.flags === 0 && rest.length > 0 ? message.payload : undefined;
  } catch {
    return undefined;
  }
}

/** The same answer with another message; what follows the message in gRPC-Web (its trailers) is kept. */
export function withPayload(format: RpcFormat, answer: Buffer, payload: Uint8Array): Buffer {
  if (format !== 'grpc_web') return Buffer.from(payload);
  const [, ...rest] = frames(answer);
  return Buffer.concat([frame(0, payload), ...rest.map(({ flags, payload }) => frame(flags, payload))]);
}

// gRPC-Web: a frame is one byte of flags, four of length, and the payload; the top bit marks the trailers.
const COMPRESSED = 1;
const PREFIX_BYTES = 5;

function frames(body: Buffer): { flags: number; payload: Buffer }[] {
  const found: { flags: number; payload: Buffer }[] = [];
  for (let at = 0; at < body.length;) {
    const end = at + PREFIX_BYTES + body.readUInt32BE(at + 1);
    if (end > body.length) throw new RangeError('a frame of the message is incomplete');
    found.push({ flags: body.readUInt8(at), payload: body.subarray(at + PREFIX_BYTES, end) });
    at = end;
  }
  return found;
}

function frame(flags: number, payload: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt8(flags, 0);
  prefix.writeUInt32BE(payload.length, 1);
  return Buffer.concat([prefix, payload]);
}

/** Unpacks in another thread, and no more than the limit. */
async function unpacked(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new TypeError(`encoding ${encoding} is not supported`);
  return gunzipAside(body, { maxOutputLength: PORT_LIMITS.unpackedBytes });
}
