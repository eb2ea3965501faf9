import { message } from '../../src/sim/slack/frames/messages.js';
import { eventually } from '../helpers/eventually.js';
import { startPathWorld, type PathWorld } from '../world/people.js';
import type { Bench } from './bench.js';

const EVENTS = 1000;
// What a server takes for one event that starts nothing, when it is asked for one at a time.
const DISPATCH_MS = 23;
const LIMIT_MS = 10 * 60_000;

/**
 * Many events at once in one channel, with their order and without: on the server that AUTOKITTEH_URL names, else on a
 * stand-in, which takes a while for each.
 */
export const bench: Bench = {
  name: 'order',
  async run() {
    const [ordered, free] = [await burst('on'), await burst('off')];
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
    return [
      {
        figure: `${EVENTS} events at once in one channel: until AutoKitteh had the last, without order`,
        value: seconds(free),
        peer: `${seconds(ordered)} (in order)`,
        ratio: free / ordered,
        limit: '< 1',
        ok: free < ordered,
      },
    ];
  },
};

/** Milliseconds from the first event's sending to the end of the last dispatch. */
async function burst(order: 'on' | 'off'): Promise<number> {
  const world = await startPathWorld('gateway');
  try {
    const installation = await connection(world, order);
    let dispatched = 0;
    world.program.app.events.delivery.subscribe(({ t }) => {
      if (t === 'dispatched') dispatched += 1;
    });
    const { standIn } = world.server;
    if (standIn !== undefined) standIn.faults.delayMs = DISPATCH_MS;
    const began = performance.now();
    for (let n = 0; n < EVENTS; n += 1) world.slack.send(installation, message());
    await eventually(() => dispatched === EVENTS, 'every event dispatched', LIMIT_MS);
    return performance.now() - began;
  } finally {
    await world.stop();
  }
}

async function connection(world: PathWorld, order: 'on' | 'off') {
  const { server, slack } = world;
  const user = await server.createUser();
  const project = await server.createProject(user, {
    connections: { sl: {} },
    triggers: [{ connection: 'sl', call: 'on_event', filter: 'event_type == "none"' }],
  });
  const id = project.connections['sl'] ?? '';
  await server.deploy(project);
  const variable = { scopeId: id, name: 'socket_mode_order', value: order, isSecret: false };
  await user.clients.vars.set({ vars: [variable] });
  const installation = slack.install(slack.addApp(), slack.addWorkspace());
  await world.connect(user, id, installation);
  return installation;
}
