import { Status_Code } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import type { Overview } from '../../src/ops/overview.js';
import type { EventRow } from '../../src/sim/autokitteh/store.js';
import { eventually } from '../helpers/eventually.js';
import { AS_OPERATOR } from './program.js';
import type { World } from './world.js';

export interface ShownStatus {
  readonly code: string;
  readonly message: string;
}

/** What `ak connection get` prints. */
export function statusOf({ standIn }: Pick<World, 'standIn'>, connectionId: string): ShownStatus {
  const status = standIn.store.connections.get(connectionId)?.status;
  return {
    code: Status_Code[status?.code ?? Status_Code.UNSPECIFIED].toLowerCase(),
    message: status?.message ?? '',
  };
}

/** Waits until the server holds such a status. */
export async function untilStatus(
  world: Pick<World, 'standIn'>,
  connectionId: string,
  code: 'ok' | 'warning' | 'error' | 'init_required',
  message: RegExp,
): Promise<ShownStatus> {
  let last: ShownStatus = { code: '', message: '' };
  try {
    return await eventually(() => {
      last = statusOf(world, connectionId);
      return last.code === code && message.test(last.message) && last;
    }, `status ${code} ${message}`);
  } catch (cause) {
    throw new Error(`the status is ${last.code}: ${last.message}, not ${code} ${message}`, { cause });
  }
}

/** Every status that the server holds for a connection from now on, its own and ours. */
export function recordStatuses({ standIn }: World, connectionId: string): ShownStatus[] {
  const row = standIn.store.connections.get(connectionId);
  if (row === undefined) throw new Error('there is no such connection');
  const shown: ShownStatus[] = [];
  let { status } = row;
  Object.defineProperty(row, 'status', {
    enumerable: true,
    get: () => status,
    set(next: typeof status) {
      status = next;
      shown.push(statusOf({ standIn }, connectionId));
    },
  });
  return shown;
}

/** The events that the server got for a connection. */
export function eventsOf({ standIn }: Pick<World, 'standIn'>, connectionId: string): EventRow[] {
  return standIn.store.events.filter((event) => event.connectionId === connectionId);
}

/** The texts of the messages and commands that the server got for a connection, in this order. */
export function textsOf(world: Pick<World, 'standIn'>, connectionId: string): (string | undefined)[] {
  return eventsOf(world, connectionId).map(({ data }) => data['text']?.string?.v);
}

/** The value of a metric with such labels, from `/metrics`; 0 when it is not there. */
export async function metric({ program }: World, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${program.pluginUrl}/metrics`, { headers: AS_OPERATOR })).text();
  const line = text
    .split('\n')
    .find((each) => each.startsWith(labels === '' ? `${name} ` : `${name}{${labels}}`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** Waits until the overview's problems, one a line, are such. */
export async function untilTroubles(world: World, problems: RegExp): Promise<void> {
  await eventually(async () => problems.test((await troubles(world)).join('\n')), `the problems ${problems}`);
}

/** Everything that the overview says is wrong, each with what it does to events and what to do. */
export async function troubles(world: Pick<World, 'program'>): Promise<string[]> {
  return (await overview(world)).problems.map(
    ({ sentence, impact, advice }) => `${sentence} ${impact} ${advice}`,
  );
}

/** What `/ops/overview` tells. */
export async function overview({ program }: Pick<World, 'program'>): Promise<Overview> {
  return (await (
    await fetch(`${program.pluginUrl}/ops/overview`, { headers: AS_OPERATOR })
  ).json()) as Overview;
}
