import { adviceFor } from './slack-errors.js';
import type { AppSocketsStatus, TokenVerdict } from './status.js';
import type { TroubleState } from './trouble.js';

/** What a pool knows of itself. */
export interface PoolFacts {
  /** Sockets that Slack delivers to. */
  readonly live: number;
  /** Of these, the ones that are not to be replaced. */
  readonly good: number;
  /** Of all, the ones that do not answer at the moment. */
  readonly suspect: number;
  readonly wanted: number;
  readonly ghosts: number;
  /** Whether any socket was ever live. */
  readonly wasLive: boolean;
  readonly trouble: TroubleState;
  readonly tokens: readonly TokenVerdict[];
  /** The refusal of the newest token. */
  readonly refusal: { readonly error: string; readonly advice: string } | undefined;
  /** Whether there is a token to open sockets with. */
  readonly usable: boolean;
}

/** The facts as a status for people. */
export function poolStatus(facts: PoolFacts): AppSocketsStatus {
  const common = { sockets: facts.live, wanted: facts.wanted, ghosts: facts.ghosts, tokens: facts.tokens };
  const { refusal, trouble } = facts;
  if (!facts.usable) {
    const error = refusal?.error ?? 'not_authed';
    const advice = refusal?.advice ?? 'save this connection with an app-level token';
    return facts.live === 0
      ? { ...common, t: 'broken', error, advice }
      : {
          ...common,
          t: 'degraded',
          reason: advice,
          doing: 'the sockets that are open go on until Slack closes them',
        };
  }
  switch (trouble.t) {
    case 'disabled': {
      const advice = adviceFor('link_disabled');
      return facts.live === 0
        ? { ...common, t: 'broken', error: 'link_disabled', advice }
        : { ...common, t: 'degraded', reason: advice, doing: 'trying again every few minutes' };
    }
    case 'crowded':
      if (facts.good >= facts.wanted) break;
      return {
        ...common,
        t: 'degraded',
        reason: adviceFor('too_many_websockets'),
        doing: 'trying again, less and less often',
      };
    case 'failing':
      if (facts.good >= facts.wanted) break;
      return { ...common, t: 'degraded', reason: trouble.reason, doing: 'trying again' };
    case 'none':
      break;
  }
  if (facts.good >= facts.wanted) return { ...common, t: 'live' };
  if (facts.suspect > 0 && facts.good === 0)
    return { ...common, t: 'degraded', reason: 'Slack does not answer', doing: 'opening new sockets' };
  if (facts.live > 0) return { ...common, t: 'renewing', doing: 'opening another socket' };
  if (!facts.wasLive) return { ...common, t: 'opening', doing: 'opening the first socket' };
  return { ...common, t: 'degraded', reason: 'no socket is open', doing: 'opening another socket' };
}
