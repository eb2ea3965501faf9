import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, expect, it } from 'vitest';
import { ListResponseSchema } from '../../../src/gen/autokitteh/integrations/v1/integrations_pb.js';
import { manifest } from '../contract/stubs.js';
import { send, startRig, type Rig } from './rig.js';

let rig: Rig;

afterEach(() => rig.stop());

it.each([
  ['Get', 'application/json', '{'],
  ['List', 'application/json', ''],
  ['Get', 'application/proto', '\n\x7f'],
  ['List', 'application/proto', '\n\x7f'],
])(
  'An answer of the server that is no answer to %s in %s reaches the client as it is',
  async (method, type, body) => {
    rig = await startRig((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    const path = `/autokitteh.integrations.v1.IntegrationsService/${method}`;
    const headers = { 'content-type': type };
    const reply = await send(rig.url, path, { method: 'POST', headers, body: '' });
    expect([reply.status, reply.body.toString()]).toEqual([200, body]);
    expect(rig.logged).toEqual([]);
  },
);

it.each([
  ['fields of no schema', Buffer.alloc(400_000, ' ')],
  ['empty entries', Buffer.alloc(400_000, '\n\0')],
])('A list of integrations with 200,000 %s reaches the client as it is, unread', async (_what, rest) => {
  const integrations = [
    { integrationId: manifest.integrationId, uniqueName: 'slack', displayName: 'of the server' },
  ];
  const entry = toBinary(ListResponseSchema, create(ListResponseSchema, { integrations }));
  const body = Buffer.concat([entry, rest]);
  rig = await startRig((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/proto' }).end(body);
  });
  const headers = { 'content-type': 'application/proto' };
  const path = '/autokitteh.integrations.v1.IntegrationsService/List';
  const reply = await send(rig.url, path, { method: 'POST', headers, body: '' });
  expect(reply.status).toBe(200);
  expect(reply.body.equals(body)).toBe(true);
});
