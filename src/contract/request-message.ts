import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fromBinary, type DescMessage, type DescMethod } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { countFields, countJsonMembers } from '../autokitteh/field-count.js';
import { errorMessage } from '../core/errors.js';
import { IntegrationsService } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { PORT_LIMITS } from '../http/limits.js';

type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Before a message of gRPC, gRPC-Web and Connect's streams: a byte of flags, four of length. */
export const ENVELOPE_BYTES = 5;
const ENVELOPED = /^application\/(?:grpc|connect\+)/;
const JSON_TYPE = /^application\/(?:json|\S*\+json)\b/;
const PACKED = 1;
const gunzipAside = promisify(gunzip);

/** How long a message of a method may be, unpacked. */
export function longestMessage(method: DescMethod): number {
  return method === IntegrationsService.method.call ? PORT_LIMITS.callBytes : PORT_LIMITS.questionBytes;
}

/**
 * Refuses a request's message that would take long to decode, or cannot be: the library calls that a fault of ours.
 * Passes what the library itself refuses: a wrong frame, an unknown type or packing, a message longer than `longest`.
 */
export async function checkMessage(
  desc: DescMessage,
  headers: RequestHeaders,
  body: Buffer,
  longest: number,
): Promise<void> {
  const type = String(headers['content-type'] ?? '').toLowerCase();
  const message = await unpacked(type, headers, body, longest);
  if (message === undefined) return;
  const most = PORT_LIMITS.messageFields;
  try {
    const count = JSON_TYPE.test(type) ? countJsonMembers(message, most) : countFields(desc, message, most);
    if (count > most) throw tooMany(most);
    if (!JSON_TYPE.test(type)) fromBinary(desc, message);
  } catch (error) {
    if (error instanceof ConnectError) throw error;
    throw new ConnectError(`the message cannot be read: ${errorMessage(error)}`, Code.InvalidArgument);
  }
}

function tooMany(most: number): ConnectError {
  return new ConnectError(
    `the message has more than ${most} fields: send large contents as one string or as bytes`,
    Code.ResourceExhausted,
  );
}

/** The message alone; undefined where the library refuses the request by itself. */
async function unpacked(
  type: string,
  headers: RequestHeaders,
  body: Buffer,
  longest: number,
): Promise<Buffer | undefined> {
  if (!ENVELOPED.test(type)) return gunzipped(body, headers['content-encoding'], longest);
  if (body.length < ENVELOPE_BYTES || body.readUInt32BE(1) !== body.length - ENVELOPE_BYTES) return undefined;
  const message = body.subarray(ENVELOPE_BYTES);
  const encoding =
    headers[type.startsWith('application/grpc') ? 'grpc-encoding' : 'connect-content-encoding'];
  return body[0] === PACKED ? gunzipped(message, encoding, longest) : message;
}

async function gunzipped(
  bytes: Buffer,
  encoding: string | readonly string[] | undefined,
  longest: number,
): Promise<Buffer | undefined> {
  if (encoding === undefined || encoding === 'identity') return bytes;
  if (encoding !== 'gzip' || bytes.length === 0) return undefined;
  try {
    return await gunzipAside(bytes, { maxOutputLength: longest });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw new ConnectError('the message cannot be unpacked', Code.InvalidArgument);
  }
}
