import type { SocketTrouble } from './socket-state.js';

/** Where a payload can be routed to. */
export interface Endpoint {
  readonly id: string;
  readonly appId: string;
  readonly trouble: SocketTrouble | undefined;
  sendText(text: string): void;
}

/** A registration without a client: payloads that are routed to it are gone. */
export function createGhost(id: string, appId: string, since: number): Endpoint {
  return { id, appId, trouble: { t: 'ghost', since }, sendText: () => undefined };
}
