import { string } from '../../src/autokitteh/values.js';
import { startLocalWorld, type LocalWorld } from '../../src/demo/local-world.js';
import { servePage } from '../../src/demo/page.js';
import { autoKittehClients } from '../world/autokitteh-clients.js';
import { tokensOf } from '../world/autokitteh-tokens.js';

/** The demo's page over its Slack and its server, without the integration between them. */
export interface DemoSite {
  readonly url: string;
  readonly world: LocalWorld;
  /** Has an event with a long text arrive, as the integration would. */
  arrive(text: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startDemoSite(): Promise<DemoSite> {
  const world = await startLocalWorld();
  const page = await servePage(world, 'http://127.0.0.1:1');
  const authorization = `Bearer ${await tokensOf(world.server.signKey).system()}`;
  const { dispatcher } = autoKittehClients(world.server.url, { headers: { authorization } });
  return {
    url: page.url,
    world,
    async arrive(text) {
      const data = { text: string(text), channel: string('C0123456789') };
      await dispatcher.dispatch({ event: { destinationId: world.connectionId, eventType: 'message', data } });
    },
    async stop() {
      page.stop();
      await world.stop();
    },
  };
}
