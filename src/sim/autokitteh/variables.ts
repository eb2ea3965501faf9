import type { Caller } from './identity.js';
import { anyIdProblem, isSymbol, kindOf } from './ids.js';
import { refusals, requireSymbol } from './refusals.js';
import type { VarRow } from './store.js';
import type { World } from './world.js';

// AutoKitteh's defaults: bytes of one value, and variables that a scope may hold before it takes no more.
const MAX_VALUE_BYTES = 8092;
const MAX_VARS_PER_SCOPE = 64;

/**
 * Stores variables with the rights of `caller`, then refreshes the status of each connection among their scopes, once
 * each, before it returns. A failed refresh is the answer although everything is stored.
 */
export async function writeVars(world: World, caller: Caller, vars: readonly VarRow[]): Promise<void> {
  const { store, rights, statuses } = world;
  for (const row of vars) requireWellFormed(row);
  for (const { scopeId } of vars) rights.requireMember(caller, store.orgOf(scopeId));
  for (const { value } of vars) requireSmall(value);
  for (const { scopeId } of vars) {
    if ((store.vars.get(scopeId)?.size ?? 0) > MAX_VARS_PER_SCOPE)
      throw refusals.invalid(
        `number of variables for scope ${scopeId} ${vars.length} exceeds max number of variables ${MAX_VARS_PER_SCOPE}`,
      );
    if (kindOf(scopeId) === 'con' && !store.connections.has(scopeId))
      throw refusals.invalid('integration id  not found');
  }
  for (const row of vars) {
    const scope = store.vars.get(row.scopeId) ?? new Map<string, VarRow>();
    store.vars.set(row.scopeId, scope.set(row.name, { ...row }));
  }
  for (const scopeId of new Set(vars.map((row) => row.scopeId))) await statuses.refreshScope(scopeId);
}

function requireWellFormed({ scopeId, name, value }: VarRow): void {
  const quoted = [scopeId && `scope_id:"${scopeId}"`, name && `name:"${name}"`, value && `value:"${value}"`]
    .filter((field) => field !== '')
    .join('  ');
  const problem = anyIdProblem(scopeId);
  if (problem !== undefined) throw refusals.invalid(`${problem}: scope_id: ${quoted}`);
  if (scopeId !== '' && !['prj', 'con', 'trg'].includes(kindOf(scopeId)))
    throw refusals.invalid(`invalid var scope id: scope_id: ${quoted}`);
  if (name === '') throw refusals.unknown(`name: missing: ${quoted}`);
  if (!isSymbol(name)) requireSymbol(name, `name: ${quoted}`);
}

function requireSmall(value: string): void {
  const size = Buffer.byteLength(value);
  if (size > MAX_VALUE_BYTES)
    throw refusals.invalid(`value size ${size} exceeds max value size ${MAX_VALUE_BYTES}`);
}
