/** Whether a trigger for this type takes events of every type. */
export function takesAll(eventType: string): boolean {
  return eventType === '' || eventType === '*';
}

/** Whether a trigger for `wanted` takes events of `type`, as far as can be told without its filter. */
export function takesEventsOf(wanted: string, type: string): boolean {
  return takesAll(wanted) || wanted === type;
}
