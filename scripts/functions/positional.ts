/** A parameter as the generator finds it. */
interface Parameter {
  readonly name: string;
  readonly optional: boolean;
}

/** Where the obvious positions are not those of the required parameters in the usual order. */
const POSITIONS: Readonly<Record<string, readonly string[]>> = {
  'chat.postMessage': ['channel', 'text'],
  'chat.postEphemeral': ['channel', 'user', 'text'],
  'chat.update': ['channel', 'ts', 'text'],
  'chat.scheduleMessage': ['channel', 'post_at', 'text'],
  'conversations.open': ['users'],
  'reactions.add': ['channel', 'timestamp', 'name'],
  'reactions.remove': ['channel', 'timestamp', 'name'],
  'reactions.get': ['channel', 'timestamp'],
  'pins.add': ['channel', 'timestamp'],
  'pins.remove': ['channel', 'timestamp'],
  'views.open': ['trigger_id', 'view'],
  'views.push': ['trigger_id', 'view'],
  'views.publish': ['user_id', 'view'],
  'views.update': ['view_id', 'view'],
};

/** The usual order: what a call is about first. */
const USUAL = [
  'channel',
  'channel_id',
  'user',
  'user_id',
  'users',
  'ts',
  'timestamp',
  'trigger_id',
  'view_id',
];

/** The names of `method`'s parameters that may be given by position; all others are by keyword only. */
export function positions(method: string, parameters: readonly Parameter[]): string[] {
  const known = new Set(parameters.map(({ name }) => name));
  const fixed = POSITIONS[method]?.filter((name) => known.has(name));
  if (fixed !== undefined) return fixed;
  const rank = (name: string): number => (USUAL.includes(name) ? USUAL.indexOf(name) : USUAL.length);
  return parameters
    .filter(({ optional }) => !optional)
    .map(({ name }) => name)
    .sort((one, other) => rank(one) - rank(other));
}

/** Those with a position first, in its order; the rest by name, whatever the order in which Slack's SDK declares them. */
export function parameterOrder<P extends Parameter>(method: string, parameters: readonly P[]): P[] {
  const sorted = [...parameters].sort((one, other) => (one.name < other.name ? -1 : 1));
  const first = positions(method, sorted);
  const at = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return sorted.sort((one, other) => at(one.name) - at(other.name));
}
