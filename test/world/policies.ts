import type { Backoff } from '../../src/core/backoff.js';
import { LIVE_POLICY, type LivePolicy } from '../../src/connections/policy.js';
import { DEFAULT_LIMITS, type DeliveryLimits } from '../../src/delivery/limits.js';
import { DEFAULT_POLICY, type SocketPolicy } from '../../src/slack/policy.js';

// The program's own policies, with shorter times where a test would only wait.

/** A reconcile in a tenth of a second, and everything else to match. */
export const QUICK_LIVE: LivePolicy = {
  ...LIVE_POLICY,
  reconcileMs: 80,
  followMs: 1_000,
  settleMs: 120,
  statusRetry: { firstMs: 50, factor: 2, maxMs: 200 },
  finalStatusesMs: 1_000,
  graceMs: 300,
  incompleteMs: 200,
};

/** Sockets that are opened, retried and counted again without patience. */
export const QUICK_SOCKETS: SocketPolicy = {
  ...DEFAULT_POLICY,
  pool: {
    ...DEFAULT_POLICY.pool,
    staggerMs: 20,
    stableMs: 300,
    retry: { firstMs: 20, factor: 2, maxMs: 200 },
    atLimit: { firstMs: 100, factor: 2, maxMs: 400 },
    probe: { firstMs: 300, factor: 1, maxMs: 300 },
    recountMs: 300,
  },
  limiter: { ...DEFAULT_POLICY.limiter, appBurst: 100, appEveryMs: 10, allBurst: 100, allEveryMs: 5 },
};

/** Failures are tried again, and given up, soon. */
export const QUICK_DELIVERY: DeliveryLimits = {
  ...DEFAULT_LIMITS,
  retry: { firstMs: 50, factor: 2, maxMs: 200 },
  probe: { firstMs: 50, factor: 2, maxMs: 200 },
  lookUpAfterMs: 100,
  lookUpEveryMs: 50,
  lookUpUntilMs: 500,
  lookUpBehindMs: 2_000,
  recoveryDelayMs: 50,
  drainMs: 1_000,
};

/** For a real server: quick, but with few requests. */
export const UNHURRIED_LIVE: LivePolicy = { ...LIVE_POLICY, reconcileMs: 200, settleMs: 300, graceMs: 600 };

/** No limit of our own on apps.connections.open, and no pause after short-lived sockets, for tests that open many. */
export const UNLIMITED: SocketPolicy = {
  ...DEFAULT_POLICY,
  pool: { ...DEFAULT_POLICY.pool, stableMs: 0 },
  limiter: { ...DEFAULT_POLICY.limiter, appBurst: 100_000, appEveryMs: 1, allBurst: 100_000, allEveryMs: 1 },
};

/** The waits of many minutes are cut; everything else, the budget for openings too, is as it is delivered. */
export const SHORT_WAITS: SocketPolicy = {
  ...DEFAULT_POLICY,
  pool: {
    ...DEFAULT_POLICY.pool,
    atLimit: { firstMs: 2_000, factor: 2, maxMs: 10_000 },
    probe: { firstMs: 5_000, factor: 2, maxMs: 20_000 },
  },
};

/** Many apps are connected within seconds; each app's own limit is as it is delivered. */
export const MANY_APPS: SocketPolicy = {
  ...DEFAULT_POLICY,
  limiter: { ...DEFAULT_POLICY.limiter, allEveryMs: 2 },
};

/** Failures are tried again soon, for series whose server may be a real one. */
export const BRISK_DELIVERY: DeliveryLimits = {
  ...DEFAULT_LIMITS,
  retry: { firstMs: 100, factor: 2, maxMs: 1_000 },
  probe: { firstMs: 50, factor: 2, maxMs: 500 },
};

/** The limits in time that runs `scale` times as fast: a dispatch of the stand-in takes as long as ever, and storage its time. */
export function scaledDelivery(scale: number): DeliveryLimits {
  const { retry, probe, loneMs, signMs, lookUpAfterMs, lookUpEveryMs, lookUpUntilMs, lookUpBehindMs } =
    DEFAULT_LIMITS;
  const scaled = (backoff: Backoff): Backoff => ({
    ...backoff,
    firstMs: backoff.firstMs / scale,
    maxMs: backoff.maxMs / scale,
  });
  return {
    ...DEFAULT_LIMITS,
    retry: scaled(retry),
    probe: scaled(probe),
    loneMs: loneMs / scale,
    signMs: signMs / scale,
    lookUpAfterMs: lookUpAfterMs / scale,
    lookUpEveryMs: lookUpEveryMs / scale,
    lookUpUntilMs: lookUpUntilMs / scale,
    lookUpBehindMs: lookUpBehindMs / scale,
  };
}
