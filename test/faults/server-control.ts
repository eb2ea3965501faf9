import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Random } from '../../src/core/random.js';
import { eventually } from '../helpers/eventually.js';
import type { ServerUnderTest } from '../world/server.js';

/** What happens to the server while events come. */
export const TROUBLES = ['killed', 'without Temporal', 'stopped'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** One for each seed: of five, two kills, two without Temporal, and one stop. */
export function troubleOf(seed: number): Trouble {
  return (['killed', 'without Temporal', 'killed', 'without Temporal', 'stopped'] as const)[(seed - 1) % 5]!;
}

/** How the series takes a server away and gives it back. */
export interface ServerControl {
  begin(trouble: Trouble): Promise<void>;
  /** Resolves when the server answers again. */
  end(trouble: Trouble): Promise<void>;
}

const shell = promisify(execFile);
const BACK_WITHIN_MS = 90_000;
const STAND_IN_STOP_MS = 400;

/** The commands that take a real server away and give it back, in the environment. */
const COMMANDS: Readonly<Record<Trouble, readonly [begin: string, end: string]>> = {
  killed: ['AUTOKITTEH_KILL', 'AUTOKITTEH_START'],
  'without Temporal': ['TEMPORAL_STOP', 'TEMPORAL_CONTINUE'],
  stopped: ['AUTOKITTEH_STOP', 'AUTOKITTEH_CONTINUE'],
};

/** Of a stand-in: some of its last events have no answer, and of these some are stored and start nothing. */
export function controlOf(server: ServerUnderTest, random: Random): ServerControl {
  const { standIn } = server;
  if (standIn === undefined) return commandsFor(server);
  const { faults } = standIn;
  faults.workflowDelayMs = 50;
  return {
    async begin(trouble) {
      if (trouble === 'without Temporal') {
        faults.temporalDown = true;
        return;
      }
      if (trouble === 'stopped') {
        faults.delayMs = STAND_IN_STOP_MS;
        return;
      }
      const { met } = faults;
      if (random() < 0.5) faults.loseAnswers('/Dispatch', 1 + Math.floor(random() * 3));
      else faults.dieAfterStoring(1 + Math.floor(random() * 3));
      await eventually(() => faults.met > met, 'an event whose dispatch has no answer');
      await standIn.goDown();
    },
    async end(trouble) {
      if (trouble === 'killed') await standIn.comeUp();
      faults.clear();
      faults.workflowDelayMs = 50;
    },
  };
}

/** Of a real server: what its owner has put into the environment, each a command for the shell that ends by itself. */
function commandsFor({ url }: ServerUnderTest): ServerControl {
  const run = async (name: string): Promise<void> => {
    const command = process.env[name];
    if (command === undefined)
      throw new Error(`set ${name} to a command: the series needs it for this server`);
    await shell('sh', ['-c', command]);
  };
  return {
    begin: (trouble) => run(COMMANDS[trouble][0]),
    async end(trouble) {
      await run(COMMANDS[trouble][1]);
      await eventually(
        async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true,
        'a server that is ready',
        BACK_WITHIN_MS,
      );
    },
  };
}
