/** How long acknowledgements took, in real milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Percentiles (nearest rank); zeros if there was nothing. */
export function latencyOf(samples: Float64Array): Latency {
  const sorted = samples.toSorted();
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: rank(1) };
}
