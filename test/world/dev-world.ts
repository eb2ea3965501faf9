import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.js';
import { startDev, type Dev, type DevOptions } from '../../src/dev/start-dev.js';
import type { SendRequest } from '../../src/dev/send-request.js';
import type { TimelineEntry } from '../../src/dev/timeline.js';
import { eventually } from '../helpers/eventually.js';
import { startStandInUnderTest, type StandInUnderTest, type TestProject, type TestUser } from './server.js';

/** An author's own server, with a deployed project that has one Slack connection. */
export interface AuthorWorld {
  readonly server: StandInUnderTest;
  readonly owner: TestUser;
  readonly project: TestProject;
  readonly projectName: string;
  readonly connectionId: string;
  /** Where runs note what they make. */
  readonly folder: string;
  /** What runs told. */
  readonly told: string[];
  /** Starts a run for the connection `my_slack` of the project. */
  dev(options?: Partial<DevOptions>, settings?: Record<string, string>): Promise<Dev>;
  /** Ends the runs, and the server. */
  stop(): Promise<void>;
}

/** Starts it: a stand-in, and nothing of this program. */
export async function startAuthorWorld(): Promise<AuthorWorld> {
  const server = await startStandInUnderTest();
  const owner = await server.createUser();
  const project = await server.createProject(owner, {
    connections: { my_slack: {} },
    triggers: [{ connection: 'my_slack', call: 'on_event' }],
  });
  await server.deploy(project);
  const { projectId } = project;
  const projectName = (await owner.clients.projects.get({ projectId })).project?.name ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'dev-made-'));
  const told: string[] = [];
  const runs: Dev[] = [];
  return {
    ...{ server, owner, project, projectName, folder, told },
    connectionId: project.connections['my_slack'] ?? '',
    async dev(options = {}, settings = {}) {
      const config = loadConfig({ AUTOKITTEH_URL: server.url, ...settings, LOG_LEVEL: 'warn' }, {}, false);
      const run = await startDev(config, {
        ...{ connection: `${projectName}/my_slack`, yesThisServer: false, port: 0, folder },
        tell: (line) => void told.push(line),
        ...options,
      });
      runs.push(run);
      return run;
    },
    async stop() {
      for (const run of runs) await run.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type EntryOf<Kind extends TimelineEntry['t']> = Extract<TimelineEntry, { t: Kind }>;

/** The first entry of this kind that is as wanted, now or later. */
export function told<Kind extends TimelineEntry['t']>(
  { control }: Dev,
  kind: Kind,
  isWanted: (entry: EntryOf<Kind>) => boolean = () => true,
): Promise<EntryOf<Kind>> {
  return eventually(
    () =>
      control.timeline
        .after(0)
        .find((entry): entry is EntryOf<Kind> => entry.t === kind && isWanted(entry as EntryOf<Kind>)),
    `an entry "${kind}" in the timeline`,
  );
}

/** Does it once the sockets are open, so that nothing has to be sent twice; its number. */
export async function sendOnline(dev: Dev, request: SendRequest): Promise<number> {
  const { slack, app } = dev.control.world;
  await eventually(() => slack.sockets(app).length > 0, 'an open socket');
  const [entry] = dev.control.send(request);
  return entry?.n ?? 0;
}
