import { create, toBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { ConnectionListReader } from '../../../src/autokitteh/connection-list.js';
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
  const reader = new ConnectionListReader();
  const first = await reader.read(answerOf({ id: 'a' }, { id: 'b' }));
  expect(first.map(({ id, name, status }) => [id, name, status.message])).toEqual([
    ['a', 'name of a', 'fine'],
    ['b', 'name of b', 'fine'],
  ]);
  expect(await reader.read(answerOf({ id: 'a' }, { id: 'b' }))).toBe(first);
});

it('Only the connections that the server describes otherwise get another record', async () => {
  const reader = new ConnectionListReader();
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

it('A list of a thousand connections is read in several turns, and no connection is left out', async () => {
  const ids = Array.from({ length: 1_000 }, (_, number) => ({ id: `id-${number}` }));
  let turns = 0;
  const count = (): void => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  const list = await new ConnectionListReader().read(answerOf(...ids));
  clearImmediate(counting);
  expect(list.map(({ id }) => ({ id }))).toEqual(ids);
  expect(turns).toBeGreaterThan(5);
});

it('An answer of the server that is cut short is refused, and the next one is read', async () => {
  const reader = new ConnectionListReader();
  const answer = answerOf({ id: 'a' });
  await expect(reader.read(answer.subarray(0, answer.length - 3))).rejects.toThrow();
  expect((await reader.read(answer)).map(({ id }) => id)).toEqual(['a']);
});

it('What the server lists beside connections, and fields that are unknown here, are passed over', async () => {
  const unknown = Buffer.from([0x12, 0x02, 0x08, 0x01, 0x18, 0x05]);
  const list = await new ConnectionListReader().read(
    Buffer.concat([unknown, answerOf({ id: 'a' }), unknown]),
  );
  expect(list.map(({ id }) => id)).toEqual(['a']);
});
