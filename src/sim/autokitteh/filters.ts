import { Environment } from '@marcbachmann/cel-js';
import type { EventRow } from './store.js';
import { dataToCel } from './values.js';

const ENVIRONMENT = new Environment({ homogeneousAggregateLiterals: false })
  .registerVariable('data', 'map')
  .registerVariable('event_type', 'string');

/**
 * Whether an event passes a CEL filter, as AutoKitteh decides it: an empty filter always passes; any error of
 * evaluation, such as a key that is missing, is no match.
 */
export function passes(filter: string, event: Pick<EventRow, 'eventType' | 'data'>): boolean {
  if (filter.trim() === '') return true;
  try {
    return (
      ENVIRONMENT.evaluate(filter, { data: dataToCel(event.data), event_type: event.eventType }) === true
    );
  } catch {
    return false;
  }
}

/** Why `filter` is no CEL expression over data and event_type; undefined when it is one. */
export function filterProblem(filter: string): string | undefined {
  if (filter.trim() === '') return undefined;
  const checked = ENVIRONMENT.check(filter);
  return checked.valid ? undefined : (checked.error?.message ?? 'not an expression');
}

/** Whether a trigger for `wanted` takes events of `eventType`: none and `*` take all. */
export function takesType(wanted: string, eventType: string): boolean {
  return wanted === '' || wanted === '*' || wanted === eventType;
}
