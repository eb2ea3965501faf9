import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { Line } from '../../src/storage/postgres/line.js';
import { prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { startPostgres, type PostgresServer } from '../../src/sim/postgres/postgres-server.js';

const PAGE = join(import.meta.dirname, '../../docs/replicas.md');

/** A database as docs/replicas.md has operators make it: one role owns the schema, and the program has the other. */
export interface PreparedRoles {
  /** The URL of the role that may change the schema. */
  readonly ownerUrl: string;
  /** The URL of the program's role. */
  readonly url: string;
  /** Of the superuser. */
  readonly adminUrl: string;
  /** Removes the schema with all that is in it, and makes an empty one by the statements of the page. */
  remakeSchema(): Promise<void>;
}

/** Makes roles and database by the statements of the page; the schema is left empty. */
export async function makeRoles(server: PostgresServer): Promise<PreparedRoles> {
  const [, sql = ''] = /<!-- roles -->\s+```sql\n([^]*?)```/.exec(readFileSync(PAGE, 'utf8')) ?? [];
  const [before = '', after = ''] = sql.split(/^\\connect ak_slack$/m);
  const urlOf = (role: string): string =>
    server.url.replace(/postgres@(.*)\/postgres$/, `${role}@$1/ak_slack`);
  const adminUrl = urlOf('postgres');
  await runAll(server.url, before);
  await runAll(adminUrl, after);
  return {
    adminUrl,
    ownerUrl: urlOf('ak_slack_owner'),
    url: urlOf('ak_slack'),
    remakeSchema: () => runAll(adminUrl, `DROP SCHEMA ak_slack CASCADE;\n${after}`),
  };
}

/** A PostgreSQL with these roles for all tests of a group, an empty schema for each, and a connection of the superuser. */
export function usePreparedRoles() {
  let server: PostgresServer;
  let roles: PreparedRoles;
  let admin: Line;

  beforeAll(async () => {
    server = await startPostgres();
    roles = await makeRoles(server);
    admin = new Line({ url: roles.adminUrl, applicationName: 'test', statementMs: 60_000 });
  });

  afterAll(async () => {
    await admin.close();
    await server.dispose();
  });

  beforeEach(() => roles.remakeSchema());

  return {
    get server(): PostgresServer {
      return server;
    },
    get roles(): PreparedRoles {
      return roles;
    },
    get admin(): Line {
      return admin;
    },
  };
}

async function runAll(url: string, statements: string): Promise<void> {
  const line = new Line({ url, applicationName: 'test', statementMs: 60_000 });
  try {
    for (const statement of statements.split(/;\s*\n/))
      if (statement.trim() !== '') await line.run((query) => query(statement));
  } finally {
    await line.close();
  }
}

/** The same, with a schema that its owner has made. */
export async function makeMigratedRoles(server: PostgresServer): Promise<PreparedRoles> {
  const roles = await makeRoles(server);
  await prepareDatabase({ url: roles.ownerUrl });
  return roles;
}
