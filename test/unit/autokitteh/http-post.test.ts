import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Pool } from 'undici';
import { AnswerLostError, post } from '../../../src/autokitteh/http-post.js';
import { PluginError } from '../../../src/core/errors.js';
import { eventually } from '../../helpers/eventually.js';
import { startHttp, type ConnectUpstream } from './connect-upstream.js';

let server: ConnectUpstream;
let pool: Pool;

async function serve(listener: RequestListener): Promise<void> {
  server = await startHttp(createServer(listener));
  pool = new Pool(server.url, { connections: 1 });
}

afterEach(async () => {
  await pool.destroy();
  await server.stop();
});

const request = { path: '/x', headers: {}, body: Buffer.from('body') };
const never = new AbortController().signal;

describe('The HTTP requests to AutoKitteh', () => {
  it('A POST sends the body and returns the whole answer, however many pieces it comes in', async () => {
    let got = '';
    await serve((incoming, response) => {
      incoming.on('data', (chunk: Buffer) => (got += chunk.toString()));
      incoming.on('end', () => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.writeHead(418, { 'content-type': 'text/plain' });
        response.write('a'.repeat(100_000));
        setImmediate(() => response.end('z'));
      });
    });
    const { status, contentType, bytes } = await post(pool, request, never);
    expect([status, contentType, bytes.length, Buffer.from(bytes).toString().at(-1)]).toEqual([
      418,
      'text/plain',
      100_001,
      'z',
    ]);
    expect(got).toBe('body');
  });

  it('A POST returns an empty answer without a type', async () => {
    await serve((_, response) => response.writeHead(204).end());
    expect(await post(pool, request, never)).toEqual({
      status: 204,
      contentType: '',
      bytes: Buffer.alloc(0),
    });
  });

  it('An answer that is equal to the known one is the known one itself, and any other is whole', async () => {
    const known = Buffer.from('a'.repeat(200_000) + 'b'.repeat(200_000));
    const answers = [
      Buffer.from(known),
      Buffer.concat([known, Buffer.from('c')]),
      known.subarray(0, 300_000),
      Buffer.concat([known.subarray(0, 399_999), Buffer.from('c')]),
      Buffer.concat([Buffer.from('c'), known.subarray(1)]),
      Buffer.alloc(0),
    ];
    let next = 0;
    await serve((_, response) => response.end(answers[next++]));
    for (const answer of answers) {
      const { bytes } = await post(pool, { ...request, known }, never);
      expect(answer.equals(bytes), `answer ${next}`).toBe(true);
      expect(bytes === known, `answer ${next}`).toBe(next === 1);
    }
  });

  it("A POST rejects with the reason of its signal before, during and after the server's answer", async () => {
    const responses: ServerResponse[] = [];
    await serve((_, response) => {
      responses.push(response);
      if (responses.length === 2) response.write('half');
    });
    const reason = new PluginError('stopped', 'stopping');
    await expect(post(pool, request, AbortSignal.abort(reason))).rejects.toBe(reason);
    for (const n of [1, 2]) {
      const controller = new AbortController();
      const posted = post(pool, request, controller.signal);
      posted.catch(() => undefined);
      await eventually(() => responses.length === n, 'the server has it');
      controller.abort(reason);
      await expect(posted).rejects.toBe(reason);
    }
  });

  it('A POST that waits for a connection rejects at once and is never sent', async () => {
    const responses: ServerResponse[] = [];
    await serve((_, response) => void responses.push(response));
    const first = post(pool, request, never);
    await eventually(() => responses.length === 1, 'the only connection in use');
    const controller = new AbortController();
    const second = post(pool, request, controller.signal);
    controller.abort(new PluginError('timeout', 'too long'));
    await expect(second).rejects.toMatchObject({ code: 'timeout' });
    responses[0]?.end();
    expect((await first).status).toBe(200);
    const third = post(pool, request, never);
    await eventually(() => responses.length === 2, 'the third');
    responses[1]?.end();
    expect((await third).status).toBe(200);
  });

  it('A POST rejects when the connection breaks', async () => {
    await serve((_, response) => response.socket?.destroy());
    const error: unknown = await post(pool, request, never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AnswerLostError);
    expect(error).toMatchObject({ cause: { code: 'UND_ERR_SOCKET' } });
  });

  it('A POST that found no server is told from one whose answer was lost', async () => {
    await serve(() => undefined);
    await server.stop();
    const error: unknown = await post(pool, request, never).catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(AnswerLostError);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
