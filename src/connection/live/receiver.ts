import { Channel } from '../../core/channel.js';
import type { Clock } from '../../core/clock.js';
import { errorMessage } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { Background } from '../../core/lifecycle.js';
import type { Log } from '../../core/log.js';
import { acknowledge } from '../../delivery/acknowledgement.js';
import type { DeliveryEvent } from '../../delivery/events.js';
import type { Intake } from '../../delivery/intake.js';
import type { Actor } from '../../events/actor.js';
import { defaultAck } from '../../events/answers.js';
import { classify, type Accepted } from '../../events/intake.js';
import type { Installation } from '../../events/installation.js';
import type { Envelope } from '../../slack/envelope.js';
import type { Acknowledged } from '../../slack/sockets.js';
import type { AnswerDesk } from '../answers/answer-desk.js';
import { answerKindOf, type AnswerKind } from '../answers/answer-kind.js';

/** What was decided about a frame that Slack sent. */
export type ReceiverEvent =
  /** Nobody gets it, and that is right: acknowledged. */
  | { readonly t: 'dropped'; readonly appId: string; readonly why: 'self' | 'unroutable' | 'malformed' }
  /** No active connection of its installation: acknowledged, since Slack's sending it again would change nothing. */
  | { readonly t: 'unclaimed'; readonly appId: string; readonly eventType: string }
  /** Perhaps of a connection of which Slack has not said yet whose it is: not acknowledged, so that it comes again. */
  | { readonly t: 'undecided'; readonly appId: string; readonly eventType: string }
  | {
      readonly t: 'routed';
      readonly appId: string;
      readonly eventType: string;
      readonly connections: number;
    };

/** Whose events are whose, and what their connections chose. */
export interface Routing {
  /** With `farewell` also the connections whose access Slack has just ended. */
  connectionsOf(installation: Installation, farewell: boolean): readonly string[];
  /**
   * Nothing if it is known whose every connection is that claims it, or nobody waits for that any more; else whether it
   * became known in a second.
   */
  identified(installation: Installation): Promise<boolean> | undefined;
  /** Whether this connection does not want what this actor did, because it was its own bot. */
  isOwn(connectionId: string, actor: Actor): boolean;
  /** Whether events of one conversation go to this connection one at a time. */
  keepsOrder(connectionId: string): boolean;
  /** Whether workflows of one of these connections answer this kind in the acknowledgement. */
  answers(connectionIds: readonly string[], kind: AnswerKind): boolean;
  /** Slack announced that tokens of this installation may be gone. */
  doubtTokens(installation: Installation): void;
}

export interface ReceiverOptions {
  readonly routing: Routing;
  readonly intake: Intake;
  readonly desk: AnswerDesk;
  /** Called once an event that is no repetition is journaled for these connections; must not throw. */
  readonly journaled: (envelope: Envelope, key: string, connectionIds: readonly string[]) => void;
  /** Where it is told what was acknowledged. */
  readonly delivery: Channel<DeliveryEvent>;
  readonly acknowledge: (envelope: Envelope, payload?: JsonObject) => Promise<Acknowledged>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Events that say that an installation, or its tokens, are no more. */
const FAREWELLS: ReadonlySet<string> = new Set(['app_uninstalled', 'tokens_revoked']);

const NOT_TAKEN = {
  response_type: 'ephemeral',
  text: 'This command was not taken, please try again in a minute.',
};
const NOBODY = {
  response_type: 'ephemeral',
  text: 'No active AutoKitteh deployment listens to this command.',
};

/** Takes every frame that arrives on any socket: into the journal first, and only then acknowledged. */
export class Receiver {
  readonly events = new Channel<ReceiverEvent>();
  readonly #options: ReceiverOptions;
  readonly #background: Background;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#background = new Background((name, error) =>
      options.log.error({ reason: errorMessage(error) }, `${name} failed`),
    );
  }

  /** Never throws. */
  receive(envelope: Envelope): void {
    this.#background.run('taking an event', () => this.#take(envelope));
  }

  /** Resolves when every frame received so far was dealt with. */
  idle(): Promise<void> {
    return this.#background.idle();
  }

  async #take(envelope: Envelope): Promise<void> {
    const { routing, acknowledge: send } = this.#options;
    const { appId } = envelope;
    const classified = classify(envelope);
    if (classified.drop !== undefined) {
      this.events.emit({ t: 'dropped', appId, why: classified.drop });
      await send(envelope);
      return;
    }
    const { installation, eventType, actor } = classified;
    const farewell = FAREWELLS.has(eventType);
    const connectionsOf = (): readonly string[] => routing.connectionsOf(installation, farewell);
    let connectionIds = connectionsOf();
    if (connectionIds.length === 0) {
      const identified = routing.identified(installation);
      const isDecided = identified === undefined || (await identified);
      connectionIds = connectionsOf();
      if (connectionIds.length === 0) {
        await this.#nobody(envelope, eventType, isDecided);
        return;
      }
    }
    if (actor !== undefined) connectionIds = connectionIds.filter((id) => !routing.isOwn(id, actor));
    if (connectionIds.length === 0) {
      this.events.emit({ t: 'dropped', appId, why: 'self' });
      await send(envelope);
      return;
    }
    this.events.emit({ t: 'routed', appId, eventType, connections: connectionIds.length });
    await this.#journal(envelope, classified, connectionIds);
    if (farewell) routing.doubtTokens(installation);
  }

  async #nobody(envelope: Envelope, eventType: string, isDecided: boolean): Promise<void> {
    const { acknowledge: send } = this.#options;
    const isCommand = envelope.kind === 'slash_commands';
    this.events.emit({ t: isDecided ? 'unclaimed' : 'undecided', appId: envelope.appId, eventType });
    if (isDecided) await send(envelope, isCommand ? NOBODY : undefined);
    else if (isCommand) await send(envelope, NOT_TAKEN);
  }

  async #journal(envelope: Envelope, accepted: Accepted, connectionIds: readonly string[]): Promise<void> {
    const { routing, intake, log, clock, delivery } = this.#options;
    const { key, conversation, urgent } = accepted;
    const { appId, kind, text: body, receivedAt } = envelope;
    const unordered = connectionIds.filter((id) => !routing.keepsOrder(id));
    const event = { appId, key, connectionIds, conversation, unordered, urgent, kind, body, receivedAt };
    const taken = intake.take(event);
    taken.then(
      (result) => {
        if (result === 'journaled') this.#options.journaled(envelope, key, connectionIds);
      },
      () => undefined,
    );
    const outcome = await acknowledge(
      {
        appId,
        kind,
        receivedAt,
        taken,
        byDefault: () => defaultAck(envelope),
        supplier: this.#supplier(envelope, key, connectionIds),
        // Slack sends events again; whoever typed a command is told to.
        refusal: kind === 'slash_commands' ? NOT_TAKEN : undefined,
        send: (payload) => this.#options.acknowledge(envelope, payload),
      },
      { clock, events: delivery },
    );
    if (outcome.t === 'withheld')
      log.warn({ app: appId, kind, reason: outcome.reason }, 'an event was not acknowledged');
  }

  #supplier(
    envelope: Envelope,
    key: string,
    connectionIds: readonly string[],
  ): ((signal: AbortSignal) => Promise<JsonObject | undefined>) | undefined {
    const { routing, desk } = this.#options;
    const kind = envelope.acceptsResponsePayload ? answerKindOf(envelope.kind, envelope.payload) : undefined;
    if (kind === undefined || !routing.answers(connectionIds, kind)) return undefined;
    return (signal) => desk.await(envelope.appId, key, kind, signal);
  }
}
