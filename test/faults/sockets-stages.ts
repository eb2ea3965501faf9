import type { LinkSocket } from '../../src/sim/slack/link/link-socket.js';
import type { SocketStateName } from '../../src/slack/socket-state.js';
import { breakSocket } from './sockets-breaking.js';
import type { FaultySockets } from './faulty-sockets.js';

/** The states of a socket that a fault can meet. */
export type Stage = Exclude<SocketStateName, 'closed'>;

const LIMIT_MS = 60_000;

/** Ways to have a socket replaced. */
const PROVOCATIONS = ['warn', 'refresh', 'reset'] as const;

/** Brings one socket of an app, all of whose sockets are live, into a state; resolves when it is in it. */
export const STAGES: Readonly<Record<Stage, (world: FaultySockets) => Promise<void>>> = {
  async fetching_url(world) {
    let asked = false;
    world.slack.faults.api(
      'apps.connections.open',
      { t: 'slow', delay: world.random() * 3_000 },
      {
        // It is looked at when the call has arrived.
        when: () => (asked = true),
      },
    );
    breakSocket(world, world.one(world.open()), world.one(PROVOCATIONS));
    await world.watch.until(() => asked, 'a socket is fetching_url', LIMIT_MS);
  },
  async dialling(world) {
    if (world.random() < 0.3) world.slack.faults.dial({ t: 'hang' });
    await opening(world, 'dialling');
  },
  async awaiting_hello(world) {
    if (world.random() < 0.5) world.slack.faults.hello({ t: 'slow', delay: world.random() * 3_000 });
    await opening(world, 'awaiting_hello');
  },
  live: () => Promise.resolve(),
  async suspect(world) {
    const reached = world.watch.untilState('suspect', LIMIT_MS);
    const socket = world.one(world.open());
    breakSocket(world, socket, 'freeze');
    await reached;
    if (world.random() < 0.3) world.clock.setTimer(world.random() * 5_000, () => socket.thaw());
  },
  async draining(world) {
    const reached = world.watch.untilState('draining', LIMIT_MS);
    const socket: LinkSocket = world.one(world.open());
    world.holdMs = 2_000;
    const inFlight = world.clock.setTimer(0, function more() {
      world.slack.send(world.installation, world.frame(), { to: socket });
      again = world.clock.setTimer(300, more);
    });
    let again = inFlight;
    socket.warn();
    await reached.finally(() => again.cancel());
    world.holdMs = undefined;
  },
};

async function opening(world: FaultySockets, state: Stage): Promise<void> {
  const reached = world.watch.untilState(state, LIMIT_MS);
  breakSocket(world, world.one(world.open()), world.one(PROVOCATIONS));
  await reached;
}
