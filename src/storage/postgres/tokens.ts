import { TOKEN_KEY, type TokenRecord, type TokenStore } from '../tokens.js';
import type { Line } from './line.js';
import type { Parameter } from './session.js';
import { encodeText } from './text.js';

const RECORD = `hash, app_id AS "appId", enterprise_id AS "enterpriseId", team_id AS "teamId", bot_user_id AS "botUserId",
  bot_id AS "botId", said_at AS "saidAt"`;

// Records beyond the most that may stay ($1), the one with the hash $2 not counted; those used longest ago go.
const REMOVE_SURPLUS = `DELETE FROM ak_slack.tokens WHERE hash IN
  (SELECT hash FROM ak_slack.tokens WHERE hash <> $2 ORDER BY used_at DESC OFFSET $1)`;

/** What Slack said about tokens, in PostgreSQL. */
export function tokenStore(line: Line): TokenStore {
  const ask = <Row>(sql: string, values: readonly Parameter[]): Promise<Row[]> =>
    line.run((query) => query<Row>(sql, values));
  return {
    async key(fresh) {
      const [row] = await ask<{ value: string }>(
        `INSERT INTO ak_slack.installation AS i (name, value) VALUES ('${TOKEN_KEY}', $1)
          ON CONFLICT (name) DO UPDATE SET value = i.value RETURNING value`,
        [fresh],
      );
      return (row as { value: string }).value;
    },
    recall: (hashes) =>
      ask<TokenRecord>(`SELECT ${RECORD} FROM ak_slack.tokens WHERE hash = ANY ($1)`, [[...hashes]]),
    async remember(record, now, most) {
      const { hash, appId, enterpriseId, teamId, botUserId, botId, saidAt } = record;
      const texts = [appId, enterpriseId, teamId, botUserId, botId].map(encodeText);
      await ask(
        `WITH written AS (INSERT INTO ak_slack.tokens AS t
            (hash, app_id, enterprise_id, team_id, bot_user_id, bot_id, said_at, used_at)
            VALUES ($2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (hash) DO UPDATE SET (app_id, enterprise_id, team_id, bot_user_id, bot_id, said_at, used_at) =
              (excluded.app_id, excluded.enterprise_id, excluded.team_id, excluded.bot_user_id, excluded.bot_id,
               excluded.said_at, excluded.used_at))
          ${REMOVE_SURPLUS}`,
        [Math.max(most - 1, 0), hash, ...texts, saidAt, now],
      );
    },
    async forget(hash) {
      await ask('DELETE FROM ak_slack.tokens WHERE hash = $1', [hash]);
    },
    retain: ({ inUse, now, unusedBefore, most }) =>
      line.run(async (query) => {
        await query('UPDATE ak_slack.tokens SET used_at = $1 WHERE hash = ANY ($2)', [now, [...inUse]]);
        const unused = await query('DELETE FROM ak_slack.tokens WHERE used_at < $1 RETURNING 1', [
          unusedBefore,
        ]);
        const surplus = await query(`${REMOVE_SURPLUS} RETURNING 1`, [most, '']);
        return unused.length + surplus.length;
      }),
  };
}
