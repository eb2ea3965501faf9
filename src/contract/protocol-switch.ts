import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.js';

/** Takes over a socket whose first bytes are still to be read. */
export type TakeSocket = (socket: Socket) => void;

// RFC 9113, 3.4: every HTTP/2 connection starts with "PRI * HTTP/2.0"; no method of HTTP/1.1 starts with these four.
const PREFACE = Buffer.from('PRI ');

/**
 * Reads as much of a new connection as tells HTTP/1.1 from HTTP/2, puts it back, and hands the socket on. A peer that
 * does not say so much within `limitMs` is cut off.
 */
export function protocolSwitch(options: {
  readonly http1: TakeSocket;
  readonly http2: TakeSocket;
  readonly clock: Clock;
  readonly limitMs: number;
}): TakeSocket {
  return (socket) => {
    let read: Buffer = Buffer.alloc(0);
    const timer = options.clock.setTimer(options.limitMs, () => socket.destroy());
    const onError = (): void => {
      socket.destroy();
    };
    const onClose = (): void => timer.cancel();
    const onReadable = (): void => {
      for (let chunk: unknown; (chunk = socket.read()) !== null;)
        read = Buffer.concat([read, chunk as Buffer]);
      const preface = PREFACE.subarray(0, read.length).equals(read.subarray(0, PREFACE.length));
      if (preface && read.length < PREFACE.length) {
        if (socket.readableEnded) socket.destroy();
        return;
      }
      timer.cancel();
      socket.off('readable', onReadable).off('error', onError).off('close', onClose);
      socket.unshift(read);
      (preface ? options.http2 : options.http1)(socket);
    };
    socket.on('readable', onReadable).on('error', onError).on('close', onClose);
  };
}
