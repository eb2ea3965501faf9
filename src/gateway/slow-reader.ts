import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/**
 * Calls `stuck` when a client has taken nothing for `ms` milliseconds although something waits for it. `emitter` is where
 * node tells of the socket's silence: the response, or the socket itself where no server of node's has it any more.
 */
export function watchReader(
  emitter: Pick<EventEmitter, 'on'>,
  socket: Socket,
  ms: number,
  stuck: () => void,
): void {
  // Node also counts what the system has taken of one long write, so that a slow reader is not a stuck one.
  emitter.on('timeout', () => {
    if (socket.writableLength > 0) stuck();
    else socket.setTimeout(ms);
  });
  socket.setTimeout(ms);
}
