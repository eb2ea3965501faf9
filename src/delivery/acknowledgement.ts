import type { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import type { JsonObject } from '../core/json.js';
import type { DeliveryEvent } from './events.js';
import type { Taken } from './intake.js';

// Slack counts three seconds from its sending a frame (Slack: Socket Mode, acknowledgements).
const SLACK_WAITS_MS = 3000;

// What a supplier may use of them; the rest is for writing the journal and for the way there and back.
const SUPPLIER_MS = 2400;

/** One frame that Slack waits for, and what can be said to it. */
export interface Acknowledgeable {
  readonly appId: string;
  readonly kind: string;
  /** Milliseconds since 1970, by the same clock. */
  readonly receivedAt: number;
  /** Ends when the event is on the disk, or is not taken. */
  readonly taken: Promise<Taken>;
  /** What goes out when nobody supplies anything in time. */
  readonly byDefault: () => JsonObject | undefined;
  /** Somebody who may supply the answer; nothing if he has none. Aborted when his time is up. */
  readonly supplier: ((signal: AbortSignal) => Promise<JsonObject | undefined>) | undefined;
  /** What goes out when the event was not taken; if nothing, it is not acknowledged. */
  readonly refusal: JsonObject | undefined;
  /** Sends the acknowledgement on a socket of the app; `lost` if there is none. */
  readonly send: (payload: JsonObject | undefined) => Promise<'sent' | 'sent_elsewhere' | 'lost'>;
}

/** What went out. */
export type Acknowledgement =
  | { readonly t: 'sent'; readonly what: 'answer' | 'default' | 'refusal' }
  | { readonly t: 'withheld'; readonly reason: string };

export interface AcknowledgementPorts {
  readonly clock: Clock;
  readonly events: Channel<DeliveryEvent>;
}

/** The one rule for all kinds: on the disk first, then acknowledged, within Slack's time or not at all. */
export async function acknowledge(
  frame: Acknowledgeable,
  ports: AcknowledgementPorts,
): Promise<Acknowledgement> {
  const { clock, events } = ports;
  const { appId, kind, receivedAt } = frame;
  const result = await decide(frame, clock);
  const ms = clock.now() - receivedAt;
  if (result.t === 'sent') events.emit({ t: 'acknowledged', appId, kind, ms });
  else events.emit({ t: 'unacknowledged', appId, kind, reason: result.reason });
  return result;
}

async function decide(frame: Acknowledgeable, clock: Clock): Promise<Acknowledgement> {
  const { taken, supplier, byDefault, refusal } = frame;
  // Asked at once: a workflow that answers is started by the event, not by its acknowledgement.
  const supplied = supplier === undefined ? undefined : supply(supplier, frame.receivedAt, clock);
  try {
    await taken;
  } catch (error) {
    supplied?.giveUp();
    const { code } = PluginError.from(error);
    return refusal === undefined ? { t: 'withheld', reason: code } : send(frame, clock, refusal, 'refusal');
  }
  const answer = await supplied?.answer;
  return answer === undefined
    ? send(frame, clock, byDefault(), 'default')
    : send(frame, clock, answer, 'answer');
}

async function send(
  frame: Acknowledgeable,
  clock: Clock,
  payload: JsonObject | undefined,
  what: 'answer' | 'default' | 'refusal',
): Promise<Acknowledgement> {
  if (clock.now() - frame.receivedAt >= SLACK_WAITS_MS) return { t: 'withheld', reason: 'late' };
  const way = await frame.send(payload);
  return way === 'lost' ? { t: 'withheld', reason: 'no socket' } : { t: 'sent', what };
}

interface Supplied {
  /** Never rejects: a supplier that fails has no answer. */
  readonly answer: Promise<JsonObject | undefined>;
  giveUp(): void;
}

function supply(
  supplier: (signal: AbortSignal) => Promise<JsonObject | undefined>,
  receivedAt: number,
  clock: Clock,
): Supplied {
  const controller = new AbortController();
  const answer = new Promise<JsonObject | undefined>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(undefined));
    supplier(controller.signal).then(resolve, () => resolve(undefined));
  });
  const timer = clock.setTimer(receivedAt + SUPPLIER_MS - clock.now(), () => controller.abort());
  return { answer: answer.finally(() => timer.cancel()), giveUp: () => controller.abort() };
}
