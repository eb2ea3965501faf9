import { afterAll, beforeAll } from 'vitest';
import { startPostgres, type PostgresServer } from '../../src/sim/postgres/postgres-server.js';
import { Line } from '../../src/storage/postgres/line.js';

/** A PostgreSQL for all tests of a group or file, with a connection of its superuser. */
export function usePostgres() {
  let server: PostgresServer;
  let admin: Line;

  beforeAll(async () => {
    server = await startPostgres();
    admin = new Line({ url: server.url, applicationName: 'test', statementMs: 60_000 });
  });

  afterAll(async () => {
    await admin.close();
    await server.dispose();
  });

  return {
    get server(): PostgresServer {
      return server;
    },
    get admin(): Line {
      return admin;
    },
  };
}
