import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** A socket, or a stream of HTTP/2: what waits there for the client, and its timer. */
type Outlet = Pick<Socket, 'writableLength'> & { setTimeout(ms: number): unknown };

/**
 * Calls `stuck` when a client has taken nothing for `ms` milliseconds although something waits for it. `emitter` is where
 * node tells of the silence: the response, or the socket itself where no server of node's has it any more, or the stream.
 */
export function watchReader(
  emitter: Pick<EventEmitter, 'on'>,
  outlet: Outlet,
  ms: number,
  stuck: () => void,
): void {
  // Node also counts what the system has taken of one long write, so that a slow reader is not a stuck one.
  emitter.on('timeout', () => {
    if (outlet.writableLength > 0) stuck();
    else outlet.setTimeout(ms);
  });
  outlet.setTimeout(ms);
}
