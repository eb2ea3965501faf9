import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { RunningSession } from '../../src/sim/autokitteh/running-session.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';
import { NO_PYTHON } from '../helpers/python.js';
import type { ExampleProject } from './example-project.js';

const RUNNER = join(import.meta.dirname, 'python/runner');

type Subscription = ReturnType<RunningSession['subscribe']>;

/** What a program asks of its session, a line each; see runner/autokitteh/__init__.py. */
type Asked =
  | { readonly t: 'print'; readonly text: string }
  | { readonly t: 'subscribe'; readonly connection: string; readonly filter: string }
  | { readonly t: 'next_event'; readonly subscription: number; readonly timeout: number | null };

/**
 * Lets a stand-in run what the project's triggers call, in Python, with small packages in place of AutoKitteh's SDK and Slack's.
 * The project's variables lead to the scripted Slack. Starlark that loads nothing runs in the same way.
 */
export function runProgramsInPython(standIn: StandIn, { manifest, files }: ExampleProject): void {
  for (const { call } of manifest.triggers) {
    const [file = '', name = ''] = call.split(':');
    standIn.emulate(call, (session) => runSession(session, { files, file, name }));
  }
}

interface Called {
  readonly files: ExampleProject['files'];
  readonly file: string;
  readonly name: string;
}

async function runSession(session: RunningSession, { files, file, name }: Called): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'session-'));
  try {
    for (const [each, content] of Object.entries(files)) await writeFile(join(folder, each), content);
    const child = spawn('python3', [join(RUNNER, 'run_session.py'), join(folder, file), name], {
      stdio: 'pipe',
      env: {
        ...process.env,
        ...session.env,
        // AutoKitteh adds its runner's folder to what the project has, too.
        PYTHONPATH: [session.env['PYTHONPATH'], RUNNER].filter(Boolean).join(delimiter),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    });
    child.stdin.on('error', () => undefined);
    const failed = text(child.stderr);
    // Listened for at once: where there is no Python, it fails before anything is read.
    const ended = once(child, 'close').then(
      ([code]) => (code === 0 ? undefined : failed),
      (error: unknown) => ((error as NodeJS.ErrnoException).code === 'ENOENT' ? NO_PYTHON : String(error)),
    );
    const { eventId, eventType, data } = session.event;
    const write = (line: unknown): boolean => child.stdin.write(`${JSON.stringify(line)}\n`);
    write({ event_id: eventId, event_type: eventType, data });
    const subscriptions: Subscription[] = [];
    for await (const line of createInterface(child.stdout)) {
      const asked = JSON.parse(line) as Asked;
      if (asked.t === 'print') session.print(asked.text);
      else if (asked.t === 'subscribe')
        write({ subscription: subscriptions.push(session.subscribe(asked.connection, asked.filter)) - 1 });
      else {
        const event = await nextEvent(session, subscriptions[asked.subscription], asked.timeout);
        // The session is ended from outside: its program goes with it.
        if (session.stopped) child.kill();
        write({ event: event === undefined ? null : { event_type: event.eventType, data: event.data } });
      }
    }
    const problem = await ended;
    if (problem !== undefined && !session.stopped) throw new Error(problem);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function nextEvent(
  session: RunningSession,
  subscription: Subscription | undefined,
  seconds: number | null,
): ReturnType<RunningSession['nextEvent']> {
  if (subscription === undefined) return Promise.resolve(undefined);
  return session.nextEvent(subscription, seconds === null ? Infinity : seconds * 1_000);
}
