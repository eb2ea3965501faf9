import { gzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { send, type Reply } from '../helpers/raw-request.js';
import { useServer } from './use-server.js';

const FORM = 'application/x-www-form-urlencoded';
const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const given = useServer();
let cid: string;

beforeAll(async () => {
  cid = (await given.project()).connectionId;
});
beforeEach(() => given.user.clients.vars.delete({ scopeId: cid, names: ['auth_type'] }));

type Sent = NonNullable<Parameters<typeof send>[2]>;

function ask(path: string, options: Sent = {}, caller = given.user): Promise<Reply> {
  const headers = { authorization: `Bearer ${caller.token}`, ...options.headers };
  return send(given.server.url, path, { ...options, headers });
}

async function storedType(): Promise<string | undefined> {
  const { vars } = await given.server.system.vars.get({ scopeId: cid, names: ['auth_type'] });
  return vars[0]?.value;
}

describe('the router', () => {
  it.each(['/slack/save', '/slack/%73ave', '/%73lack/save', '/%73%6C%61%63%6b/%73%61%76%65'])(
    'The router takes %s for the path of saving: it compares decoded segments',
    async (path) => {
      const reply = await ask(`${path}?cid=${cid}&auth_type=spelt`);
      expect([reply.status, reply.body.toString()]).toEqual([400, 'unexpected auth type "spelt"\n']);
      expect(await storedType()).toBe('spelt');
    },
  );

  it.each(['/slack%2Fsave', '/slack/save/', '/SLACK/save', '/slack/save%3F', '/slack/%2e/save'])(
    'The router takes %s for another path',
    async (path) => {
      expect((await ask(`${path}?cid=${cid}&auth_type=spelt`)).status).toBe(404);
      expect(await storedType()).toBeUndefined();
    },
  );

  it.each([
    ['/slack//save?x=1', '/slack/save?x=1'],
    ['/slack/./save', '/slack/save'],
    ['/slack/other/../save', '/slack/save'],
    ['/slack/save/.', '/slack/save'],
    ['//slack/save', '/slack/save'],
    // It escapes what is escaped already.
    ['/slack//%73ave?x', '/slack/%2573ave?x'],
    ["/slack//a'(b)!*;c", '/slack/a%27%28b%29%21%2A;c'],
  ])('The router redirects the unclean path %s before it asks for a credential', async (path, location) => {
    for (const method of ['GET', 'POST']) {
      const reply = await send(given.server.url, path, { method });
      expect([method, reply.status, reply.headers.location]).toEqual([method, 307, location]);
    }
  });

  it('The router refuses a malformed escape', async () => {
    expect((await ask('/slack/%zz')).status).toBe(400);
  });

  it('The router takes a whole URL for its path, whatever its scheme', async () => {
    const reply = await ask(`ftp://elsewhere/slack/save?cid=${cid}&auth_type=whole`);
    expect(reply.body.toString()).toBe('unexpected auth type "whole"\n');
  });

  it('The router decodes the parts of a path that stand for values, and the methods of services', async () => {
    const id = cid.replace('con_', '%63on_');
    expect((await ask(`/connections/${id}/%74est`, { method: 'POST' })).status).toBe(200);
    const called = await ask('/autokitteh.connections.v1.ConnectionsService/%47et', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ connection_id: cid }),
    });
    expect([called.status, called.body.toString()]).toEqual([200, expect.stringContaining(cid)]);
  });

  it('The router runs the handler of a path that a WebSocket was asked for', async () => {
    const reply = await ask(`/slack/save?cid=${cid}&auth_type=upgraded`, { headers: UPGRADE });
    expect([reply.status, reply.body.toString()]).toEqual([400, 'unexpected auth type "upgraded"\n']);
    expect(await storedType()).toBe('upgraded');
  });
});

