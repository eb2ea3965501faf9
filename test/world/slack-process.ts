import { startScriptedSlack } from '../../src/sim/slack/scripted-slack.js';

/** A scripted Slack in a process of its own, so that its work is not counted as a client's. */
export interface SlackAddress {
  readonly apiUrl: string;
  readonly apps: readonly { readonly id: string; readonly token: string }[];
}

// argv: how many apps. It ends when its parent does.
if (process.send !== undefined) {
  const slack = await startScriptedSlack();
  const apps = Array.from({ length: Number(process.argv[2]) }, (_, n) => {
    const app = slack.addApp(`App ${n}`);
    return { id: app.id, token: app.createAppToken() };
  });
  process.send({ apiUrl: slack.apiUrl, apps } satisfies SlackAddress);
  process.once('disconnect', () => process.exit(0));
}
