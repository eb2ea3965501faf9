import { create, toBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { connectionListReader } from '../../../src/autokitteh/connection-list.js';
import { seededRandom } from '../../../src/core/random.js';
import { ListResponseSchema } from '../../../src/gen/autokitteh/connections/v1/connections_pb.js';

interface Listed {
  readonly id: string;
  readonly status?: string;
}

function answerOf(...connections: readonly Listed[]): Uint8Array {
  return toBinary(
    ListResponseSchema,
    create(ListResponseSchema, {
      connections: connections.map(({ id, status = 'fine' }) => ({
        connectionId: id,
        name: `name of ${id}`,
        status: { code: 2, message: status },
      })),
    }),
  );
}

it('An answer of the server that is equal to the last one gives the same list', async () => {
  const reader = connectionListReader();
  const first = await reader.read(answerOf({ id: 'a' }, { id: 'b' }));
  expect(first.map(({ id, name, status }) => [id, name, status.message])).toEqual([
    ['a', 'name of a', 'fine'],
    ['b', 'name of b', 'fine'],
  ]);
  expect(await reader.read(answerOf({ id: 'a' }, { id: 'b' }))).toBe(first);
});

it('Only the connections that the server describes otherwise get another record', async () => {
  const reader = connectionListReader();
  const [a, b, c] = await reader.read(answerOf({ id: 'a' }, { id: 'b' }, { id: 'c' }));
  const next = await reader.read(
    answerOf({ id: 'c' }, { id: 'b', status: 'broken' }, { id: 'd' }, { id: 'a' }),
  );
  expect(next.map(({ id }) => id)).toEqual(['c', 'b', 'd', 'a']);
  expect(next[0]).toBe(c);
  expect(next[3]).toBe(a);
  expect(b?.status.message).toBe('fine');
  expect(next[1]?.status.message).toBe('broken');
});

it('Of a list to which connections come and from which others go, all that stay keep their records', async () => {
  const reader = connectionListReader();
  const [a, , c, d] = await reader.read(answerOf({ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }));
  const next = await reader.read(answerOf({ id: 'x' }, { id: 'a' }, { id: 'c' }, { id: 'y' }, { id: 'd' }));
  expect(next.map(({ id }) => id)).toEqual(['x', 'a', 'c', 'y', 'd']);
  expect([next[1], next[2], next[4]].map((record, at) => record === [a, c, d][at])).toEqual([
    true,
    true,
    true,
  ]);
  const last = await reader.read(answerOf({ id: 'd' }, { id: 'y' }));
  expect(last.map(({ id }) => id)).toEqual(['d', 'y']);
  expect(last[0]).toBe(d);
  expect(last[1]).toBe(next[3]);
  expect(await reader.read(answerOf())).toEqual([]);
});

it('Lists that change by chance are read as they are, and what stays the same keeps its record', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now());
  console.log(`connection list: SEED=${seed}`);
  const random = seededRandom(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const reader = connectionListReader();
  let listed: Listed[] = [];
  let before = new Map<string, { readonly status: string | undefined; readonly record: unknown }>();
  for (let round = 0; round < 200; round += 1) {
    for (let change = pick(4); change > 0; change -= 1) {
      const at = pick(listed.length + 1);
      const kind = pick(4);
      if (kind === 0) listed.splice(at, 0, { id: `id-${round}-${change}`, status: '0' });
      else if (kind === 1) listed.splice(at, 1);
      else if (kind === 2) listed = listed.toReversed();
      else listed = listed.map((each, place) => (place === at ? { ...each, status: `${round}` } : each));
    }
    const records = await reader.read(answerOf(...listed));
    const found = records.map(({ id, status }) => ({ id, status: status.message }));
    expect(found).toEqual(listed);
    for (const [place, { id, status }] of listed.entries()) {
      const known = before.get(id);
      if (known?.status === status) expect(records[place]).toBe(known?.record);
    }
    before = new Map(listed.map(({ id, status }, place) => [id, { status, record: records[place] }]));
  }
});

it('A list of a thousand connections is read in several turns, and no connection is left out', async () => {
  const ids = Array.from({ length: 1_000 }, (_, number) => ({ id: `id-${number}` }));
  let turns = 0;
  const count = (): void => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  const list = await connectionListReader().read(answerOf(...ids));
  clearImmediate(counting);
  expect(list.map(({ id }) => ({ id }))).toEqual(ids);
  expect(turns).toBeGreaterThan(5);
});

it('An answer of the server that is cut short is refused, and the next one is read', async () => {
  const reader = connectionListReader();
  const answer = answerOf({ id: 'a' });
  await expect(reader.read(answer.subarray(0, answer.length - 3))).rejects.toThrow();
  expect((await reader.read(answer)).map(({ id }) => id)).toEqual(['a']);
});

it('What the server lists beside connections, and fields that are unknown here, are passed over', async () => {
  const unknown = Buffer.from([0x12, 0x02, 0x08, 0x01, 0x18, 0x05]);
  const list = await connectionListReader().read(Buffer.concat([unknown, answerOf({ id: 'a' }), unknown]));
  expect(list.map(({ id }) => id)).toEqual(['a']);
});
