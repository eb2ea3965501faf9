import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { inTurns } from '../core/in-turns.js';
import {
  ConnectionSchema,
  type Connection as ConnectionMessage,
} from '../gen/autokitteh/connections/v1/connections_pb.js';
import { statusFromMessage, type Status } from './status.js';

/** A connection as the server lists it. Exactly one of `projectId` and `orgId` is its owner; both may be filled. */
export interface ConnectionRecord {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly orgId: string;
  readonly integrationId: string;
  readonly status: Status;
}

// Some 10 microseconds each, so that a turn takes a millisecond.
const DECODED_A_TURN = 100;
/** The number of the only field of a list's answer, and of the id in a connection. */
const [CONNECTIONS, CONNECTION_ID] = [1, 1];

interface Decoded {
  readonly bytes: Buffer;
  readonly record: ConnectionRecord;
}

/**
 * Reads one answer of `ConnectionsService.List` after the other. A connection whose bytes are those of the last answer
 * keeps its record, and an answer that is equal as a whole keeps the whole list: of 10,000 connections few change between two
 * looks, and decoding all of them would stop the program for a quarter of a second.
 */
export class ConnectionListReader {
  #answer: Uint8Array | undefined;
  #list: readonly ConnectionRecord[] = [];
  #decoded: ReadonlyMap<string, Decoded> = new Map();

  /** The same array while the answer is the same. Rejects where the bytes are no such answer. */
  async read(answer: Uint8Array): Promise<readonly ConnectionRecord[]> {
    if (this.#answer !== undefined && Buffer.compare(answer, this.#answer) === 0) return this.#list;
    const known = this.#decoded;
    const decoded = new Map<string, Decoded>();
    const list: ConnectionRecord[] = [];
    await inTurns(entriesOf(answer), DECODED_A_TURN, (bytes) => {
      const last = known.get(idOf(bytes));
      const record =
        last?.bytes.equals(bytes) === true ? last.record : recordOf(fromBinary(ConnectionSchema, bytes));
      list.push(record);
      decoded.set(record.id, { bytes, record });
    });
    this.#answer = answer;
    this.#list = list;
    this.#decoded = decoded;
    return list;
  }
}

/** What decoding makes of a connection, without what is of no use here. */
export function recordOf(connection: ConnectionMessage): ConnectionRecord {
  return {
    id: connection.connectionId,
    name: connection.name,
    projectId: connection.projectId,
    orgId: connection.orgId,
    integrationId: connection.integrationId,
    status: statusFromMessage(connection.status),
  };
}

/** The bytes of each connection, in their order. */
function* entriesOf(answer: Uint8Array): Generator<Buffer> {
  const reader = new BinaryReader(answer);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number !== CONNECTIONS || type !== WireType.LengthDelimited) reader.skip(type, number);
    else yield viewOf(reader.bytes());
  }
}

/** Empty where the first field is another one: such a connection is decoded each time. */
function idOf(connection: Buffer): string {
  const reader = new BinaryReader(connection);
  if (connection.length === 0) return '';
  const [number, type] = reader.tag();
  return number === CONNECTION_ID && type === WireType.LengthDelimited ? reader.string() : '';
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
