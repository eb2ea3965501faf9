import { isJsonObject, numberAt, objectAt, stringAt, type JsonObject } from '../core/json.js';
import type { AppSocketsStatus, TokenVerdict } from '../slack/status.js';
import type { ReplicaReports, SocketSlots } from '../storage/cluster.js';

type Refused = Extract<TokenVerdict['verdict'], { t: 'refused' }>;

/** What a process tells the others of its own sockets of an app. */
export interface AppReport {
  /** Why it has fewer of them than it should, or none. */
  readonly trouble:
    | { readonly t: 'degraded'; readonly reason: string; readonly doing: string }
    | { readonly t: 'broken'; readonly error: string; readonly advice: string }
    | undefined;
  /** The app-level tokens that Slack has refused there, by the time of their saving. */
  readonly refused: ReadonlyMap<number, Refused>;
  /** Slack has just refused it a further socket, because it has as many as it allows. */
  readonly isAtLimit: boolean;
}

/** What another process tells of its sockets of an app. */
export interface OthersReport extends AppReport {
  /** Its name. */
  readonly replica: string;
  /** Whether Slack delivers to any of its sockets. */
  readonly isLive: boolean;
}

export interface AppReportsOptions {
  readonly reports: ReplicaReports;
  readonly slots: Pick<SocketSlots, 'others'>;
  /** The name of a member; undefined if it is stopping or gone. */
  readonly nameOf: (instance: string) => string | undefined;
}

/** What the processes that share the journal tell each other of their sockets. */
export class AppReports {
  readonly #options: AppReportsOptions;

  constructor(options: AppReportsOptions) {
    this.#options = options;
  }

  /** Tells the others how this process's own sockets of an app are; undefined if it has none to have. */
  tell(appId: string, status: AppSocketsStatus | undefined): void {
    this.#options.reports.tell(appId, status === undefined ? undefined : writeReport(status));
  }

  /** What the others tell of theirs, by their names. A member that is stopping closes them, which is no trouble. */
  of(appId: string): readonly OthersReport[] {
    const { reports, slots, nameOf } = this.#options;
    const { live } = slots.others(appId);
    return [...reports.of(appId)]
      .flatMap(([instance, text]) => {
        const replica = nameOf(instance);
        if (replica === undefined) return [];
        return [{ ...readReport(text), replica, isLive: (live.get(instance) ?? 0) > 0 }];
      })
      .sort((left, right) => left.replica.localeCompare(right.replica));
  }
}

/** The report of an app's sockets, as text; undefined where all is well, or will be in a moment. */
export function writeReport(status: AppSocketsStatus): string | undefined {
  const trouble = troubleOf(status);
  const refused = status.tokens.filter(({ verdict }) => verdict.t === 'refused');
  const isAtLimit = status.isAtLimit === true;
  if (trouble === undefined && refused.length === 0 && !isAtLimit) return undefined;
  return JSON.stringify({ trouble, refused, isAtLimit });
}

function troubleOf(status: AppSocketsStatus): AppReport['trouble'] {
  if (status.t === 'degraded') return { t: 'degraded', reason: status.reason, doing: status.doing };
  return status.t === 'broken' ? { t: 'broken', error: status.error, advice: status.advice } : undefined;
}

/** A report of another process, which may be of another release: what this one does not understand is left out. */
function readReport(text: string): AppReport {
  const report = parsed(text);
  const refused = Array.isArray(report['refused']) ? report['refused'] : [];
  return {
    trouble: readTrouble(objectAt(report, 'trouble')),
    refused: new Map(
      refused.flatMap((each) => {
        const verdict = isJsonObject(each) ? objectAt(each, 'verdict') : undefined;
        if (!isJsonObject(each) || stringAt(verdict, 't') !== 'refused') return [];
        const [error, advice] = [stringAt(verdict, 'error'), stringAt(verdict, 'advice')];
        const told: Refused = { t: 'refused', error, advice, probeAt: numberAt(verdict, 'probeAt') };
        return [[numberAt(each, 'setAt'), told]];
      }),
    ),
    isAtLimit: report['isAtLimit'] === true,
  };
}

function readTrouble(trouble: JsonObject | undefined): AppReport['trouble'] {
  const t = stringAt(trouble, 't');
  if (t === 'degraded') return { t, reason: stringAt(trouble, 'reason'), doing: stringAt(trouble, 'doing') };
  if (t === 'broken') return { t, error: stringAt(trouble, 'error'), advice: stringAt(trouble, 'advice') };
  return undefined;
}

function parsed(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
