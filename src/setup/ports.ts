import type { AutoKitteh, CallerHeaders } from '../autokitteh/client.js';
import type { Status } from '../autokitteh/status.js';
import type { AppManifest } from '../browser/app-manifest.js';
import type { StateAnswer } from '../browser/live-state.js';
import type { LiveConnections } from '../connections/live-connections.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { SlackWebApi } from '../slack/web-api.js';

/** The server as the person who asks may use it. */
export type PersonsAutoKitteh = Pick<
  AutoKitteh,
  | 'connection'
  | 'variables'
  | 'projectName'
  | 'setVariables'
  | 'deleteVariables'
  | 'listEvents'
  | 'event'
  | 'listTriggers'
  | 'latestSessions'
  | 'activeDeployments'
>;

/** What is known right now about a connection that this program serves. */
export interface LiveConnection {
  readonly status: Status;
  /** Its project has an active deployment, or it belongs to an organisation. */
  readonly active: boolean;
  readonly sockets: {
    readonly open: number;
    readonly wanted: number;
    /** How many Slack counts for the app, other programs' included; 0 when it has not said. */
    readonly counted: number;
  };
  /** `at` in milliseconds since 1970. */
  readonly lastEvent: { readonly type: string; readonly at: number } | undefined;
  readonly delivered: number;
  readonly waiting: number;
  /** Refused by the server for good. */
  readonly dead: number;
}

/** Everything that the pages and the save endpoint need from the rest of the program. */
export interface SetupPorts {
  readonly slack: SlackWebApi;
  readonly autokitteh: { forCaller(headers: CallerHeaders): PersonsAutoKitteh };
  /** The integration whose connections may be set up here. */
  readonly integrationId: string;
  readonly live: { of(connectionId: string): Promise<LiveConnection | undefined> };
  /** Told of tokens that were saved, and of connections whose variables were written or deleted. */
  readonly connections: Pick<LiveConnections, 'learn' | 'announceChange'>;
  /** The Slack app that the guide proposes, before it has a name. */
  readonly manifest: AppManifest;
  /** Slack's site, where that app is created: `slack.com` or `slack-gov.com`. */
  readonly slackSite: string;
  /** The address that people reach the pages at, such as `https://ak.example.com`; absent: as the request says. */
  readonly publicUrl?: string | undefined;
  /** The server's address for people, such as `https://ak.example.com`; absent: the pages are below it. */
  readonly serverUrl?: string | undefined;
  /** Web pages of other origins that may save with a person's cookies, such as AutoKitteh's web UI. */
  readonly trustedOrigins: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** The live facts as JSON; of a connection that this program has not seen yet, nothing is known. */
export function stateAnswer(live: LiveConnection | undefined): StateAnswer {
  if (live === undefined) {
    return {
      status: { code: 'unknown', message: 'This program has not looked at the connection yet' },
      active: true,
      sockets: { open: 0, wanted: 0, counted: 0 },
      lastEvent: null,
      delivered: 0,
      waiting: 0,
      dead: 0,
    };
  }
  const { status, active, sockets, lastEvent, delivered, waiting, dead } = live;
  return {
    status: { code: status.code, message: status.message },
    active,
    sockets: { open: sockets.open, wanted: sockets.wanted, counted: sockets.counted },
    lastEvent: lastEvent ? { type: lastEvent.type, at: new Date(lastEvent.at).toISOString() } : null,
    delivered,
    waiting,
    dead,
  };
}
