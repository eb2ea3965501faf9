import type { LinkSocket } from '../../src/sim/slack/link/link-socket.js';
import type { FaultySockets } from './faulty-sockets.js';

/** What can be done to one of Slack's sockets. */
export type Breaking =
  'warn' | 'refresh' | 'refuse' | 'close' | 'reset' | 'destroy' | 'freeze' | 'swallow' | 'drip' | 'mute';

const CODES = [1000, 1001, 1008, 1011, 1012, 4000] as const;

/** Does it, and takes it down. */
export function breakSocket(world: FaultySockets, socket: LinkSocket, how: Breaking): void {
  const { watch } = world;
  switch (how) {
    case 'warn':
      socket.warn();
      break;
    case 'refresh':
      socket.refresh();
      break;
    case 'refuse':
      socket.disconnect(world.one(['too_many_websockets', 'for_a_reason', '']), world.one([0, 5_000]));
      break;
    case 'close':
      socket.close(world.one(CODES));
      break;
    case 'reset':
      watch.incident(socket, 'ended');
      socket.reset();
      break;
    case 'destroy':
      watch.incident(socket, 'ended');
      socket.destroy();
      break;
    case 'mute':
      socket.mutePongs();
      break;
    case 'freeze':
      watch.incident(socket, 'silent');
      world.frozen.add(socket);
      socket.freeze();
      break;
    case 'swallow':
      watch.incident(socket, 'silent');
      socket.swallow();
      break;
    case 'drip':
      watch.incident(socket, 'slow');
      socket.drip({ bytes: 16 + Math.floor(world.random() * 500), every: 50 + world.random() * 200 });
      break;
  }
  watch.judge();
}
