import type { Status } from '../../gen/autokitteh/common/v1/common_pb.js';
import type { CallResponse, Integration } from '../../gen/autokitteh/integrations/v1/integrations_pb.js';
import type { Value } from '../../gen/autokitteh/values/v1/values_pb.js';

/** What a session gets of a connection: environment values, and values to load by name. */
export interface Configuration {
  readonly config: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Value>>;
}

/** A call of one of the functions among the configuration's values. */
export interface FunctionCall {
  readonly function: Value;
  readonly args: readonly Value[];
  readonly kwargs: Readonly<Record<string, Value>>;
  /** Milliseconds; none unless user code sets one. */
  readonly timeoutMs?: number;
}

/** An integration as the server sees it, built in or attached. */
export interface IntegrationPort {
  readonly descriptor: Integration;
  /** The state of a connection; of one that is about to be made when the id is empty. */
  status(connectionId: string): Promise<Status>;
  test(connectionId: string): Promise<Status>;
  configure(connectionId: string): Promise<Configuration>;
  call(call: FunctionCall): Promise<CallResponse>;
}
