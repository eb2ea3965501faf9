import { PluginError } from '../../../core/errors.js';
import type { SlackInstallation } from '../directory/entities.js';
import type { Draft, Frame } from '../frames/draft.js';
import type { AppSockets } from '../link/app-sockets.js';
import type { LinkSocket } from '../link/link-socket.js';
import { Blast, type BlastOptions, type BlastResult } from './blast.js';

/** Throughput runs, one at a time for each app. */
export interface Blasts {
  /** Sends `count` envelopes, made from `frames` in turn, as fast as `pace` says, and times their acknowledgements. */
  blast(to: SlackInstallation, frames: readonly Frame[], options: BlastOptions): Promise<BlastResult>;
}

export interface BlastsBook extends Blasts {
  /** Takes a text from a client; false if no run is waiting for it. */
  take(socket: LinkSocket, text: string): boolean;
}

export function createBlasts(
  sockets: AppSockets,
  draftOf: (to: SlackInstallation, frame: Frame) => Draft,
): BlastsBook {
  const running = new Map<string, Blast>();
  let runs = 0;
  return {
    take: (socket, text) => running.get(socket.appId)?.take(socket, text) ?? false,
    async blast(to, frames, options) {
      const { app } = to;
      if (running.has(app.id)) throw new PluginError('bad_input', 'a blast is running for this app already');
      if (frames.length === 0) throw new PluginError('bad_input', 'a blast needs at least one frame');
      runs += 1;
      const drafts = frames.map((frame) => draftOf(to, frame));
      const blast = new Blast(runs, drafts, options, {
        sockets: () => sockets.sockets(app),
        onSocketChange: (subscriber) =>
          sockets.onSocketChange((socket) => {
            if (socket.appId === app.id) subscriber(socket);
          }),
      });
      running.set(app.id, blast);
      try {
        return await blast.run();
      } finally {
        running.delete(app.id);
      }
    },
  };
}
