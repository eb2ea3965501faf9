import { afterEach, expect, it } from 'vitest';
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