describe('the form of saving', () => {
  const MULTIPART = 'multipart/form-data; boundary=B';
  const part = '--B\r\nContent-Disposition: form-data; name="auth_type"\r\n\r\nmultipart\r\n--B--\r\n';

  it.each([
    ['the body before the query', 'POST', FORM, 'auth_type=query', 'auth_type=body', 'body'],
    ['the query where the body has no such name', 'POST', FORM, 'auth_type=query', 'origin=web', 'query'],
    ['the first of several', 'POST', FORM, '', 'auth_type=one&auth_type=two', 'one'],
    ['an empty one too', 'POST', FORM, 'auth_type=query', 'auth_type=', ''],
    ['nothing of a pair with a semicolon', 'POST', FORM, '', 'auth_type=oauth;&auth_type=other', 'other'],
    ['nothing of a malformed pair', 'POST', FORM, '', 'auth_type=%zz&auth_type=other', 'other'],
    ['escaped names', 'POST', FORM, '', 'auth%5Ftype=a+b', 'a b'],
    ['a byte order mark as part of a name', 'POST', FORM, 'auth_type=query', '\uFEFFauth_type=body', 'query'],
    [
      'no body of a type that only begins alike',
      'POST',
      `${FORM}X`,
      'auth_type=query',
      'auth_type=b',
      'query',
    ],
    [
      'no body of a type that contradicts itself',
      'POST',
      `${FORM}; a=1; a=2`,
      'auth_type=query',
      'auth_type=b',
      'query',
    ],
    ['a body of any charset', 'POST', `${FORM};charset=utf-7`, 'auth_type=query', 'auth_type=body', 'body'],
    ['a body whose type has a broken parameter', 'POST', `${FORM}; charset`, '', 'auth_type=body', 'body'],
    ['no urlencoded body of a GET', 'GET', FORM, 'auth_type=query', 'auth_type=body', 'query'],
    ['but a multipart one', 'GET', MULTIPART, '', part, 'multipart'],
    ['after the query', 'GET', MULTIPART, 'auth_type=query', part, 'query'],
  ])('The form of saving takes %s', async (_what, method, type, query, body, expected) => {
    const reply = await ask(`/slack/save?cid=${cid}&${query}`, {
      method,
      headers: { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) },
      body,
    });
    expect([reply.status, reply.body.toString()]).toEqual([400, `unexpected auth type "${expected}"\n`]);
    expect(await storedType()).toBe(expected);
  });

  it.each(['multipart/form-data; boundary=B', 'Application/X-WWW-Form-Urlencoded', 'text/plain'])(
    'The form of saving is refused with the content type %s',
    async (type) => {
      const reply = await ask(`/slack/save?cid=${cid}&auth_type=typed`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: part,
      });
      expect([reply.status, reply.body.toString()]).toEqual([400, 'unexpected content type\n']);
      expect(await storedType()).toBeUndefined();
    },
  );

  it.each(['GET', 'HEAD', 'POST'])(
    'The form of saving stores any type before it refuses it, from any sender: %s',
    async (method) => {
      const stranger = await given.server.createUser();
      const headers = {
        'content-type': FORM,
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
      };
      const reply = await ask(`/slack/save?cid=${cid}&auth_type=forged`, { method, headers }, stranger);
      expect(reply.status).toBe(400);
      expect(await storedType()).toBe('forged');
    },
  );

  it.each(['GET', 'HEAD'])(
    'The address with which set-ups end stores what it holds, from any sender that a login comes with: %s',
    async (method) => {
      const rows = gzipSync(JSON.stringify([{ name: 'auth_type', value: method }])).toString('base64');
      const vars = rows.replaceAll('+', '-').replaceAll('/', '_');
      const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
      const query = new URLSearchParams({ vars, origin: 'cli' }).toString();
      const reply = await ask(`/connections/${cid}/postinit?${query}`, { method, headers });
      expect([reply.status, reply.headers.location]).toEqual([302, `/connections/${cid}/success`]);
      expect(await storedType()).toBe(method);
    },
  );

  it('The form of saving has no other methods', async () => {
    const reply = await ask(`/slack/save?cid=${cid}&auth_type=put`, { method: 'PUT' });
    expect([reply.status, reply.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
    expect(await storedType()).toBeUndefined();
  });
});

describe('messages that cannot be decoded', () => {
  const malformed = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]);
  const enveloped = (flags: number, message: Buffer): Buffer => {
    const head = Buffer.alloc(5);
    head[0] = flags;
    head.writeUInt32BE(message.length, 1);
    return Buffer.concat([head, message]);
  };
  const call = (headers: Readonly<Record<string, string>>, body: string | Buffer): Promise<Reply> =>
    ask('/autokitteh.connections.v1.ConnectionsService/Test', { method: 'POST', headers, body });

  it.each([
    ['binary', { 'content-type': 'application/proto' }, malformed],
    ['packed', { 'content-type': 'application/proto', 'content-encoding': 'gzip' }, gzipSync(malformed)],
    ['JSON', { 'content-type': 'application/json' }, 'no JSON'],
  ])(
    'A caller is told that a message that cannot be decoded is an invalid argument: %s',
    async (_what, headers, body) => {
      const reply = await call(headers, body);
      expect([reply.status, reply.body.toString()]).toEqual([
        400,
        expect.stringContaining('"code":"invalid_argument"'),
      ]);
    },
  );

  it.each([
    ['whole', {}, enveloped(0, malformed)],
    ['packed', { 'grpc-encoding': 'gzip' }, enveloped(1, gzipSync(malformed))],
    ['shorter than its frame says', {}, enveloped(0, malformed).subarray(0, 8)],
  ])('A caller of gRPC-Web is told the same: %s', async (_what, headers, body) => {
    const reply = await call({ ...headers, 'content-type': 'application/grpc-web+proto' }, body);
    const told = `${JSON.stringify(reply.headers)}${reply.body.toString('latin1').toLowerCase()}`;
    expect([reply.status, told]).toEqual([200, expect.stringMatching(/grpc-status"?: ?"?3\b/)]);
  });
});
