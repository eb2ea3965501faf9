import { createLog } from '../../src/core/log.js';
import { seededRandom } from '../../src/core/random.js';
import type { DeliveryLimits } from '../../src/delivery/limits.js';
import type { DispatchOutcome } from '../../src/delivery/sink.js';
import type { JournalDatabase } from '../../src/storage/journal.js';
import { openEventPath, type OpenEventPath } from '../world/event-path.js';
import type { CrashTenant } from './crash-peers.js';

/** An event's way through the program, in this process, and what passed on it. */
export interface Path extends Pick<OpenEventPath, 'delivery' | 'stop'> {
  /** Keys by lane, in the order of writing. */
  readonly written: ReadonlyMap<string, readonly string[]>;
  /** How each dispatch ended, in order. */
  readonly dispatched: readonly { readonly key: string; readonly outcome: DispatchOutcome['t'] }[];
}

/** Opens it on a journal, which it closes in the end. */
export async function openPath(
  { plan }: CrashTenant,
  journal: JournalDatabase,
  seed: number,
  limits: Partial<DeliveryLimits> = {},
): Promise<Path> {
  const written = new Map<string, string[]>();
  const dispatched: { key: string; outcome: DispatchOutcome['t'] }[] = [];
  const path = await openEventPath({
    ...plan,
    journal: {
      ...journal,
      async append(rows) {
        const results = await journal.append(rows);
        rows.forEach(({ urgent, conversation, key }, index) => {
          if (results[index] === 'duplicate') return;
          const lane = `${urgent} ${conversation}`;
          written.set(lane, [...(written.get(lane) ?? []), key]);
        });
        return results;
      },
    },
    around: (sink) => ({
      ...sink,
      prepare(row) {
        const send = sink.prepare(row);
        return async (signal) => {
          const outcome = await send(signal);
          dispatched.push({ key: row.key, outcome: outcome.t });
          return outcome;
        };
      },
    }),
    limits,
    random: seededRandom(seed),
    log: createLog({ level: 'fatal', format: 'json' }, process.stderr),
  });
  await path.start();
  return { delivery: path.delivery, stop: () => path.stop(), written, dispatched };
}

/** What was acknowledged must have been delivered once, each lane in the order of writing; a sentence for all else. */
export function faultsOf({ written, dispatched }: Path): string[] {
  const faults: string[] = [];
  const delivered = dispatched.filter(({ outcome }) => outcome === 'delivered').map(({ key }) => key);
  const places = new Map(delivered.map((key, place) => [key, place]));
  if (places.size !== delivered.length) faults.push('an event was delivered twice');
  for (const [lane, keys] of written) {
    const missing = keys.filter((key) => !places.has(key));
    if (missing.length > 0) faults.push(`lost: ${missing.join(' ')} of ${lane}`);
    const inLane = keys.map((key) => places.get(key) ?? 0);
    if (inLane.some((place, at) => place < (inLane[at - 1] ?? 0)))
      faults.push(`order of ${lane} was not kept`);
  }
  return faults;
}
