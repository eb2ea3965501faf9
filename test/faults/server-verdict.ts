/** An event at the server: the key by which Slack knows it, and how many sessions it has started. */
export interface EventThere {
  readonly key: string;
  readonly sessions: number;
}

/** What became of all that Slack sent. */
export interface ServerVerdict {
  readonly lost: readonly string[];
  /** Keys of which more than one event has started something. */
  readonly startedTwice: readonly string[];
  readonly storedTwice: readonly string[];
  /** Their event is there, and has started nothing. */
  readonly notStarted: readonly string[];
  /** One event started two sessions: the server did that by itself. */
  readonly repeatedByServer: readonly string[];
}

/** Compares the keys of what was acknowledged with what is at the server. */
export function judgeServer(sent: readonly string[], there: readonly EventThere[]): ServerVerdict {
  const copies = new Map<string, EventThere[]>(sent.map((key) => [key, []]));
  for (const event of there) copies.get(event.key)?.push(event);
  const keys = (wanted: (events: readonly EventThere[]) => boolean): string[] =>
    [...copies].filter(([, events]) => wanted(events)).map(([key]) => key);
  return {
    lost: keys((events) => events.length === 0),
    startedTwice: keys((events) => events.filter(({ sessions }) => sessions > 0).length > 1),
    storedTwice: keys((events) => events.length > 1),
    notStarted: keys((events) => events.length > 0 && events.every(({ sessions }) => sessions === 0)),
    repeatedByServer: keys((events) => events.some(({ sessions }) => sessions > 1)),
  };
}
