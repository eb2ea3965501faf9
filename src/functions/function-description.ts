/** A parameter of a function, in the order of positions. */
export interface ParameterDescription {
  readonly name: string;
  /** Informative: `string`, `number`, `list`, ... */
  readonly type: string;
  readonly optional: boolean;
  /** By keyword only. */
  readonly keyword: boolean;
  readonly description: string;
}

/** A function that workflows can call. */
export interface FunctionDescription {
  /** As in Slack's Python client: `chat_postMessage`. */
  readonly name: string;
  readonly description: string;
  readonly documentationUrl: string;
  readonly parameters: readonly ParameterDescription[];
}

/** A method of Slack's Web API that workflows get as a function. */
export interface SlackMethod {
  /** Slack's name: `chat.postMessage`. */
  readonly method: string;
  readonly description: string;
  readonly parameters: readonly ParameterDescription[];
}
