/** A value as `JSON.parse` makes it. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** An object as `JSON.parse` makes it; any key may be absent. */
export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

/** JSON whose integers beyond the exact range of a number are bigints. Every `JsonValue` is one. */
export type ExactJson = JsonValue | bigint | ExactJson[] | ExactObject;

/** An object of `ExactJson`; any key may be absent. */
export interface ExactObject {
  [key: string]: ExactJson | undefined;
}

/** Whether `value` is a JSON object, and neither null nor a list. */
export function isJsonObject(value: ExactJson | undefined): value is ExactObject;
export function isJsonObject(value: unknown): value is JsonObject;
export function isJsonObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under `key`, if it is one. */
export function objectAt(object: JsonObject | undefined, key: string): JsonObject | undefined;
export function objectAt(object: ExactObject | undefined, key: string): ExactObject | undefined;
export function objectAt(object: ExactObject | undefined, key: string): ExactObject | undefined {
  const value = object?.[key];
  return isJsonObject(value) ? value : undefined;
}

/** The string under `key`, or an empty one. */
export function stringAt(object: ExactObject | undefined, key: string): string {
  const value = object?.[key];
  return typeof value === 'string' ? value : '';
}

/** The finite number under `key`, or 0. */
export function numberAt(object: ExactObject | undefined, key: string): number {
  const value = object?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
