import type { ScriptedSlackOptions } from '../../src/sim/slack/options.js';
import type { ApiFault, DeliveryDisorder, DialFault, HelloFault } from '../../src/sim/slack/faults/kinds.js';
import { breakSocket, type Breaking } from './sockets-breaking.js';
import type { FaultySockets } from './faulty-sockets.js';

/** Something that goes wrong; its parameters are drawn from the world's seed. */
export interface SocketsFault {
  /** How the scripted Slack must be made for it. */
  readonly slack?: ScriptedSlackOptions;
  /** Needs a proxy as the only way to Slack. */
  readonly proxy?: true;
  /** Goes wrong before the first socket is asked for, until what is returned is called. */
  readonly before?: (world: FaultySockets) => () => void;
  /** Lasts until what is returned is called; without that, it is over at once, or ends with all faults of Slack. */
  inflict(world: FaultySockets): (() => void) | undefined;
}

const OPEN = 'apps.connections.open';
const MEGABYTE = 1_000_000;

/** All calls for a URL go wrong, and a socket is replaced, so that there is one. */
function api(fault: (world: FaultySockets) => ApiFault): SocketsFault {
  return {
    inflict(world) {
      const lift = world.slack.faults.api(OPEN, fault(world), { times: timesOf(world) });
      provoke(world);
      return lift;
    },
  };
}

function dial(fault: (world: FaultySockets) => DialFault): SocketsFault {
  return {
    inflict(world) {
      const lift = world.slack.faults.dial(fault(world), { times: timesOf(world) });
      provoke(world);
      return lift;
    },
  };
}

function hello(fault: (world: FaultySockets) => HelloFault): SocketsFault {
  return {
    inflict(world) {
      const lift = world.slack.faults.hello(fault(world), { times: timesOf(world) });
      provoke(world);
      return lift;
    },
  };
}

/** One socket, or all of them. */
function breaking(how: Breaking): SocketsFault {
  return {
    inflict(world) {
      const sockets = chosen(world);
      for (const socket of sockets) breakSocket(world, socket, how);
      return () => {
        for (const socket of sockets) if (socket.trouble !== undefined && world.random() < 0.5) socket.thaw();
      };
    },
  };
}

/** A text on every socket. */
function texts(make: (world: FaultySockets) => readonly string[]): SocketsFault {
  return {
    inflict(world) {
      for (const text of make(world)) world.slack.sendText(world.app, text);
      return undefined;
    },
  };
}

function disorder(make: (share: number) => DeliveryDisorder): SocketsFault {
  return {
    inflict(world) {
      world.disorder = make(0.2 + world.random() * 0.6);
      return world.slack.faults.delivery(world.disorder);
    },
  };
}

function provoke(world: FaultySockets): void {
  const [socket] = world.open();
  if (socket !== undefined) breakSocket(world, socket, world.one(['warn', 'refresh', 'reset'] as const));
}

function chosen(world: FaultySockets): ReturnType<FaultySockets['open']> {
  const open = world.open();
  return world.random() < 0.5 || open.length === 0 ? open : [world.one(open)];
}

function timesOf(world: FaultySockets): number {
  return world.one([1, 2, Infinity]);
}

