import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { DeadLetters, DeadQuery, DeadRow, Resent } from '../delivery/delivery.js';
import type { ConnectionNames } from './connection-names.js';
import type { DeadLetter } from './overview.js';

/** Which dead letters: those to which everything applies that is given. */
interface LetterFilter {
  /** A connection's id, its name, or `project/name`. */
  readonly connection?: string | undefined;
  /** The type of the event; its kind where no event could be made. */
  readonly type?: string | undefined;
  /** Slack's id of the channel. */
  readonly channel?: string | undefined;
}

/** The dead letters with these ids, or all that the filter leaves. */
export type LetterChoice = { readonly ids: readonly number[] } | { readonly filter: LetterFilter };

interface DeadLetterDeskOptions {
  readonly letters: DeadLetters;
  readonly names: ConnectionNames;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'info'>;
}

// So many in one step, so that events need not wait for the journal.
const AT_ONCE = 200;

/** What operators see and do of dead letters; each letter that they send again, remove or read is a line in the log. */
export class DeadLetterDesk {
  readonly #options: DeadLetterDeskOptions;

  constructor(options: DeadLetterDeskOptions) {
    this.#options = options;
  }

  /** A page of them, by id. */
  async list(
    filter: LetterFilter,
    page: { readonly after: number; readonly limit: number },
  ): Promise<DeadLetter[]> {
    const rows = await this.#options.letters.list({ ...page, ...this.#applied(filter) });
    return rows.map((row) => this.#shown(row));
  }

  /** How many of them were there, and are sent again. */
  resend(choice: LetterChoice): Promise<number> {
    const { letters } = this.#options;
    return this.#each(choice, 'a dead letter is sent again, as an operator asked', (ids) =>
      letters.resend(ids),
    );
  }

  /** How many of them were there, and are removed. */
  discard(choice: LetterChoice): Promise<number> {
    const { letters } = this.#options;
    return this.#each(choice, 'a dead letter was discarded, as an operator asked', (ids) =>
      letters.discard(ids),
    );
  }

  /** What Slack sent, and what somebody wrote; nothing if there is no such letter. */
  async body(id: number): Promise<string | undefined> {
    const { letters, log } = this.#options;
    const body = await letters.body(id);
    if (body === undefined) return undefined;
    const [row] = await letters.list({ after: id - 1, limit: 1 });
    log.info(
      { letter: id, connection: row?.connectionId, key: row?.key },
      'the body of a dead letter was shown to an operator',
    );
    return body;
  }

  async #each(
    choice: LetterChoice,
    words: string,
    work: (ids: readonly number[]) => Promise<readonly Resent[]>,
  ): Promise<number> {
    let count = 0;
    for await (const ids of this.#chosen(choice)) {
      const done = await work(ids);
      count += done.length;
      for (const { id, appId, connectionId, key } of done)
        this.#options.log.info({ letter: id, app: appId, connection: connectionId, key }, words);
    }
    return count;
  }

  async *#chosen(choice: LetterChoice): AsyncGenerator<readonly number[]> {
    if ('ids' in choice) {
      for (let at = 0; at < choice.ids.length; at += AT_ONCE) yield choice.ids.slice(at, at + AT_ONCE);
      return;
    }
    // Not those that fail again meanwhile.
    const filter = { before: this.#options.clock.now(), ...this.#applied(choice.filter) };
    let after = 0;
    for (;;) {
      const rows = await this.#options.letters.list({ after, limit: AT_ONCE, ...filter });
      if (rows.length > 0) yield rows.map(({ id }) => id);
      if (rows.length < AT_ONCE) return;
      after = rows.at(-1)?.id ?? after;
    }
  }

  #applied({ connection, type, channel }: LetterFilter): Omit<DeadQuery, 'after' | 'limit'> {
    const connectionIds = connection === undefined ? undefined : this.#options.names.idsOf(connection);
    return { connectionIds, type, channel };
  }

  #shown({
    id,
    appId,
    connectionId,
    kind,
    type,
    channel,
    key,
    reason,
    attempts,
    receivedAt,
    settledAt,
  }: DeadRow): DeadLetter {
    return {
      ...{ id, appId, connectionId, kind, type, channel, key, reason, attempts },
      connection: this.#options.names.of(connectionId),
      receivedAt: new Date(receivedAt).toISOString(),
      givenUpAt: new Date(settledAt).toISOString(),
    };
  }
}
