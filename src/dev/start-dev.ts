import { randomUUID } from 'node:crypto';
import type { AutoKittehClient } from '../autokitteh/client.js';
import type { Config } from '../config.js';
import { readManifest } from '../contract/manifest.js';
import { systemClock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { Releasers } from '../core/lifecycle.js';
import { createOutbound } from '../core/outbound.js';
import { NO_PROXIES } from '../core/proxy.js';
import { openOwnLine } from '../server-line.js';
import { namedApp } from '../setup/app-name.js';
import { proposedApp, type AppManifest } from '../setup/app-manifest.js';
import { saveConnection } from '../setup/stored-tokens.js';
import { createSlackHttp } from '../slack/http.js';
import { createWebApi } from '../slack/web-api.js';
import { openAuthorServer, type AuthorServer } from './author-server.js';
import { changesOf, namedConnection, nameOnly, tellingWrites, type ServedConnection } from './connection.js';
import { Control } from './control.js';
import { claimProject, removeLeftoversAt, removeMade } from './leftovers.js';
import { journalFolder, MadeFiles, runsFolder, type Made } from './made.js';
import { checkHoldsNoToken, checkIsAlone, checkIsLocal } from './may-serve.js';
import { startLimitedProgram } from './program.js';
import { pythonVariables } from './python-path.js';
import { servePort } from './serve-port.js';
import { startSlackWorld, type SlackWorld } from './slack-world.js';

/** What a run needs beside the program's settings. */
export interface DevOptions {
  /** `project/connection`, or the connection's id. */
  readonly connection: string;
  /** Whether a server on another machine is meant. */
  readonly yesThisServer: boolean;
  /** The Slack app's own manifest; without one the app that the set-up page proposes. */
  readonly appManifest?: AppManifest | undefined;
  /** Of the page, on 127.0.0.1; 0 for any free one. */
  readonly port: number;
  /** Where it is noted what the run makes at the server; the user's data folder unless given. */
  readonly folder?: string | undefined;
  /** Gets what a person should know, a line at a time, the program's warnings among them. */
  readonly tell: (line: string) => void;
}

/** A run: the scripted Slack, and the program between it and one connection of the author's server. */
export interface Dev {
  /** Of the page, and of the small HTTP interface. */
  readonly url: string;
  readonly connection: ServedConnection;
  readonly control: Control;
  /** Resolves with a sentence if the run cannot go on. */
  readonly broken: Promise<string>;
  /** Ends it, and removes at the server what it made. A second call joins the first. */
  stop(): Promise<void>;
}

// AutoKitteh: what servers in development mode sign with.
const DEV_KEY = '0'.repeat(64);

/**
 * Starts a run. Rejects with `bad_input` where it must not serve this server or this connection (docs/authors/testing.md
 * says when), with `not_found`, or with what the server refuses; then nothing is left of it.
 */
export async function startDev(given: Config, options: DevOptions): Promise<Dev> {
  const releasers = new Releasers();
  try {
    return await start(withCredentials(given), options, releasers);
  } catch (error) {
    await releasers.releaseAll();
    throw error;
  }
}

/** A server on this machine without any credential given is taken to be in development mode. */
function withCredentials(config: Config): Config {
  if (config.autokittehCredentials.kind !== 'none') return config;
  return { ...config, autokittehCredentials: { kind: 'sign_key', key: DEV_KEY } };
}

async function start(config: Config, options: DevOptions, releasers: Releasers): Promise<Dev> {
  checkIsLocal(config, options.yesThisServer);
  const manifest = await readManifest(config.integrationManifest);
  const author = openAuthorServer(config);
  releasers.push('the line to the server', () => author.close());
  const files = new MadeFiles(options.folder ?? runsFolder());
  const limitedTo = (id: string): AutoKittehClient =>
    openOwnLine({ ...config, onlyConnection: { id, strangeStatus: () => undefined } }, systemClock);
  const finder = openOwnLine(config, systemClock);
  releasers.push('the line that finds connections', () => finder.close());
  const leftovers = { files, finder, limitedTo, author, tell: options.tell };
  await removeLeftoversAt(config.autokittehUrl, leftovers);

  const { integrationId } = manifest;
  const {
    id: found,
    projectId,
    name,
  } = await namedConnection(options.connection, integrationId, finder, author);
  let made: Made = {
    ...{ instance: randomUUID(), pid: process.pid, url: '', serverUrl: config.autokittehUrl },
    ...{ name, projectId, connectionId: found ?? '', madeConnection: found === undefined },
    ...{ connectionVariables: [], projectVariables: [] },
  };
  const note = async (more: Partial<Made>): Promise<void> => {
    made = { ...made, ...more };
    await files.write(made);
  };
  let undone: Promise<void> | undefined;
  const undoOnce = (): Promise<void> => (undone ??= undoRun());
  async function undoRun(): Promise<void> {
    if ((await removeMade(made, leftovers)) === 'failed') await note({ pid: 0 });
    else await files.remove(made);
  }
  // Before anything is made: whoever kills the run from now on leaves what the next one can find.
  await claimProject(made, leftovers);
  releasers.push('a connection that was made at the server', undoOnce);
  const id = found ?? (await author.createConnection(nameOnly({ name }), projectId, integrationId));
  await note({ connectionId: id });
  const connection: ServedConnection = { id, projectId, name, isMade: made.madeConnection };
  const line = limitedTo(id);
  releasers.push('the line of the connection', () => line.close());

  const app = options.appManifest ?? namedApp(proposedApp(manifest.slackApp), connection.name.split('/')[0]);
  const world = await startSlackWorld(app);
  releasers.push('the scripted Slack', () => world.slack.stop());
  const control = new Control(world, line, author, connection);
  releasers.push('what watches the sessions', () => control.stop());
  // Answers until all is undone: by that others know that the run goes on.
  const port = await servePort(control, made.instance, options.port);
  releasers.push('the page', () => port.stop());
  releasers.push('what was made at the server', undoOnce);
  await note({ url: port.url });
  await checkIsAlone(config, author, connection.id, manifest.description);
  await writeTokens(world, line, connection, note);
  await leadPython(world, author, connection, note);

  let breakWith: (sentence: string) => void = () => undefined;
  const broken = new Promise<string>((resolve) => (breakWith = resolve));
  const program = await startLimitedProgram(
    config,
    { id: connection.id, strangeStatus: ({ message }) => breakWith(strangeSentence(message, config)) },
    { slackApiUrl: world.slack.apiUrl, folder: journalFolder(made), tell: options.tell },
  );
  releasers.push('the program', () => program.stop());
  control.follow(program.app);
  return { url: port.url, connection, control, broken, stop: () => releasers.releaseAll() };
}

function strangeSentence(message: string, { autokittehUrl }: Config): string {
  return `another ak-slack program serves ${autokittehUrl}: it gave this connection the status "${message}". Stop it, or use a server of your own.`;
}

/** As the set-up page does it, with tokens of the scripted Slack. */
async function writeTokens(
  { slack, installation, appToken }: SlackWorld,
  line: AutoKittehClient,
  { id, name }: ServedConnection,
  note: (more: Partial<Made>) => Promise<void>,
): Promise<void> {
  const tokens = { botToken: installation.botToken, appToken };
  const isScripted = (token: string): boolean => Object.values(tokens).includes(token);
  const before = await line.variables(id);
  checkHoldsNoToken(new Map(before.map((variable) => [variable.name, variable.value])), name, isScripted);
  const http = createSlackHttp(createOutbound(NO_PROXIES));
  try {
    const check = await saveConnection(
      {
        slack: createWebApi({ apiUrl: slack.apiUrl, clock: systemClock, http }),
        autokitteh: tellingWrites(line, (variables) =>
          note({ connectionVariables: changesOf(before, variables, isScripted) }),
        ),
        clock: systemClock,
      },
      { ...tokens, connectionId: id, authType: 'socketMode' },
      AbortSignal.timeout(30_000),
    );
    if (check.t === 'failed') throw new PluginError('internal', check.first.sentence);
  } finally {
    await http.close();
  }
}

/** Leads Python's `slack_client` to the scripted Slack, by variables of the project. */
async function leadPython(
  { slack }: SlackWorld,
  author: AuthorServer,
  { projectId }: ServedConnection,
  note: (more: Partial<Made>) => Promise<void>,
): Promise<void> {
  const pythonPath = await author.projectVariable(projectId, 'PYTHONPATH');
  const projectVariables = pythonVariables(slack.apiUrl, pythonPath);
  await note({ projectVariables });
  for (const { name, wrote } of projectVariables) await author.setProjectVariable(projectId, name, wrote);
}
