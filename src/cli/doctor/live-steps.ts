import type { SetupState } from '../../connections/variables.js';
import { errorMessage } from '../../core/errors.js';
import { counted } from '../../core/words.js';
import type { ConnectionView, Overview } from '../../ops/overview.js';
import type { RunningProgram } from '../ports.js';
import type { KnownConnection } from './connection-steps.js';
import type { Finding } from './finding.js';

const ABOUT = ['tokens', 'apps'] as const;

/** The running program, if it could be asked. */
export type AskedProgram =
  | { readonly t: 'answered'; readonly overview: Overview; readonly running: RunningProgram }
  | { readonly t: 'silent'; readonly reason: string };

export async function askProgram(running: RunningProgram): Promise<AskedProgram> {
  try {
    return { t: 'answered', overview: (await running.get('/ops/overview')) as Overview, running };
  } catch (error) {
    return { t: 'silent', reason: errorMessage(error) };
  }
}

/** Whether Slack's events reach the program for this connection: its sockets and its status. */
export function socketFindings(program: AskedProgram, known: KnownConnection, setup: SetupState): Finding[] {
  if (program.t === 'silent') return [silent(program.reason), storedStatus(known)];
  const { connections, apps } = program.overview;
  const view = connections.find(({ id }) => id === known.record.id);
  if (view === undefined)
    return [
      {
        ...{ step: 'sockets', verdict: 'failed', about: ABOUT },
        found: 'The running program does not serve this connection over Socket Mode.',
        advice:
          'Save its tokens; if they are saved, look whether the program uses the same AutoKitteh server (AUTOKITTEH_URL), and whether `ak-slack status` reports missing rights.',
      },
    ];
  const appId = setup.t === 'complete' ? setup.appId : view.appId;
  const app = apps.find(({ id }) => id === appId);
  const status = statusFinding(view);
  if (app === undefined) return [status];
  const live = liveSockets(app);
  // One problem, told by both.
  return status.verdict === 'ok' ? [status, live] : [{ ...status, found: `${status.found} ${live.found}` }];
}

function silent(reason: string): Finding {
  return {
    ...{ step: 'program', verdict: 'skipped', found: `The running program could not be asked: ${reason}.` },
    advice: 'Ask its operator to run this command, or take the status below for its word.',
  };
}

function storedStatus({ record: { status } }: KnownConnection): Finding {
  const found = `AutoKitteh has this status of the connection: ${status.code}, “${status.message}”.`;
  if (status.code === 'ok') return { step: 'sockets', verdict: 'ok', found };
  return {
    ...{ step: 'sockets', verdict: status.code === 'warning' ? 'warning' : 'failed', found, about: ABOUT },
    advice: 'Do what the status says; if it is old, ask the operator whether the program runs.',
  };
}

function statusFinding({ status, active }: ConnectionView): Finding {
  const found = `The program says of the connection: “${status.message}”${active ? '' : '; it is not active'}.`;
  if (status.code === 'ok') return { step: 'sockets', verdict: 'ok', found };
  return {
    ...{ step: 'sockets', verdict: status.code === 'warning' ? 'warning' : 'failed', found, about: ABOUT },
    advice: active ? 'Do what the status says.' : 'Deploy its project: `ak deploy`.',
  };
}

function liveSockets({ id, sockets, wanted }: Overview['apps'][number]): Finding {
  const found = `${counted(sockets, 'socket')} of app ${id} ${sockets === 1 ? 'is' : 'are'} live, of ${wanted} that there should be.`;
  if (sockets >= wanted) return { step: 'sockets', verdict: 'ok', found };
  return {
    ...{ step: 'sockets', verdict: sockets === 0 ? 'failed' : 'warning', found, about: ABOUT },
    advice: '`ak-slack doctor` says why sockets cannot be opened.',
  };
}

/** What of the connection's events waits in the journal, and what was given up. */
export function waitingFindings(program: AskedProgram, { record }: KnownConnection): Finding[] {
  if (program.t === 'silent') return [];
  const { overview } = program;
  const view = overview.connections.find(({ id }) => id === record.id);
  if (view === undefined) return [];
  const { waiting, dead } = view;
  const step = 'journal';
  if (waiting === 0 && dead === 0) return [{ step, verdict: 'ok', found: 'None of its events waits.' }];
  const why = overview.problems.find(({ about }) => about === 'delivery' || about === 'server');
  return [
    ...(waiting === 0
      ? []
      : [
          {
            ...{ step, verdict: 'warning' as const },
            found:
              `${counted(waiting, 'event')} of it ${waiting === 1 ? 'waits' : 'wait'} for AutoKitteh. ${why?.sentence ?? ''}`.trim(),
            advice: why?.advice ?? 'Run this again: events that only wait their turn are gone in a moment.',
          },
        ]),
    ...(dead === 0
      ? []
      : [
          {
            ...{ step, verdict: 'warning' as const },
            found: `${counted(dead, 'event')} of it could not be delivered (dead letters).`,
            advice:
              '`ak-slack dead-letters list` says why, and `ak-slack dead-letters resend` sends them again.',
          },
        ]),
  ];
}
