import type { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import { RareLines } from '../core/rare-lines.js';

/** Why a port closed a connection, or did not read or answer a request. */
export type RefusalReason =
  'too_many_connections' | 'malformed' | 'too_large' | 'too_slow' | 'unauthenticated';

export interface PortRefusal {
  readonly port: 'gateway' | 'plugin';
  readonly why: RefusalReason;
}

/** Is told of each refusal of one port. */
export type NoteRefusal = (why: RefusalReason) => void;

/** Publishes the refusals of a port, and logs at most one a minute of those that say the machine is short of something. */
export function notingRefusals(
  port: PortRefusal['port'],
  refusals: Channel<PortRefusal>,
  { clock, log }: { readonly clock: Clock; readonly log: Pick<Log, 'warn'> },
): NoteRefusal {
  const lines = new RareLines(clock);
  return (why) => {
    refusals.emit({ port, why });
    if (why !== 'too_many_connections' || lines.next(why) === undefined) return;
    log.warn(
      { port },
      'too many connections: those that were idle longest are closed; raise the limit of open files (ulimit -n) to allow more',
    );
  };
}
