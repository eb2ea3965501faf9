import type { Clock, Timer } from '../../../core/clock.js';
import { isJsonObject, type JsonObject } from '../../../core/json.js';
import type { Random } from '../../../core/random.js';
import type { AppRecord } from '../directory/apps.js';
import type { Identifiers } from '../directory/identifiers.js';
import type { DeliveryDisorder } from '../faults/kinds.js';
import type { Draft } from '../frames/draft.js';
import type { Endpoint } from '../link/endpoint.js';
import type { Registry } from '../link/registry.js';
import type { Attempt, LedgerEntry } from './ledger-entry.js';
import type { LedgerBook } from './ledger.js';
import { nextRetry, type RetryLadder } from './retry-ladder.js';

/** Slack's deadline for an acknowledgement. */
const ACK_WITHIN = 3_000;
/** Settled envelopes that are remembered, so that a late or second acknowledgement is not taken for a stray. */
const REMEMBERED = 2_000;

export interface DeliveryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Identifiers;
  readonly ledger: LedgerBook;
  readonly registry: Registry;
  readonly retries: RetryLadder;
  readonly app: (id: string) => AppRecord | undefined;
  readonly disorder: () => DeliveryDisorder;
}

export interface SendOptions {
  /** It is noted, but not sent. */
  readonly refused?: boolean;
  /** Where the first attempt goes, instead of to a random socket of the app. */
  readonly to?: Endpoint;
}

/** Sends envelopes, waits for their acknowledgements and climbs the retry ladder. */
export interface Delivery {
  send(draft: Draft, appId: string, installation: string, options?: SendOptions): LedgerEntry;
  /** Takes what a client sent on the socket `from`. */
  receive(from: Endpoint, text: string): void;
}

interface Outstanding {
  readonly entry: LedgerEntry;
  readonly attempt: Attempt;
  timer: Timer | undefined;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { clock, random, ledger, registry, ids } = options;
  const outstanding = new Map<string, Outstanding>();
  const settled: string[] = [];
  const chance = (share: number | undefined): boolean => share !== undefined && random() < share;

  const attempt = (entry: LedgerEntry, draft: Draft, number: number, to?: Endpoint): void => {
    const disorder = options.disorder();
    const before = entry.attempts.at(-1);
    const endpoint = to ?? registry.route(entry.appId);
    const current: Attempt = {
      number,
      envelopeId: before !== undefined && chance(disorder.sameEnvelope) ? before.envelopeId : ids.uuid(),
      at: clock.now(),
      socketId: endpoint?.id,
      trouble: endpoint?.trouble,
      outcome: endpoint === undefined ? 'unrouted' : 'waiting',
      copies: endpoint === undefined ? 0 : 1,
      acknowledgements: [],
    };
    entry.attempts.push(current);
    if (endpoint === undefined) {
      ledger.changed(entry);
      retry(entry, draft, number);
      return;
    }
    const waiting: Outstanding = { entry, attempt: current, timer: undefined };
    outstanding.set(current.envelopeId, waiting);
    waiting.timer = clock.setTimer(ACK_WITHIN, () => {
      current.outcome = 'timed_out';
      ledger.changed(entry);
      retry(entry, draft, number);
    });
    ledger.changed(entry);
    put(endpoint, envelopeText(draft, current), disorder);
    if (chance(disorder.duplicate)) {
      current.copies += 1;
      put(registry.route(entry.appId) ?? endpoint, envelopeText(draft, current), disorder);
    }
  };

  const put = (endpoint: Endpoint, text: string, disorder: DeliveryDisorder): void => {
    if (!chance(disorder.hold)) {
      endpoint.sendText(text);
      return;
    }
    clock.setTimer(random() * (disorder.holdFor ?? 1_000), () => endpoint.sendText(text));
  };

  const retry = (entry: LedgerEntry, draft: Draft, number: number): void => {
    const delayedEvents = options.app(entry.appId)?.delayedEvents ?? false;
    const delay = entry.kind === 'events_api' ? nextRetry(options.retries, number, delayedEvents) : undefined;
    if (delay === undefined) {
      settle(entry, 'given_up');
      return;
    }
    clock.setTimer(delay, () => {
      if (entry.state === 'pending') attempt(entry, draft, number + 1);
    });
  };

  const settle = (entry: LedgerEntry, state: 'acknowledged' | 'given_up' | 'refused'): void => {
    for (const each of entry.attempts) {
      outstanding.get(each.envelopeId)?.timer?.cancel();
      settled.push(each.envelopeId);
    }
    if (settled.length > 2 * REMEMBERED)
      for (const envelopeId of settled.splice(0, REMEMBERED)) outstanding.delete(envelopeId);
    ledger.settle(entry, state);
  };

  const acknowledge = (from: Endpoint, envelopeId: string, payload: JsonObject | undefined): void => {
    const waiting = outstanding.get(envelopeId);
    if (waiting === undefined || waiting.entry.appId !== from.appId) {
      ledger.strays.unknownEnvelope += 1;
      return;
    }
    const { entry, attempt: current } = waiting;
    const late = current.outcome === 'timed_out';
    if (!late && entry.state === 'pending' && chance(options.disorder().loseAck)) return;
    current.acknowledgements.push({ at: clock.now(), socketId: from.id, late, payload });
    if (!late) {
      current.outcome = 'acknowledged';
      settle(entry, 'acknowledged');
    }
    ledger.changed(entry);
  };

  return {
    send(draft, appId, installation, sendOptions = {}) {
      const enabled = sendOptions.refused !== true && options.app(appId)?.socketMode === true;
      const entry = ledger.add({
        kind: draft.kind,
        type: draft.type,
        appId,
        installation,
        key: draft.key,
        payload: draft.payload,
        sentAt: clock.now(),
        attempts: [],
        state: enabled ? 'pending' : 'refused',
      });
      if (enabled) attempt(entry, draft, 0, sendOptions.to);
      return entry;
    },
    receive(from, text) {
      const reply = parse(text);
      if (typeof reply?.envelope_id !== 'string') {
        ledger.strays.malformed += 1;
        return;
      }
      acknowledge(from, reply.envelope_id, isJsonObject(reply.payload) ? reply.payload : undefined);
    },
  };
}

/** Only the Events API's envelopes carry retries; the order of fields is Slack's. */
function envelopeText(draft: Draft, attempt: Attempt): string {
  return JSON.stringify({
    envelope_id: attempt.envelopeId,
    payload: draft.payload,
    type: draft.kind,
    accepts_response_payload: draft.acceptsResponsePayload,
    ...(draft.kind === 'events_api'
      ? { retry_attempt: attempt.number, retry_reason: attempt.number === 0 ? '' : 'timeout' }
      : {}),
  });
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
