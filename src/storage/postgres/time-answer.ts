import { performance } from 'node:perf_hooks';
import { checkServer } from './check-server.js';
import { Line } from './line.js';
import type { SessionOptions } from './session.js';

const STATEMENT_MS = 2_500;

/** Milliseconds until PostgreSQL answers on a connection that is there, after the settings that "durable" rests on were read. */
export async function timeAnswer(database: Pick<SessionOptions, 'url' | 'password'>): Promise<number> {
  const line = new Line({
    applicationName: 'ak-slack doctor',
    statementMs: STATEMENT_MS,
    check: checkServer,
    ...database,
  });
  try {
    await line.run((query) => query('SELECT 1'));
    const began = performance.now();
    await line.run((query) => query('SELECT 1'));
    return performance.now() - began;
  } finally {
    await line.close();
  }
}
