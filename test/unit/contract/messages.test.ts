import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PORT_LIMITS } from '../../../src/http/limits.js';
import { raw } from '../gateway/raw.js';
import { CONNECTION, SLACK } from './stubs.js';
import { AUTHORIZED, head, PortRig, SERVICE } from './port-rig.js';

const MIB = 1024 * 1024;

let rig: PortRig;

beforeEach(async () => {
  rig = await PortRig.start();
});

afterEach(() => rig.stop());

describe('A message', () => {
  const post = (method: string, headers: Record<string, string>, body: Buffer): Promise<Response> =>
    fetch(rig.url(`${SERVICE}/${method}`), {
      method: 'POST',
      headers: { 'content-type': 'application/proto', ...AUTHORIZED, ...headers },
      body: new Uint8Array(body),
    });

  it('A message has at most the size of its method, packed or not', async () => {
    const limits = { Call: PORT_LIMITS.callBytes, List: PORT_LIMITS.questionBytes };
    for (const [method, limit] of Object.entries(limits)) {
      // Field 1, a string, whose bytes all the rest are.
      const tooLong = Buffer.alloc(limit + 1);
      expect((await post(method, {}, tooLong)).status, method).toBe(429);
      const packed = await post(method, { 'content-encoding': 'gzip' }, gzipSync(tooLong));
      expect(packed.status, method).toBe(429);
      const fitting = await post(method, { 'content-encoding': 'gzip' }, gzipSync(tooLong.subarray(1)));
      expect(fitting.status, method).not.toBe(429);
    }
    const health = gzipSync(Buffer.alloc(MIB));
    const answer = await fetch(rig.url('/grpc.health.v1.Health/Check'), {
      method: 'POST',
      headers: { 'content-type': 'application/proto', 'content-encoding': 'gzip' },
      body: new Uint8Array(health),
    });
    expect(answer.status).toBe(429);
  });

  it('A call with more values than are decoded at once is refused before it is decoded, in each format', async () => {
    const most = PORT_LIMITS.messageFields;
    // Field 4, empty arguments; then what no message may hold, which would be noticed if all were looked at.
    const binary = Buffer.concat([Buffer.alloc(2 * most + 2, Buffer.from([0x22, 0])), Buffer.alloc(MIB)]);
    const json = Buffer.from(`{"args":[${'{"nothing":{}},'.repeat(most)}`);
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(binary.length, 1);
    const packedPrefix = Buffer.from(prefix);
    packedPrefix.writeUInt8(1);
    packedPrefix.writeUInt32BE(gzipSync(binary).length, 1);
    const requests: [type: string, headers: Record<string, string>, body: Buffer][] = [
      ['application/proto', {}, binary],
      ['application/proto', { 'content-encoding': 'gzip' }, gzipSync(binary)],
      ['application/json', {}, json],
      ['application/grpc-web+proto', {}, Buffer.concat([prefix, binary])],
      [
        'application/grpc-web+proto',
        { 'grpc-encoding': 'gzip' },
        Buffer.concat([packedPrefix, gzipSync(binary)]),
      ],
    ];
    for (const [type, headers, body] of requests) {
      const answer = await post('Call', { 'content-type': type, ...headers }, body);
      expect(await answer.text(), type).toContain(
        `more than ${most} fields`.replaceAll(' ', type.includes('grpc') ? '%20' : ' '),
      );
    }
  });

  it('A long text is one value, whatever it holds', async () => {
    const text = `${'"[{,'.repeat(PORT_LIMITS.messageFields)}\\`;
    const value = { function: { executorId: SLACK, name: 'echo', data: btoa(CONNECTION) } };
    const body = JSON.stringify({ integrationId: SLACK, function: value, args: [{ string: { v: text } }] });
    const answer = await post('Call', { 'content-type': 'application/json' }, Buffer.from(body));
    expect(await answer.json()).toEqual({ value: { string: { v: text } } });
  });

  it('A message that cannot be read is the fault of its sender', async () => {
    const broken = [[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], [0x0a, 1, 0xff], [0x0b], [0x07]];
    for (const bytes of broken.map((each) => Buffer.from(each))) {
      const answer = await post('List', {}, bytes);
      expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'invalid_argument' }]);
    }
    const cut = await post('List', { 'content-encoding': 'gzip' }, gzipSync('x').subarray(0, 12));
    expect(cut.status).toBe(400);
    const grpc = await rig.over2(
      '/grpc.health.v1.Health/Check',
      { 'content-type': 'application/grpc+proto' },
      Buffer.from([0, 0, 0, 0, 2, 0x0a, 9]),
      true,
    );
    expect(grpc).toMatchObject({ status: 200, grpcStatus: '3' });
  });

  it('A message is unpacked from gzip only', async () => {
    const answer = await post('List', { 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(1)));
    expect(answer.status).toBe(501);
  });

  it('A message that grows too long while it comes is refused with a sentence', async () => {
    const headers = { 'Content-Type': 'application/proto', Authorization: AUTHORIZED.authorization };
    const chunk = `${(20_000).toString(16)}\r\n${'x'.repeat(20_000)}\r\n`;
    const answer = await raw(
      rig.port,
      head(`${SERVICE}/List`, { ...headers, 'Transfer-Encoding': 'chunked' }) + chunk,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 429 [^]*resource_exhausted/);
  });
});
