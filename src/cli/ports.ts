import type { Command } from 'commander';
import type { AutoKitteh } from '../autokitteh/client.js';
import type { AskedConnection, Tell } from './doctor/finding.js';
import type { PersonsAutoKitteh } from '../setup/ports.js';
import type { AppManifest } from '../setup/app-manifest.js';
import type { Clock } from '../core/clock.js';
import type { CopiedJournal, RestoredJournal } from '../storage/copies.js';
import type { Migrated } from '../storage/journal.js';
import type { MovedJournal, MoveProgress } from '../storage/move/move-journal.js';
import type { DemoOptions } from '../demo/demo.js';
import type { DevCommand } from '../dev/run-dev.js';
import type { SendOptions } from '../dev/send.js';
import type { SlackWebApi } from '../slack/web-api.js';

/** Where a command reads and writes. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** How wide the text of the help may be. */
  readonly columns: number;
  /** Whether a person types the input, who wants to be told what is waited for. */
  readonly typed: boolean;
  /** All of standard input. */
  read(): Promise<string>;
  /** One line that a person types at a prompt, which the terminal does not show; nothing if they gave up. */
  readHidden(prompt: string): Promise<string | undefined>;
}

/** The server as the person who runs a command may use it, with what finds a connection by its name. */
export type CommandsAutoKitteh = PersonsAutoKitteh & Pick<AutoKitteh, 'projectId' | 'connectionsOf'>;

/** What commands that set connections up work with; made from the configuration when one of them is run. */
export interface SetupTools {
  readonly slack: SlackWebApi;
  /** The server with the person's own credential, or with none. */
  autokittehOf(userToken: string | undefined): CommandsAutoKitteh;
  readonly integrationId: string;
  readonly manifest: AppManifest;
  /** The proposed app under the name of a project, or the one of AutoKitteh's documentation. */
  manifestFor(name: string | undefined, documented: boolean): AppManifest;
  /** Slack's site: `slack.com` or `slack-gov.com`. */
  readonly slackSite: string;
  readonly clock: Clock;
  /** Gives connections back. */
  close(): Promise<void>;
}

/** The running program, asked over its plugin port. */
export interface RunningProgram {
  /** Where its plugin port is. */
  readonly url: string;
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  /** With PLUGIN_TOKEN, which opens what holds what somebody wrote. */
  getAsPlugin(path: string): Promise<unknown>;
}

/** What became of the journal at `place`, which is shown without the name of a user. */
export interface MigratedJournal {
  readonly place: string;
  /** Absent where the journal is a file. */
  readonly migrated: Migrated | undefined;
}

/** Places as JOURNAL_URL has them. */
export interface AskedMove {
  readonly from: string;
  readonly to: string;
  readonly cancel?: boolean;
  readonly deleteSource?: boolean;
}

/** What works on the journal itself, where the settings say that it is. */
export interface JournalTools {
  migrate(flags: Flags): Promise<MigratedJournal>;
  backUp(flags: Flags, target: string): Promise<CopiedJournal>;
  restore(flags: Flags, source: string): Promise<RestoredJournal>;
  move(flags: Flags, asked: AskedMove, report: (progress: MoveProgress) => void): Promise<MovedJournal>;
}

/** Everything that the command line needs from the rest. Flags are settings by name. */
export interface CommandPorts {
  readonly version: string;
  readonly terminal: Terminal;
  /** Runs until it is told to stop; answers the exit code. */
  start(flags: Flags): Promise<number>;
  setupTools(flags: Flags): Promise<SetupTools>;
  /** The program at `url`; without one, where the settings say that it listens. */
  running(flags: Flags, url?: string): RunningProgram;
  /** Tries what a start needs, and tells of each step. */
  doctor(flags: Flags, url: string | undefined, tell: Tell): Promise<void>;
  /** Goes through what keeps events of one connection from a workflow, and tells of each step. */
  connectionDoctor(flags: Flags, url: string | undefined, asked: AskedConnection, tell: Tell): Promise<void>;
  readonly journal: JournalTools;
  /** Runs the demo; answers the exit code. */
  demo(options: DemoOptions): Promise<number>;
  /** Runs the scripted Slack in front of an author's server; answers the exit code. */
  dev(flags: Flags, command: DevCommand): Promise<number>;
  /** Does something in a scripted Slack that runs so; answers the exit code. */
  devSend(request: object, options: SendOptions): Promise<number>;
  /** Has it refuse calls of a method. */
  devRefuse(refusal: object, to: string | undefined): Promise<void>;
}

/** What every file of commands gets, to add them to the command line. */
export interface CommandLine {
  readonly program: Command;
  readonly ports: CommandPorts;
  /** Read when a command runs. */
  readonly flags: () => Flags;
  /** Sets the exit code of a command that did not fail; without it, it is 0. */
  readonly exit: (code: number) => void;
}

/** Settings that were given as flags, by the name of their environment variable. */
export type Flags = Readonly<Record<string, string>>;
