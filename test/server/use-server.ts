import { afterAll, beforeAll } from 'vitest';
import {
  startServerUnderTest,
  type ServerUnderTest,
  type TestProject,
  type TestUser,
} from '../world/server.js';

/** A server for all tests of a group or file, and a user of it. */
export function useServer() {
  let server: ServerUnderTest;
  let user: TestUser;

  beforeAll(async () => {
    server = await startServerUnderTest();
    user = await server.createUser();
  });

  afterAll(() => server.stop());

  return {
    get server(): ServerUnderTest {
      return server;
    },
    get user(): TestUser {
      return user;
    },
    /** A new project of the user, with one connection. */
    async project(): Promise<{ project: TestProject; connectionId: string }> {
      const project = await server.createProject(user, { connections: { sl: {} } });
      return { project, connectionId: project.connections['sl'] ?? '' };
    },
  };
}
