/** How many there are of what, and how often each fault may come in one run. Names are those of docs/replicas-model. */
export interface Bounds {
  readonly REPLICAS: 2 | 3;
  readonly EVENTS: 1 | 2 | 3;
  readonly LAPSES?: number;
  readonly CRASHES?: number;
  readonly CUTS?: number;
  readonly FAILURES?: number;
  readonly RESENDS?: number;
  readonly IDLE_LOOKS?: number;
}

/** One run of the model checker. */
export interface ModelCheck {
  readonly bounds: Bounds;
  /** A counter-check: what is taken out of the protocol, and the property that must be broken then. */
  readonly without?: { readonly part: string; readonly breaks: string };
  /** Looks for a run that never ends instead of a broken property. */
  readonly cycles?: boolean;
}

const TWO = { REPLICAS: 2, EVENTS: 2 } as const;
const THREE = { REPLICAS: 3, EVENTS: 2 } as const;
const THREE_ONE_EVENT = { REPLICAS: 3, EVENTS: 1 } as const;

const NEVER_DISPATCHED = 'every acknowledged event is dispatched in the end';
const TWO_DISPATCHES = 'one dispatch at a time in a lane among those that hold a lease';
const HANDED_OVER_TWICE = 'no row is handed over twice';
const RECEIVED_TWICE = 'AutoKitteh gets an event twice only if a lease ended while it was in flight';

const counter = (
  part: string,
  breaks: string,
  faults: Omit<Bounds, 'REPLICAS' | 'EVENTS'> = {},
): ModelCheck => ({
  bounds: { ...TWO, ...faults },
  without: { part, breaks },
});

export const CHECKS: readonly ModelCheck[] = [
  { bounds: { ...TWO, CUTS: 1, RESENDS: 1 } },
  { bounds: { ...TWO, CUTS: 1, FAILURES: 1, IDLE_LOOKS: 1 } },
  { bounds: { ...TWO, CUTS: 2 } },
  { bounds: { ...TWO, CRASHES: 1, CUTS: 1 } },
  { bounds: { ...TWO, LAPSES: 1, CRASHES: 1 } },
  { bounds: { ...TWO, LAPSES: 1, CUTS: 1 } },
  { bounds: { ...TWO, LAPSES: 2 } },
  { bounds: { ...TWO, EVENTS: 3, CUTS: 1 } },
  { bounds: { ...TWO, LAPSES: 1, IDLE_LOOKS: 1 }, cycles: true },
  { bounds: { ...TWO, CUTS: 1, FAILURES: 1 }, cycles: true },
  { bounds: { ...TWO, CRASHES: 1 }, cycles: true },
  { bounds: { ...THREE, LAPSES: 1 } },
  { bounds: { ...THREE, CRASHES: 1 } },
  { bounds: { ...THREE, CUTS: 1 } },
  { bounds: { ...THREE_ONE_EVENT, LAPSES: 1, CUTS: 1 } },
  { bounds: { ...THREE_ONE_EVENT, CRASHES: 1, CUTS: 1 } },
  { bounds: { ...THREE_ONE_EVENT, LAPSES: 1, CRASHES: 1 } },
  { bounds: { ...THREE_ONE_EVENT, LAPSES: 2 } },
  counter('NO_ROW_LOCK', NEVER_DISPATCHED),
  counter('NO_ADOPTION', NEVER_DISPATCHED, { CUTS: 1 }),
  counter('LOOK_ONCE', NEVER_DISPATCHED, { CUTS: 1 }),
  counter('TAKE_OVER_ONCE', NEVER_DISPATCHED, { LAPSES: 1 }),
  counter('NO_DEADLINE', TWO_DISPATCHES, { LAPSES: 1 }),
  counter('NO_FENCE', TWO_DISPATCHES, { LAPSES: 1 }),
  counter('NO_TURN', HANDED_OVER_TWICE, { CUTS: 1, FAILURES: 1 }),
  counter('ADOPT_AT_FIRST_LOOK', HANDED_OVER_TWICE),
  counter('ADOPT_WITHOUT_WAITING', HANDED_OVER_TWICE),
  counter('ADOPT_BY_ID', HANDED_OVER_TWICE, { FAILURES: 1, IDLE_LOOKS: 1 }),
  counter('TAKE_OVER_OWN', HANDED_OVER_TWICE, { LAPSES: 1, CRASHES: 1 }),
  counter('NO_LOOK_UP', RECEIVED_TWICE, { CRASHES: 1 }),
];
