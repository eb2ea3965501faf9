import { TOKEN_KEY, type TokenRecord, type TokenRetention } from '../tokens.js';
import type { Database } from './driver.js';

interface StoredToken {
  readonly hash: string;
  readonly app_id: string;
  readonly enterprise_id: string;
  readonly team_id: string;
  readonly bot_user_id: string;
  readonly bot_id: string;
  readonly said_at: number;
}

/** The installation's key, made of `fresh` at the first call. */
export function prepareTokenKey(database: Database): (fresh: string) => string {
  const insert = database.prepare(
    'INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const select = database.prepare('SELECT value FROM installation WHERE name = ?');
  return (fresh) => {
    insert.run(TOKEN_KEY, fresh);
    return (select.get(TOKEN_KEY) as { value: string }).value;
  };
}

export function prepareRecallTokens(database: Database): (hashes: readonly string[]) => TokenRecord[] {
  const select = database.prepare(
    'SELECT hash, app_id, enterprise_id, team_id, bot_user_id, bot_id, said_at FROM tokens WHERE hash = ?',
  );
  return (hashes) =>
    hashes.flatMap((hash) => {
      const row = select.get(hash) as StoredToken | undefined;
      return row === undefined ? [] : [toRecord(row)];
    });
}

export function prepareRememberToken(
  database: Database,
): (record: TokenRecord, now: number, most: number) => void {
  const upsert = database.prepare(`INSERT OR REPLACE INTO tokens
    (hash, app_id, enterprise_id, team_id, bot_user_id, bot_id, said_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const removeSurplus = prepareRemoveSurplus(database);
  return ({ hash, appId, enterpriseId, teamId, botUserId, botId, saidAt }, now, most) => {
    upsert.run(hash, appId, enterpriseId, teamId, botUserId, botId, saidAt, now);
    removeSurplus(most);
  };
}

export function prepareForgetToken(database: Database): (hash: string) => void {
  const remove = database.prepare('DELETE FROM tokens WHERE hash = ?');
  return (hash) => {
    remove.run(hash);
  };
}

export function prepareRetainTokens(database: Database): (retention: TokenRetention) => number {
  const use = database.prepare('UPDATE tokens SET used_at = ? WHERE hash = ?');
  const removeUnused = database.prepare('DELETE FROM tokens WHERE used_at < ?');
  const removeSurplus = prepareRemoveSurplus(database);
  return ({ inUse, now, unusedBefore, most }) => {
    for (const hash of inUse) use.run(now, hash);
    return Number(removeUnused.run(unusedBefore).changes) + removeSurplus(most);
  };
}

/** Removes what is above `most`, the records used longest ago first. */
function prepareRemoveSurplus(database: Database): (most: number) => number {
  const count = database.prepare('SELECT count(*) AS count FROM tokens');
  const remove = database.prepare(
    'DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens ORDER BY used_at LIMIT ?)',
  );
  return (most) => {
    const surplus = (count.get() as { count: number }).count - most;
    return surplus > 0 ? Number(remove.run(surplus).changes) : 0;
  };
}

function toRecord(row: StoredToken): TokenRecord {
  return {
    hash: row.hash,
    appId: row.app_id,
    enterpriseId: row.enterprise_id,
    teamId: row.team_id,
    botUserId: row.bot_user_id,
    botId: row.bot_id,
    saidAt: row.said_at,
  };
}
