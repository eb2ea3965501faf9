import { isOwnEvent, keepsOrder, respondsTo, updatesMessages } from '../connections/choices.js';
import type { LiveConnections } from '../connections/live-connections.js';
import type { Registry } from '../connections/registry.js';
import { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import { errorMessage, PluginError } from '../core/errors.js';
import type { JsonObject } from '../core/json.js';
import { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import { RareLines } from '../core/rare-lines.js';
import { Arrival } from '../delivery/arrival.js';
import type { DeliveryEvent } from '../delivery/events.js';
import type { Intake, Taken } from '../delivery/intake.js';
import { defaultAck } from '../events/answers.js';
import { classify, type Accepted } from '../events/classify.js';
import type { Envelope } from '../slack/envelope.js';
import { SLACK_WAITS_MS } from '../slack/policy.js';
import { RESPONSE_MS, type PendingResponses } from './pending-responses.js';
import { responseKindOf } from './response-kinds.js';
import type { ButtonUpdater } from './button-update.js';

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

export interface ReceiverOptions {
  readonly registry: Pick<Registry, 'connectionsOf' | 'get'>;
  readonly live: Pick<LiveConnections, 'identified' | 'verifyTokens'>;
  readonly intake: Pick<Intake, 'take'>;
  readonly responses: Pick<PendingResponses, 'await'>;
  readonly updater: Pick<ButtonUpdater, 'begin'>;
  /** Where it is told what was acknowledged. */
  readonly delivery: Channel<DeliveryEvent>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Events with which Slack ends an installation or revokes its tokens. */
const REVOCATIONS: ReadonlySet<string> = new Set(['app_uninstalled', 'tokens_revoked']);

const NOT_TAKEN = {
  response_type: 'ephemeral',
  text: 'This command could not be processed. Please try again in a minute.',
};
const NOBODY = {
  response_type: 'ephemeral',
  text: 'No active AutoKitteh deployment listens to this command.',
};

/** A workflow that may answer in the acknowledgement. */
interface AskedWorkflow {
  /** Nothing if it did not answer in time. Never rejects. */
  readonly answer: Promise<JsonObject | undefined>;
  giveUp(): void;
}

/** Takes every frame that arrives on any socket: into the journal first, and only then acknowledged. */
export class Receiver {
  readonly events = new Channel<ReceiverEvent>();
  readonly #options: ReceiverOptions;
  readonly #background: Background;
  readonly #lines: RareLines;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#lines = new RareLines(options.clock);
    this.#background = new Background((name, error) =>
      options.log.error({ reason: errorMessage(error) }, `${name} failed`),
    );
  }

  /** Never throws. */
  receive(envelope: Envelope): void {
    this.#background.run('receiving an event', () => this.#take(envelope));
  }

  /** Resolves when every frame received so far was dealt with. */
  idle(): Promise<void> {
    return this.#background.idle();
  }

  async #take(envelope: Envelope): Promise<void> {
    const { live, registry } = this.#options;
    const { appId } = envelope;
    const classified = classify(envelope);
    if (classified.drop !== undefined) {
      this.events.emit({ t: 'dropped', appId, why: classified.drop });
      await envelope.acknowledge();
      return;
    }
    const { installation, eventType, actor } = classified;
    const isRevoked = REVOCATIONS.has(eventType);
    const connectionsOf = (): readonly string[] => registry.connectionsOf(installation, isRevoked);
    let connectionIds = connectionsOf();
    if (connectionIds.length === 0) {
      const identified = live.identified(installation);
      const isDecided = identified === undefined || (await identified);
      connectionIds = connectionsOf();
      if (connectionIds.length === 0) {
        await this.#nobody(envelope, eventType, isDecided);
        return;
      }
    }
    if (actor !== undefined)
      connectionIds = connectionIds.filter((id) => !isOwnEvent(registry.get(id), actor));
    if (connectionIds.length === 0) {
      this.events.emit({ t: 'dropped', appId, why: 'self' });
      await envelope.acknowledge();
      return;
    }
    this.events.emit({ t: 'routed', appId, eventType, connections: connectionIds.length });
    await this.#journal(envelope, classified, connectionIds);
    if (isRevoked) live.verifyTokens(installation);
  }

  async #nobody(envelope: Envelope, eventType: string, isDecided: boolean): Promise<void> {
    const isCommand = envelope.kind === 'slash_commands';
    this.events.emit({ t: isDecided ? 'unclaimed' : 'undecided', appId: envelope.appId, eventType });
    if (isDecided) await envelope.acknowledge(isCommand ? NOBODY : undefined);
    else if (isCommand) await envelope.acknowledge(NOT_TAKEN);
  }

  async #journal(envelope: Envelope, accepted: Accepted, connectionIds: readonly string[]): Promise<void> {
    const { registry, intake, log, clock, delivery } = this.#options;
    const { key, conversation, urgent } = accepted;
    const { appId, kind, text: body, receivedAt } = envelope;
    const unordered = connectionIds.filter((id) => !keepsOrder(registry.get(id)));
    const arrival = new Arrival(envelope.socketId);
    const event = { appId, key, connectionIds, conversation, unordered, urgent, kind, body, receivedAt };
    const taken = intake.take({ arrival, ...event });
    taken.then(
      (result) => {
        if (result === 'journaled') this.#journaled(envelope, key, connectionIds);
      },
      () => undefined,
    );
    // Asked at once: a workflow that answers is started by the event, not by its acknowledgement.
    const asked = this.#askWorkflow(envelope, key, connectionIds);
    const withheld = await this.#acknowledge(envelope, taken, asked);
    if (withheld === undefined) {
      const ms = clock.now() - receivedAt;
      arrival.acknowledged(ms);
      delivery.emit({ t: 'acknowledged', appId, kind, key, ms });
      return;
    }
    delivery.emit({ t: 'unacknowledged', appId, kind, key, reason: withheld });
    const heldBack = this.#lines.next(`${appId} ${withheld}`);
    const more = heldBack === undefined || heldBack === 0 ? {} : { moreBefore: heldBack };
    log[heldBack === undefined ? 'debug' : 'warn'](
      { app: appId, kind, key, reason: withheld, ...more },
      'an event was not acknowledged',
    );
  }

  /**
   * The one rule for all kinds: on the disk first, then acknowledged, within Slack's time or not at all. Why it was not, if
   * it was not.
   */
  async #acknowledge(
    envelope: Envelope,
    taken: Promise<Taken>,
    asked: AskedWorkflow | undefined,
  ): Promise<string | undefined> {
    try {
      await taken;
    } catch (error) {
      asked?.giveUp();
      // Slack sends events again; whoever typed a command is told to.
      return envelope.kind === 'slash_commands'
        ? this.#send(envelope, NOT_TAKEN)
        : PluginError.from(error).code;
    }
    const answer = await asked?.answer;
    return this.#send(envelope, answer ?? defaultAck(envelope));
  }

  async #send(envelope: Envelope, payload: JsonObject | undefined): Promise<string | undefined> {
    if (this.#options.clock.now() - envelope.receivedAt >= SLACK_WAITS_MS) return 'late';
    return (await envelope.acknowledge(payload)) === 'lost' ? 'no socket' : undefined;
  }

  /** An event that is no repetition is journaled. After a click its message shows what was clicked. */
  #journaled(
    { appId, kind, payload, receivedAt }: Envelope,
    key: string,
    connectionIds: readonly string[],
  ): void {
    const { registry, updater } = this.#options;
    if (kind === 'interactive' && connectionIds.some((id) => updatesMessages(registry.get(id))))
      updater.begin({ appId, key, payload, receivedAt });
  }

  #askWorkflow(
    { acceptsResponsePayload, appId, kind: envelopeKind, payload, receivedAt }: Envelope,
    key: string,
    connectionIds: readonly string[],
  ): AskedWorkflow | undefined {
    const { registry, responses, clock } = this.#options;
    const kind = acceptsResponsePayload ? responseKindOf(envelopeKind, payload) : undefined;
    if (kind === undefined || !connectionIds.some((id) => respondsTo(registry.get(id), kind)))
      return undefined;
    const waiting = new AbortController();
    const giveUp = (): void => waiting.abort();
    const leftMs = receivedAt + RESPONSE_MS - clock.now();
    const timer = clock.setTimer(leftMs, giveUp);
    const answer = responses.await(appId, key, kind, waiting.signal, leftMs).finally(() => timer.cancel());
    return { answer, giveUp };
  }
}
