import { build, buildWithoutRecord } from './delivery-build.js';
import type { ClientQuestions } from './delivery-client.js';
import { Peer } from './delivery-process.js';
import type { ServerQuestions } from './delivery-server.js';
import type { SlackQuestions } from './delivery-slack.js';

/** `ours, no record`: this project, but that nothing is noted of the paths of events. */
export type Contestant =
  'ours' | 'ours, no record' | 'ours, delivery paused' | 'bolt' | 'sdk' | 'sdkWithDisk';

/** A contestant that is connected, as an app of its own. */
export interface Connected {
  readonly appId: string;
  readonly leave: () => Promise<void>;
}

/** A Slack and a server that all contestants of a benchmark meet. */
export class Stage {
  readonly slack: Peer<SlackQuestions>;
  readonly server: Peer<ServerQuestions>;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.slack = new Peer<SlackQuestions>(folder, 'delivery-slack.js');
    this.server = new Peer<ServerQuestions>(folder, 'delivery-server.js');
  }

  static async open(): Promise<Stage> {
    return new Stage(await build());
  }

  /** Makes the server anew: it takes so many events a second. A bare one only answers, and costs next to nothing. */
  async serve(kind: 'stand-in' | 'bare', dispatchPerSecond: number): Promise<void> {
    await this.server.ask(kind === 'bare' ? 'openBare' : 'open', dispatchPerSecond);
  }

  /** Connects a contestant, in a process of its own. */
  async connect(contestant: Contestant, sockets: number): Promise<Connected> {
    const folder = contestant === 'ours, no record' ? await buildWithoutRecord() : this.#folder;
    const client = new Peer<ClientQuestions>(folder, 'delivery-client.js');
    try {
      const order = { ...(await this.slack.ask('open')), sockets };
      if (contestant === 'bolt' || contestant === 'sdk' || contestant === 'sdkWithDisk')
        await client.ask(contestant, order);
      else {
        const address = await this.server.ask('connect', order.appId, order.variables);
        await client.ask('ours', order, address, contestant !== 'ours, delivery paused');
      }
      await this.slack.ask('sockets', order.appId, sockets);
      return { appId: order.appId, leave: () => client.end() };
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  /** Runs `measure` while a contestant is connected. */
  async meet<Result>(
    contestant: Contestant,
    sockets: number,
    measure: (appId: string) => Promise<Result>,
  ): Promise<Result> {
    const { appId, leave } = await this.connect(contestant, sockets);
    try {
      return await measure(appId);
    } finally {
      await leave();
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.slack.end(), this.server.end()]);
  }
}