const SOCKETS_FAULTS = {
  'API error': api((world) => ({
    t: 'error',
    error: world.one(['internal_error', 'service_unavailable', 'team_added_to_org', 'ratelimited']),
  })),
  'API hangs': api(() => ({ t: 'hang' })),
  'API slow': api((world) => ({ t: 'slow', delay: world.random() * 12_000 })),
  'API 429': api((world) => ({ t: 'rate_limited', retryAfter: 1 + Math.floor(world.random() * 10) })),
  'API 5xx': api((world) => ({ t: 'status', status: world.one([500, 502, 503, 504]), body: 'upstream' })),
  'API no JSON': api((world) => ({ t: 'status', status: 200, body: world.one(['<html>', '', '{', 'null']) })),
  'API reset': api((world) => ({ t: 'reset', after: world.random() < 0.5 })),
  'API wrong URL': api((world) => ({
    t: 'status',
    status: 200,
    body: world.one(['{"ok":true}', '{"ok":true,"url":"ws://127.0.0.1:1/"}', '{"ok":true,"url":"no"}']),
  })),
  'upgrade refused': dial((world) => ({ t: 'refuse', status: world.one([200, 302, 408, 409, 429, 503]) })),
  'upgrade hangs': dial(() => ({ t: 'hang' })),
  'upgrade reset': dial(() => ({ t: 'reset' })),
  'hello hangs': hello(() => ({ t: 'hang' })),
  'hello late': hello((world) => ({ t: 'slow', delay: world.random() * 12_000 })),
  'hello garbage': hello((world) => ({
    t: 'garbage',
    text: world.one(['not JSON {', '[]', '{"type":"hello"', '{"type":"goodbye"}', '']),
  })),
  'hello close': hello((world) => ({ t: 'close', code: world.one([1000, 1008, 1011]) })),
  'hello reset': hello(() => ({ t: 'reset' })),
  'hello turned away': hello((world) => ({
    t: 'disconnect',
    reason: world.one(['warning', 'refresh_requested', 'too_many_websockets', 'something_new']),
  })),
  warning: breaking('warn'),
  'refresh without warning': breaking('refresh'),
  close: breaking('close'),
  reset: breaking('reset'),
  'half-open': breaking('freeze'),
  'half-open for a moment': {
    inflict(world) {
      for (const socket of chosen(world)) {
        breakSocket(world, socket, 'freeze');
        world.clock.setTimer(world.random() * 5_000, () => socket.thaw());
      }
      return undefined;
    },
  },
  'no pongs': breaking('mute'),
  'unknown disconnect': breaking('refuse'),
  destroyed: breaking('destroy'),
  'acknowledgements swallowed': breaking('swallow'),
  'slow-loris': breaking('drip'),
  'link disabled': {
    inflict(world) {
      world.slack.setSocketMode(world.app, false);
      return () => world.slack.setSocketMode(world.app, true);
    },
  },
  'too many websockets': {
    inflict(world) {
      const remove = world.slack.addGhosts(world.app, 10 - world.slack.connections(world.app));
      provoke(world);
      return remove;
    },
  },
  ghosts: {
    inflict: (world) => world.slack.addGhosts(world.app, 1 + Math.floor(world.random() * 4)),
  },
  lifetime: { slack: { lifetime: 20_000 }, inflict: () => undefined },
  'malformed frames': texts(() => ['', '{', 'null', '[]', '{"type":"events_api"}', '\u0000', '"']),
  'huge frames': texts((world) => [
    JSON.stringify({
      type: 'events_api',
      envelope_id: 'huge',
      // The longest that costs nothing but itself: above four times LONGEST_FRAME the transport ends its connection.
      payload: { text: 'x'.repeat(world.one([1, 2, 4]) * MEGABYTE) },
    }),
  ]),
  'unknown and binary frames': {
    inflict(world) {
      for (const socket of chosen(world)) {
        socket.sendText('{"type":"surprise","envelope_id":"u"}');
        socket.sendText('{"type":"events_api","envelope_id":"w","payload":"text"}');
        socket.sendText('{"type":"hello"}');
        socket.sendBinary(new Uint8Array([0, 1, 2, 255]));
      }
      return undefined;
    },
  },
  duplicates: disorder((duplicate) => ({ duplicate })),
  reordering: disorder((hold) => ({ hold, holdFor: 2_000 })),
  'delayed events': disorder((hold) => ({ hold, holdFor: 20_000 })),
  'acknowledgements unnoticed': disorder((loseAck) => ({ loseAck, sameEnvelope: 0.5 })),
  'token revoked, then a new one': {
    inflict(world) {
      world.slack.revoke(world.newestToken, world.one(['token_revoked', 'invalid_auth', 'account_inactive']));
      if (world.random() < 0.5) provoke(world);
      return () => void world.addToken();
    },
  },
  'new token, then the old one revoked': {
    inflict(world) {
      const old = world.newestToken;
      world.addToken();
      return () => world.slack.revoke(old);
    },
  },
  'new token is no good': {
    inflict(world) {
      const bad = world.addToken();
      world.slack.revoke(bad, 'invalid_auth');
      return () => world.dropToken(bad);
    },
  },
  'clock jumps': {
    inflict(world) {
      const by = world.one([-1, 1]) * world.one([2_000, 40_000, 3_600_000, 86_400_000]);
      world.clientClock.jump(by);
      return world.random() < 0.5 ? () => world.clientClock.jump(-by) : undefined;
    },
  },
  standstill: {
    inflict(world) {
      world.clientClock.standStill(world.one([1_000, 5_000, 20_000]));
      return undefined;
    },
  },
  sleep: {
    inflict(world) {
      for (const socket of world.open())
        breakSocket(world, socket, world.one(['freeze', 'reset', 'refresh'] as const));
      world.clientClock.standStill(world.one([60_000, 7_200_000]));
      return undefined;
    },
  },
  'app removed and added': {
    inflict(world) {
      world.setWanted(false);
      if (world.random() < 0.3) {
        world.setWanted(true);
        return undefined;
      }
      return () => world.setWanted(true);
    },
  },
  'Web API out at the start': {
    before: (world) =>
      world.slack.faults.api(
        OPEN,
        world.one([
          { t: 'status', status: 503 },
          { t: 'hang' },
          { t: 'reset' },
          { t: 'rate_limited', retryAfter: 5 },
        ]),
        { times: Infinity },
      ),
    inflict: () => undefined,
  },
  'the proxy is gone': {
    proxy: true,
    inflict(world) {
      for (const socket of world.open()) world.watch.incident(socket, 'ended');
      void world.proxy?.vanish();
      return () => void world.proxy?.comeBack();
    },
  },
  outage: {
    inflict(world) {
      const lifts = [
        world.slack.faults.api(OPEN, { t: 'status', status: 503 }, { times: Infinity }),
        world.slack.faults.dial({ t: 'refuse', status: 503 }, { times: Infinity }),
      ];
      for (const socket of world.open()) breakSocket(world, socket, world.one(['reset', 'close'] as const));
      return () => {
        for (const lift of lifts) lift();
      };
    },
  },
} as const satisfies Readonly<Record<string, SocketsFault>>;

export type SocketsFaultName = keyof typeof SOCKETS_FAULTS;

export const FAULTS: Readonly<Record<SocketsFaultName, SocketsFault>> = SOCKETS_FAULTS;
