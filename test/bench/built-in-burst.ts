import { timestampMs } from '@bufbuild/protobuf/wkt';

import type { Event } from '../../src/gen/autokitteh/events/v1/events_pb.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import { isServerEnded, type BuiltInStage, type Connected } from './built-in-stage.js';

const EVENTS = 1_000;
/** More than all that Slack sends of a burst, again included. */
const ALL_EVENTS = 20_000;
// Seldom, because the server has to look for it.
const LOOK_MS = 2_000;
/** Slack gives up within seven minutes; a busy server takes longer for what the program has. */
const LIMIT_MS = 15 * 60_000;

/** What became of 1,000 messages that Slack sent at once to one channel. */
export interface Burst {
  readonly sent: number;
  /** From the first one's sending until the server had stored the last one; undefined if it never had all. */
  readonly ms: number | undefined;
  /** Acknowledged within Slack's 3 s after they were sent first. */
  readonly inTime: number;
  /** Different ones that the server has stored. */
  readonly there: number;
  /** Stored in all, those that Slack sent again included. */
  readonly stored: number;
  /** The server ended, after it had been seen with what is said here. */
  readonly serverEnded: boolean;
}

/** Sends them; resolves when the server has all, when it has ended, or when Slack sends none of them any more. */
export async function burst(
  { slack, server }: Pick<BuiltInStage, 'slack' | 'server'>,
  { connectionId, installation }: Connected,
): Promise<Burst> {
  const began = Date.now();
  const entries = Array.from({ length: EVENTS }, (_, n) =>
    slack.send(installation, message({ text: `burst ${n}` })),
  );
  const stored = new Set<string>();
  /** When each text was stored first. */
  const firstAt = new Map<string, number>();
  /** At the last look. */
  let seen = 0;
  const timeOf = ({ createdAt }: Event): number => (createdAt === undefined ? 0 : timestampMs(createdAt));
  const look = async (): Promise<void> => {
    const { events } = await server.system.events.list({
      destinationId: connectionId,
      maxResults: ALL_EVENTS,
    });
    const sinceBegan = events.filter((event) => timeOf(event) >= began);
    seen = sinceBegan.length;
    if (seen < EVENTS) return;
    for (const listed of sinceBegan.toReversed()) {
      const { eventId } = listed;
      if (stored.has(eventId)) continue;
      stored.add(eventId);
      // A list leaves the data out.
      const { event } = await server.system.events.get({ eventId });
      const text = event?.data['text']?.string?.v ?? '';
      firstAt.set(text, Math.min(timeOf(listed), firstAt.get(text) ?? Infinity));
    }
  };
  let serverEnded = false;
  while (firstAt.size < EVENTS && !serverEnded && Date.now() < began + LIMIT_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    try {
      await look();
    } catch (error) {
      if (!isServerEnded(error)) throw error;
      serverEnded = true;
    }
  }
  return {
    sent: EVENTS,
    ms: firstAt.size < EVENTS ? undefined : Math.max(...firstAt.values()) - began,
    inTime: entries.filter(({ attempts }) => attempts[0]?.outcome === 'acknowledged').length,
    there: serverEnded ? seen : firstAt.size,
    stored: serverEnded ? seen : stored.size,
    serverEnded,
  };
}
