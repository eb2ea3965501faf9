import type { LiveConnection } from './ports.js';

/** What the page asks for every few seconds, as JSON. */
export interface StateAnswer {
  readonly status: { readonly code: string; readonly message: string };
  readonly active: boolean;
  readonly sockets: LiveConnection['sockets'];
  readonly lastEvent: { readonly type: string; readonly at: string } | null;
  readonly delivered: number;
  readonly waiting: number;
  readonly dead: number;
}

/** The live facts as JSON; a connection that is not served here has only a status. */
export function stateAnswer(live: LiveConnection | undefined): StateAnswer {
  if (live === undefined) {
    return {
      status: { code: 'init_required', message: 'Not connected yet' },
      active: false,
      sockets: { open: 0, wanted: 0, counted: 0 },
      lastEvent: null,
      delivered: 0,
      waiting: 0,
      dead: 0,
    };
  }
  const { status, active, sockets, lastEvent, delivered, waiting, dead } = live;
  return {
    status: { code: status.code, message: status.message },
    active,
    sockets: { open: sockets.open, wanted: sockets.wanted, counted: sockets.counted },
    lastEvent: lastEvent ? { type: lastEvent.type, at: new Date(lastEvent.at).toISOString() } : null,
    delivered,
    waiting,
    dead,
  };
}
