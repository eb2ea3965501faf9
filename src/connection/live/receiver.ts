import { Channel } from '../../core/channel.js';
import type { Clock } from '../../core/clock.js';
import { errorMessage, PluginError } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { Background } from '../../core/lifecycle.js';
import type { Log } from '../../core/log.js';
import type { Intake } from '../../delivery/intake.js';
import { defaultAck } from '../../events/answers.js';
import { classify, type Accepted } from '../../events/intake.js';
import type { Installation } from '../../events/installation.js';
import type { Envelope } from '../../slack/envelope.js';
import type { AnswerDesk } from '../answers/answer-desk.js';
import { answerKindOf, type AnswerKind } from '../answers/answer-kind.js';

/** What was decided about a frame that Slack sent. */
export type ReceiverEvent =
  /** Nobody gets it, and that is right: acknowledged. */
  | { readonly t: 'dropped'; readonly appId: string; readonly why: 'self' | 'unroutable' | 'malformed' }
  /** No active connection of its installation: acknowledged, since Slack's sending it again would change nothing. */
  | { readonly t: 'unclaimed'; readonly appId: string; readonly eventType: string }
  | {
      readonly t: 'routed';
      readonly appId: string;
      readonly eventType: string;
      readonly connections: number;
    };

/** Whose events are whose, and what their connections chose. */
export interface Routing {
  connectionsOf(installation: Installation): readonly string[];
  /** Whether workflows of one of these connections answer this kind in the acknowledgement. */
  answers(connectionIds: readonly string[], kind: AnswerKind): boolean;
  /** Slack announced that tokens of this installation may be gone. */
  doubtTokens(installation: Installation): void;
}

export interface ReceiverOptions {
  readonly routing: Routing;
  readonly intake: Intake;
  readonly desk: AnswerDesk;
  readonly acknowledge: (envelope: Envelope, payload?: JsonObject) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
}

// Slack: an acknowledgement after three seconds counts for nothing.
const ACKNOWLEDGE_WITHIN_MS = 3_000;

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
    const { routing, acknowledge } = this.#options;
    const { appId } = envelope;
    const classified = classify(envelope);
    if (classified.drop !== undefined) {
      this.events.emit({ t: 'dropped', appId, why: classified.drop });
      await acknowledge(envelope);
      return;
    }
    const { installation, eventType } = classified;
    const connectionIds = routing.connectionsOf(installation);
    if (connectionIds.length === 0) {
      this.events.emit({ t: 'unclaimed', appId, eventType });
      await acknowledge(envelope, envelope.kind === 'slash_commands' ? NOBODY : undefined);
      return;
    }
    this.events.emit({ t: 'routed', appId, eventType, connections: connectionIds.length });
    await this.#journal(envelope, classified, connectionIds);
    if (eventType === 'app_uninstalled' || eventType === 'tokens_revoked') routing.doubtTokens(installation);
  }

  async #journal(envelope: Envelope, accepted: Accepted, connectionIds: readonly string[]): Promise<void> {
    const { acknowledge, intake, log } = this.#options;
    const { key, conversation, urgent } = accepted;
    const { appId, kind, text: body, receivedAt } = envelope;
    // Opened before the journal is asked: the workflow may answer before the write is confirmed here.
    const answer = this.#answer(envelope, accepted, connectionIds);
    try {
      await intake.take({ appId, key, connectionIds, conversation, urgent, kind, body, receivedAt });
    } catch (error) {
      log.warn(
        { app: appId, code: PluginError.from(error).code, reason: errorMessage(error) },
        'an event was not taken',
      );
      // Slack sends events again; whoever typed a command is told to.
      if (kind === 'slash_commands') await acknowledge(envelope, NOT_TAKEN);
      return;
    }
    const payload = await answer;
    if (this.#options.clock.now() - receivedAt < ACKNOWLEDGE_WITHIN_MS) await acknowledge(envelope, payload);
    else log.warn({ app: appId, kind }, 'too late to acknowledge an event that is in the journal');
  }

  async #answer(
    envelope: Envelope,
    { key }: Accepted,
    connectionIds: readonly string[],
  ): Promise<JsonObject | undefined> {
    const { routing, desk } = this.#options;
    const kind = envelope.acceptsResponsePayload ? answerKindOf(envelope.kind, envelope.payload) : undefined;
    if (kind !== undefined && routing.answers(connectionIds, kind)) {
      const answer = await desk.await(envelope.appId, key, kind, envelope.receivedAt);
      if (answer !== undefined) return answer;
    }
    return defaultAck(envelope);
  }
}
