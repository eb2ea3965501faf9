import { randomInt } from 'node:crypto';
import type { Settings } from '../../src/config.js';
import { scaledClock } from '../../src/core/clock.js';
import { Status_Code } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import { DEFAULT_SCOPES } from '../../src/sim/slack/directory/default-scopes.js';
import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { eventually } from '../helpers/eventually.js';
import { autoKittehClients } from './autokitteh-clients.js';
import { UNHURRIED_LIVE } from './policies.js';
import { startProgramUnderTest } from './program-under-test.js';
import { startServerUnderTest, type SeenSession, type ServerUnderTest, type TestProject } from './server.js';
import { openWorld, type OpenWorld } from './open-world.js';

/** A scripted Slack, the whole program, and a server of either kind with a project on it. */
export interface WorkflowWorld extends OpenWorld {
  readonly app: SlackApp;
  readonly installation: SlackInstallation;
  /** Saves the connection through the gateway as its owner, and waits until events come through. */
  connect(project: TestProject, connection: string): Promise<void>;
  send(frame: Frame): LedgerEntry;
  /** What went into the acknowledgement of an event that was sent. */
  acknowledged(entry: LedgerEntry): Promise<unknown>;
  /** The lines of the newest session of `call`, as soon as one of them contains `words`. */
  printed(project: TestProject, call: string, words: string): Promise<string[]>;
  /** The newest session of `call` that has ended. */
  ended(project: TestProject, call: string): Promise<SeenSession>;
  /** Resolves when the project has had as many sessions. */
  started(project: TestProject, count: number): Promise<void>;
}

// A Python session takes a second or two to start, and more on a busy machine; Slack waits three. Slower, Slack's time
// is long enough for every machine, and everything else stays as it is.
const SLOWER = 0.2;

/** What a world of workflows has beside the usual. */
export interface WorkflowOptions {
  /** Scopes of the bot. */
  readonly scopes?: readonly string[];
  /** A stand-in starts Python for its sessions. */
  readonly runsPython?: boolean;
}

/** Starts them; where Python runs, Slack's time and the program's are slower. */
export async function startWorkflowWorld(
  settings: Settings = {},
  server?: ServerUnderTest,
  { scopes: moreScopes = [], runsPython = false }: WorkflowOptions = {},
): Promise<WorkflowWorld> {
  const theServer = server ?? (await startServerUnderTest());
  const clock = scaledClock(theServer.standIn === undefined || runsPython ? SLOWER : 1);
  // Servers that are shared keep connections of other runs: their ids and tokens must not be these.
  const seed = randomInt(2 ** 31);
  console.log(`seed ${seed}`);
  const world = await openWorld({
    slack: { clock, seed },
    server: () => Promise.resolve(theServer),
    settings,
    start: startProgramUnderTest,
    other: { clock, live: UNHURRIED_LIVE },
  });
  const { slack, program } = world;
  const app = slack.addApp('Workflows');
  const scopes = [...DEFAULT_SCOPES, ...moreScopes];
  const installation = slack.install(app, slack.addWorkspace('Workshop'), { scopes });
  const newest = async (project: TestProject, call: string): Promise<SeenSession | undefined> =>
    (await theServer.sessionsOf(project)).find((session) => session.call === call);
  return {
    ...world,
    ...{ app, installation },
    async connect(project, connection) {
      const tokens = { bot_token: installation.botToken, app_token: app.createAppToken() };
      const id = project.connections[connection] ?? '';
      const response = await fetch(`${program.gatewayUrl}/slack/save?cid=${id}&origin=cli`, {
        method: 'POST',
        headers: { authorization: `Bearer ${project.owner.token}` },
        body: new URLSearchParams({ auth_type: 'socketMode', ...tokens }),
        redirect: 'manual',
      });
      if (response.status !== 302)
        throw new Error(`not saved, status ${response.status}: ${await response.text()}`);
      const gateway = autoKittehClients(program.gatewayUrl, {
        headers: { authorization: `Bearer ${project.owner.token}` },
      });
      await eventually(
        async () => {
          const { status } = await gateway.connections.refreshStatus({ connectionId: id });
          return status?.code === Status_Code.OK;
        },
        'a connection that works',
        60_000,
      );
    },
    send: (frame) => slack.send(installation, frame),
    async acknowledged(entry) {
      await slack.ledger.settled(entry, 60_000);
      return slack.ledger.answer(entry)?.payload;
    },
    printed: (project, call, words) =>
      eventually(
        async () => {
          const session = await newest(project, call);
          if (session === undefined) return undefined;
          const lines = await theServer.prints(project, session.sessionId);
          return lines.some((line) => line.includes(words)) ? lines : undefined;
        },
        `${call} printing ${words}`,
        60_000,
      ),
    ended: (project, call) =>
      eventually(
        async () => {
          const session = await newest(project, call);
          return session?.state === 'completed' || session?.state === 'error' ? session : undefined;
        },
        `the end of ${call}`,
        60_000,
      ),
    async started(project, count) {
      const enough = async (): Promise<boolean> => (await theServer.sessionsOf(project)).length >= count;
      await eventually(enough, `${count} sessions`, 60_000);
    },
  };
}
