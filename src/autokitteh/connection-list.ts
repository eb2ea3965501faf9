import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import {
  ConnectionSchema,
  type Connection as ConnectionMessage,
} from '../gen/autokitteh/connections/v1/connections_pb.js';
import { RepeatedAnswerReader } from './repeated-answer.js';
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

/** The number of the id in a connection. */
const CONNECTION_ID = 1;

/** Reads answers of `ConnectionsService.List`: of 10,000 connections few change between two looks. */
export function connectionListReader(): RepeatedAnswerReader<ConnectionRecord> {
  return new RepeatedAnswerReader({
    keyOf: idOf,
    itemOf: (entry) => recordOf(fromBinary(ConnectionSchema, entry)),
  });
}

/** Reads answers of `VarsService.FindActiveConnectionIDs`. */
export function idListReader(): RepeatedAnswerReader<string> {
  return new RepeatedAnswerReader({ keyOf: textOf, itemOf: textOf });
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

/** Empty where the first field is another one: such a connection is decoded each time. */
function idOf(connection: Buffer): string {
  const reader = new BinaryReader(connection);
  if (connection.length === 0) return '';
  const [number, type] = reader.tag();
  return number === CONNECTION_ID && type === WireType.LengthDelimited ? reader.string() : '';
}

function textOf(entry: Buffer): string {
  return entry.toString('utf8');
}
