import type { IncomingMessage } from 'node:http';
import { PluginError } from '../core/errors.js';

/**
 * The whole body if it has no more than `limit` bytes. Else undefined, and the request is as before: what was read is
 * put back, so that it can still be forwarded. Rejects with `cancelled` when the client goes away in between.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onReadable = (): void => {
      for (let chunk: unknown; (chunk = request.read()) !== null;) {
        chunks.push(chunk as Buffer);
        size += (chunk as Buffer).length;
        if (size <= limit) continue;
        detach();
        request.unshift(Buffer.concat(chunks));
        resolve(undefined);
        return;
      }
    };
    const onEnd = (): void => {
      detach();
      resolve(Buffer.concat(chunks));
    };
    const onGone = (): void => {
      detach();
      reject(new PluginError('cancelled', 'the client went away'));
    };
    function detach(): void {
      request.off('readable', onReadable).off('end', onEnd).off('error', onGone).off('close', onGone);
    }
    request.on('readable', onReadable).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}
