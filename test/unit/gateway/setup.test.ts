import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { send, startRig, type Reply, type Rig } from './rig.js';

let rig: Rig;
let served: { url: string; body: string; length: string | undefined }[];

beforeEach(async () => {
  served = [];
  rig = await startRig(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('latin1');
    served.push({ url: request.url ?? '', body, length: request.headers['content-length'] });
    response.writeHead(302, { location: '/oauth' }).end('the server');
  });
});
afterEach(() => rig.stop());

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };

function save(
  query: string,
  body: string | Uint8Array,
  headers: Record<string, string> = FORM,
): Promise<Reply> {
  return send(rig.url, `/slack/save${query}`, { method: 'POST', headers, body });
}

describe('the set-up pages', () => {
  it('The set-up pages get requests as they came and answer with all their headers', async () => {
    const headers = { host: 'ak.example.com', cookie: 'ak_user_session=x', 'x-forwarded-proto': 'https' };
    const reply = await send(rig.url, '/slack/?cid=con_1&origin=cli', { headers });
    expect(reply.status).toBe(201);
    expect(reply.headers).toMatchObject({ 'x-page': 'yes', 'set-cookie': ['a=1', 'b=2'] });
    expect(reply.body.toString()).toBe('setup: ');
    const [request] = rig.setup;
    expect(request?.url).toBe('https://ak.example.com/slack/?cid=con_1&origin=cli');
    expect(request?.headers.get('cookie')).toBe('ak_user_session=x');
    const head = await send(rig.url, '/slack', { method: 'HEAD' });
    expect([head.status, head.body.length]).toEqual([201, 0]);
    expect(served).toEqual([]);
  });

  it('A failed set-up page is reported as failed, without the reason', async () => {
    const reply = await send(rig.url, '/slack/?break');
    expect([reply.status, reply.body.toString()]).toEqual([500, 'internal error\n']);
    expect(rig.logged).toHaveLength(1);
    const odd = await send(rig.url, '/slack/', { headers: { host: 'a b' } });
    expect(odd.status).toBe(400);
  });

  it('The set-up pages are not asked for a body that is too large', async () => {
    const reply = await send(rig.url, '/slack/assets/x', { method: 'POST', body: 'x'.repeat(1_100_000) });
    expect(reply.status).toBe(413);
    expect(rig.setup).toEqual([]);
  });
});

describe('saving', () => {
  it.each([
    ['', 'auth_type=socketMode&bot_token=xoxb-1'],
    ['?cid=con_1&origin=web&auth_type=socket', 'bot_token=xoxb-1&app_token=xapp-1'],
    ['?auth_type=oauthDefault', 'auth_type=socket'],
    ['?auth_type=socketMode', ''],
  ])("Saving with Socket Mode is the program's: %s %s", async (query, body) => {
    const reply = await save(query, body);
    expect(reply.body.toString()).toBe(`setup: ${body}`);
    expect(served).toEqual([]);
  });

  it('Saving with Socket Mode and another content type is refused by the program', async () => {
    expect((await save('?auth_type=socket', '{}', { 'content-type': 'application/json' })).status).toBe(201);
    expect(rig.setup[0]?.headers.get('content-type')).toBe('application/json');
  });

  it.each([
    ['?auth_type=oauthDefault', 'cid=con_1'],
    ['', 'auth_type=oauthPrivate&client_id=1'],
    ['?auth_type=socketMode', 'auth_type=oauthDefault'],
    ['', ''],
    ['', 'auth_type=none'],
  ])("Saving with another type is the server's, byte for byte: %s %s", async (query, body) => {
    const reply = await save(query, body);
    expect([reply.status, reply.headers.location, reply.body.toString()]).toEqual([
      302,
      '/oauth',
      'the server',
    ]);
    expect(served).toEqual([{ url: `/slack/save${query}`, body, length: String(body.length) }]);
    expect(rig.setup).toEqual([]);
    expect(rig.noticed).toEqual([undefined]);
  });

  it('A body that is too long for a form is passed on whole, or refused where it claims to be for the program', async () => {
    const long = randomBytes(300_000);
    await save('', long);
    expect(served[0]?.body).toBe(long.toString('latin1'));
    expect((await save('?auth_type=socket', long)).status).toBe(413);
    expect(served).toHaveLength(1);
  });

  it('A form is passed on with its length also when the client did not tell it', async () => {
    const reply = await save('', 'auth_type=oauth', { ...FORM, 'transfer-encoding': 'chunked' });
    expect(reply.status).toBe(302);
    expect(served[0]).toMatchObject({ body: 'auth_type=oauth', length: '15' });
  });
});
