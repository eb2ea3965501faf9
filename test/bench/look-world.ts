import { startScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import { startListServer } from './look-list-server.js';

export interface WorldState {
  /** Apps with an open socket, and with two. */
  readonly withOne: number;
  readonly withTwo: number;
  /** Connections whose status is that all is well. */
  readonly well: number;
  /** How many tokens Slack was asked about. */
  readonly asked: number;
}

export interface LookWorld {
  readonly autokittehUrl: string;
  readonly slackApiUrl: string;
}

// A scripted Slack, and a server with connections of its apps, in a process of their own. argv: how many connections, and how
// many of them are active, each with an app of its own; the others share those apps. Told anything, it says how far all is.

if (process.send !== undefined) {
  process.once('disconnect', () => process.exit(0));
  const [connections = 0, active = 0] = process.argv.slice(2).map(Number);
  const slack = await startScriptedSlack();
  const apps = Array.from({ length: active }, (_, index) => {
    const app = slack.addApp(`App ${index}`);
    return { app, appToken: app.createAppToken() };
  });
  const tokens = Array.from({ length: connections }, (_, index) => {
    const { app, appToken } = apps[index % active]!;
    return { appToken, botToken: slack.install(app, slack.addWorkspace()).botToken };
  });
  const { url, wellCount } = await startListServer({
    connections,
    active,
    tokensOf: (index) => tokens[index]!,
  });
  process.on('message', () => {
    const sockets = new Map<string, number>();
    for (const { appId } of slack.sockets()) sockets.set(appId, (sockets.get(appId) ?? 0) + 1);
    const withTwo = [...sockets.values()].filter((count) => count > 1).length;
    const asked = slack.calls.of('auth.test').length;
    process.send?.({ withOne: sockets.size, withTwo, well: wellCount(), asked } satisfies WorldState);
  });
  process.send({ autokittehUrl: url, slackApiUrl: slack.apiUrl } satisfies LookWorld);
}
