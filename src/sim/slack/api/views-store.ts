import type { JsonObject } from '../../../core/json.js';

/** The views that were opened, by id, as the last call left them. */
export type ViewStore = Map<string, JsonObject>;
