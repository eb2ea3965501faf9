import { seededRandom } from '../../src/core/random.js';
import type { Minute } from '../../src/ops/history.js';

export const MINUTE = 60_000;
// Pictures that are made again differ only where the page does.
export const NOW = Date.UTC(2026, 4, 4, 9, 41, 7);

/** An hour of traffic, minute by minute; `change` says what is otherwise so many minutes ago. */
export function hour(change: (minute: Minute, ago: number) => Partial<Minute> = () => ({})): Minute[] {
  const random = seededRandom(7);
  return Array.from({ length: 60 }, (_, index) => {
    const ago = 59 - index;
    const wave = 34 + 14 * Math.sin(index / 7) + 12 * random();
    const slow = 1 + 0.5 * random();
    const minute: Minute = {
      at: Math.floor(NOW / MINUTE) * MINUTE - ago * MINUTE,
      events: Math.round(ago === 0 ? wave / 8 : wave),
      acknowledgement: { p50: Math.round(6 * slow), p99: Math.round(21 * slow + 18 * random()) },
      delivered: Math.round(ago === 0 ? wave / 8 : wave),
      dispatch: { p50: Math.round(38 * slow), p99: Math.round(120 * slow + 90 * random()) },
      sockets: index % 23 === 11 ? 5 : 4,
      waiting: Math.round(2 * random()),
    };
    return { ...minute, ...change(minute, ago) };
  });
}

/** What there is of this share of the events, where the rest does not come. */
export function shareOf({ events, delivered, waiting }: Minute, share: number): Partial<Minute> {
  const part = (count: number | undefined): number => Math.round((count ?? 0) * share);
  return { events: part(events), delivered: part(delivered), waiting: part(waiting) };
}

/** Nothing comes, so that nothing is acknowledged and dispatched. */
export const STILL: Partial<Minute> = {
  ...{ events: 0, delivered: 0, acknowledgement: undefined, dispatch: undefined, waiting: 0 },
};

/** A minute in which the program did not run. */
export function nothingAt(at: number): Minute {
  return {
    at,
    ...{ events: undefined, delivered: undefined, acknowledgement: undefined, dispatch: undefined },
    ...{ sockets: undefined, waiting: undefined },
  };
}
