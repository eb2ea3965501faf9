import type { Clock } from '../../../core/clock.js';
import type { JsonObject } from '../../../core/json.js';
import type { Directory } from '../directory/directory.js';
import type { SlackInstallation } from '../directory/entities.js';
import type { Identifiers } from '../directory/identifiers.js';
import type { ConfigTokenRecord, TokenKind, TokenRecord } from '../directory/tokens.js';
import type { Tickets } from '../link/tickets.js';
import type { Timestamps } from '../timestamps.js';
import type { Uploads } from '../uploads.js';
import type { Triggers } from '../triggers.js';
import type { ViewStore } from './views-store.js';

/** What the methods work on. */
export interface MethodPorts {
  readonly clock: Clock;
  readonly ids: Identifiers;
  readonly directory: Directory;
  readonly tickets: Tickets;
  readonly triggers: Triggers;
  readonly timestamps: Timestamps;
  readonly uploads: Uploads;
  readonly views: ViewStore;
  /** `http://127.0.0.1:<port>`. */
  readonly origin: () => string;
}

/** One call whose token has been checked. */
export interface MethodCall {
  readonly args: JsonObject;
  readonly token: TokenRecord;
}

/** `{ok: true, ...}` or `{ok: false, error, ...}`. */
export type MethodAnswer = JsonObject & { ok: boolean };

/** A method of the Web API. */
export type Method = OpenMethod | ConfigMethod | CheckedMethod;

/** A method that takes no token. */
interface OpenMethod {
  readonly token: 'none';
  run(args: JsonObject): MethodAnswer;
}

/** One call of a method that changes apps, whose token has been checked. */
export interface ConfigCall {
  readonly args: JsonObject;
  readonly token: ConfigTokenRecord;
}

/** A method that takes an app configuration token, and no other. */
interface ConfigMethod {
  readonly token: 'config';
  run(call: ConfigCall, ports: MethodPorts): MethodAnswer;
}

export interface CheckedMethod {
  /** Which tokens it takes; bot tokens unless said. */
  readonly token?: TokenKind | 'any';
  /** Scopes of which one must have been granted. */
  readonly scopes?: readonly string[];
  run(call: MethodCall, ports: MethodPorts): MethodAnswer;
}

/** Methods by name. */
export type MethodTable = Readonly<Record<string, Method>>;

export function refuse(error: string, more: JsonObject = {}): MethodAnswer {
  return { ok: false, error, ...more };
}

/** A string argument; numbers and booleans as forms would send them. */
export function text(args: JsonObject, name: string): string {
  const value = args[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** The installation that a bot token belongs to. */
export function installationOf(call: MethodCall): SlackInstallation | undefined {
  return call.token.installation;
}
