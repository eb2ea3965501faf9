import { message } from '../../src/sim/slack/frames/messages.js';
import type { Bench, Row } from './bench.js';
import { burst, type Burst } from './built-in-burst.js';
import { openBuiltInStage, type BuiltInStage } from './built-in-stage.js';
import { closedRows, closingMinute, replacedRows } from './closing-minute.js';

const PEER = 'built-in';

/**
 * This program as a user runs it and the Slack integration that is compiled into the server, on one real server and before
 * one scripted Slack: two minutes in which Slack ends sockets, and a thousand messages at once in one channel. Messages
 * only, because most interactions end a server with the built-in.
 */
export const bench: Bench = {
  name: 'built-in',
  async run() {
    const stage = await openBuiltInStage();
    try {
      // One of theirs, because the built-in hands each event to all connections that it serves.
      const theirs = await stage.connectTheirs('Built-in');
      const ours = await stage.connectOurs('Ours');
      stage.expectNewServer();
      const minute = (all: boolean) =>
        closingMinute(
          stage.slack,
          [
            { installation: ours.installation, all, isMeasured: all },
            { installation: theirs.installation, all, isMeasured: false },
          ],
          { frameOf: () => message(), way: stage.way },
        );
      const replaced = await minute(false);
      await stage.slack.waitForSockets(theirs.installation.app, 1, 60_000);
      const closed = await minute(true);
      const [one, theirOne] = replaced.outcomes;
      const [all, theirAll] = closed.outcomes;
      const free = await ourBurst(stage, 'off');
      const ordered = await ourBurst(stage, 'on');
      await stage.slack.waitForSockets(theirs.installation.app, 1, 60_000);
      const peer = await burst(stage, theirs);
      if (!peer.serverEnded) stage.expectNewServer();
      return [
        ...replacedRows(PEER, one, theirOne),
        ...closedRows(PEER, all, theirAll, closed.answers),
        ...burstRows(ordered, free, peer),
      ];
    } finally {
      await stage.stop();
    }
  },
};

async function ourBurst(stage: BuiltInStage, order: 'on' | 'off'): Promise<Burst> {
  const connected = await stage.connectOurs(`Order ${order}`, { socket_mode_order: order });
  return burst(stage, connected);
}

function burstRows(ordered: Burst, free: Burst, peer: Burst): readonly Row[] {
  const row = (name: string, ours: Burst): Row => ({
    figure: `${ours.sent} messages at once in one channel, ${name}: until the server had the last`,
    value: duration(ours),
    peer: `${duration(peer)} (${PEER}, which keeps no order)`,
    ...(ours.ms === undefined || peer.ms === undefined ? {} : { ratio: ours.ms / peer.ms }),
  });
  return [
    row('without order', free),
    row('in order', ordered),
    {
      figure: '... of these, acknowledged within 3 s, without order and in order',
      value: `${free.inTime}, ${ordered.inTime}`,
      peer: `${peer.inTime} (${PEER})`,
      limit: 'all',
      ok: [free, ordered].every(({ inTime, sent }) => inTime === sent),
    },
    {
      figure: '... stored at the server by then, without order and in order',
      value: `${free.stored}, ${ordered.stored}`,
      peer: `${peer.stored} (${PEER}: Slack sends again what is acknowledged late)`,
      limit: 'each once',
      ok: [free, ordered].every(({ stored, there, sent }) => stored === sent && there === sent),
    },
  ];
}

function duration({ ms, there, sent, serverEnded }: Burst): string {
  if (serverEnded) return `never: the server ended, ${there} were stored for ${sent} sent`;
  return ms === undefined ? `never: ${there} of ${sent}` : `${(ms / 1000).toFixed(1)} s`;
}
