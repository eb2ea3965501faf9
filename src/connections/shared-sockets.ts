import { Channel } from '../core/channel.js';
import type { SocketEvent } from '../slack/events.js';
import type { AppToken, SlackSockets } from '../slack/sockets.js';
import type { AppSocketsStatus, TokenVerdict } from '../slack/status.js';
import type { AppReport, OthersReport } from './app-report.js';
import type { Hosts } from './hosts.js';

/** What is known of the tokens of an app whose sockets other processes open. */
const OPENED_ELSEWHERE = { foreign: 0, tokens: [], answered: true } as const;

const CUT_OFF = {
  reason:
    'PostgreSQL has not answered for almost three minutes, so another replica may open the sockets of this one',
  doing: 'opening them when it answers',
};

/**
 * The sockets of all apps, where several processes share them: opens here those of the apps that are hosted here, and tells
 * of each app how it fares over all processes. The status of an app is the same in every one of them as long as all is well.
 */
export function shareSockets(own: SlackSockets, hosts: Hosts): SlackSockets {
  const events = new Channel<SocketEvent>();
  let wanted: ReadonlyMap<string, readonly AppToken[]> = new Map();
  const status = (appId: string): AppSocketsStatus | undefined =>
    wanted.has(appId) ? statusOverAll(own.status(appId), appId, hosts) : undefined;
  const tell = (appId: string): void => {
    const told = status(appId);
    if (told !== undefined) events.emit({ t: 'status_changed', appId, status: told });
  };
  own.events.subscribe((event) => {
    if (event.t === 'status_changed' || event.t === 'app_released') {
      hosts.reports.tell(event.appId, event.t === 'status_changed' ? event.status : undefined);
      tell(event.appId);
    }
    if (event.t !== 'status_changed') events.emit(event);
  });
  hosts.appChanged.subscribe(tell);
  hosts.relayed.subscribe(({ appId, text }) => own.acknowledge(appId, text));
  hosts.changed.subscribe(() => own.reconcile(hosts.here(wanted)));
  return {
    events,
    status,
    list: (appId) => own.list(appId),
    acknowledge: (appId, text) => own.acknowledge(appId, text),
    reconcile(apps) {
      wanted = apps;
      own.reconcile(hosts.here(apps));
    },
    stop: () => own.stop(),
  };
}

/**
 * What this process knows of its own sockets of an app and of those of the others, as one status: the same in each of them,
 * because they tell each other their troubles. What only one of them meets, while events arrive elsewhere, is that one's.
 */
function statusOverAll(own: AppSocketsStatus | undefined, appId: string, hosts: Hosts): AppSocketsStatus {
  const { live } = hosts.others(appId);
  const replicas = hosts.othersWithSockets(appId) + Number((own?.sockets ?? 0) > 0);
  const sockets = (own?.sockets ?? 0) + live;
  const wanted = Math.max(hosts.socketsOfApp, (own?.wanted ?? 0) + (own === undefined ? 0 : live));
  if (hosts.isCutOff)
    return { ...OPENED_ELSEWHERE, t: 'degraded', sockets: 0, wanted, greeted: false, ...CUT_OFF };
  const { foreign, answered, greeted } = own ?? { ...OPENED_ELSEWHERE, greeted: live > 0 };
  const elsewhere = { sockets: live, replicas };
  const reports = hosts.reports.of(appId);
  const isRefusedHereOnly = own?.t === 'broken' && isServedElsewhere(live, reports);
  const tokens = tokensOverAll(own?.tokens ?? [], reports, { isRefusedHereOnly, isServed: sockets > 0 });
  const common = { sockets, wanted, foreign, tokens, answered, greeted, elsewhere };
  if (isRefusedHereOnly) return { ...common, t: 'degraded', ...troubleAt(hosts.name, own) };
  if (own !== undefined && own.t !== 'live' && own.t !== 'renewing') return { ...own, ...common };
  const told = reports.find(({ trouble }) => trouble !== undefined);
  if (told?.trouble !== undefined) {
    if (own === undefined && sockets === 0) return { ...common, ...told.trouble };
    return { ...common, t: 'degraded', ...troubleAt(told.replica, told.trouble) };
  }
  if (own?.t === 'renewing') return { ...own, ...common };
  if (sockets >= wanted) return { ...common, t: 'live' };
  if (sockets > 0)
    return { ...common, t: 'renewing', doing: 'another replica opens one, as a rule within seconds' };
  return { ...common, t: 'opening', doing: 'another replica opens the first socket' };
}

/** Whether events arrive in a process that has a token which Slack accepts. */
function isServedElsewhere(live: number, reports: readonly OthersReport[]): boolean {
  return live > 0 && !reports.some(({ isLive, refused }) => isLive && refused.size > 0);
}

/** What became of the tokens: what Slack has refused in any process, unless it has accepted it in another one. */
function tokensOverAll(
  own: readonly TokenVerdict[],
  reports: readonly OthersReport[],
  { isRefusedHereOnly, isServed }: { readonly isRefusedHereOnly: boolean; readonly isServed: boolean },
): readonly TokenVerdict[] {
  // Where every token is refused and others receive events, theirs is one of these.
  const telling = reports.filter(({ trouble }) => trouble?.t !== 'broken' || !isServed);
  const refused = new Map(telling.flatMap((report) => [...report.refused]));
  const known = new Set(own.map(({ setAt }) => setAt));
  const others = [...refused].filter(([setAt]) => !known.has(setAt));
  return [
    ...own.flatMap(({ setAt, verdict }): TokenVerdict[] => {
      if (verdict.t === 'refused') return isRefusedHereOnly ? [] : [{ setAt, verdict }];
      return [{ setAt, verdict: verdict.t === 'valid' ? verdict : (refused.get(setAt) ?? verdict) }];
    }),
    ...others.map(([setAt, verdict]) => ({ setAt, verdict })),
  ];
}

function troubleAt(
  replica: string,
  trouble: Exclude<AppReport['trouble'], undefined>,
): { readonly reason: string; readonly doing: string } {
  return trouble.t === 'degraded'
    ? { reason: `on replica ${replica}, ${trouble.reason}`, doing: trouble.doing }
    : {
        reason: `on replica ${replica}, Slack refused the sockets (${trouble.error})`,
        doing: trouble.advice,
      };
}
