import type { Status } from '../autokitteh/status.js';
import type { Value } from '../autokitteh/values.js';

/**
 * What the contract asks about connections. Every answer comes from memory or within seconds; methods may reject with
 * PluginErrors, `not_found` for a connection that this integration does not have.
 */
export interface ConnectionFacts {
  /** The state now; of a connection that is yet to be set up when the id is empty. */
  status(connectionId: string): Promise<Status>;
  /** Tries the connection now. */
  test(connectionId: string): Promise<Status>;
  /** What sessions get as `<connection>__<key>`; secrets are among it. */
  config(connectionId: string): Promise<Readonly<Record<string, string>>>;
  /** Whether the connection is one of this integration's. */
  knows(connectionId: string): Promise<boolean>;
}

/** A parameter of a function, in the order of positions. */
export interface ParameterDescription {
  readonly name: string;
  readonly description: string;
  /** Informative: `string`, `integer`, `list`, ... */
  readonly type: string;
  readonly optional: boolean;
  /** By keyword only. */
  readonly keyword: boolean;
}

export interface FunctionDescription {
  /** A symbol; the same on every replay. */
  readonly name: string;
  readonly description: string;
  readonly documentationUrl: string;
  readonly parameters: readonly ParameterDescription[];
}

/** What user code gets from a call: a value, or an error that it can catch and read. */
export type CallOutcome =
  | { readonly t: 'returned'; readonly value: Value }
  | { readonly t: 'raised'; readonly error: Value; readonly extra?: Readonly<Record<string, string>> };

/** The functions that workflows call. */
export interface Functions {
  /** All of them; the list does not change while the program runs. */
  list(): readonly FunctionDescription[];
  /** Calls a function of the list, within the caller's deadline if it has one. */
  call(
    connectionId: string,
    name: string,
    args: readonly Value[],
    kwargs: Readonly<Record<string, Value>>,
    patience: { readonly signal: AbortSignal; readonly timeoutMs: number | undefined },
  ): Promise<CallOutcome>;
}
