import { hasSubscribers } from 'node:diagnostics_channel';
import { afterEach, beforeEach, expect } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { SocketsWorld, type SocketsWorldOptions } from '../../world/sockets.js';

const worlds: SocketsWorld[] = [];

/** A world whose sockets are not wanted yet; it stops after the test, and then nothing of it may be left. */
export async function start(options: SocketsWorldOptions = {}): Promise<SocketsWorld> {
  const world = await SocketsWorld.start(options);
  worlds.push(world);
  return world;
}

/** The same, with both sockets open. */
export async function open(options: SocketsWorldOptions = {}): Promise<SocketsWorld> {
  const world = await start(options);
  await world.open();
  return world;
}

/** What keeps a process alive, by kind; the pipes are the test runner's. */
export function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /^(?:TCP|TLS|Timeout|GetAddrInfo|HTTP)/.test(kind))
    .sort();
}

let before: string[] = [];
beforeEach(() => {
  before = resources();
});

// Whatever happened, nothing is left: no TCP connection, no timer, no listener.
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.stop()));
  expect(['ping', 'pong'].some((frame) => hasSubscribers(`undici:websocket:${frame}`))).toBe(false);
  await eventually(
    () => resources().length <= before.length,
    `no more than ${before.join()}: ${resources().join()}`,
  );
});
