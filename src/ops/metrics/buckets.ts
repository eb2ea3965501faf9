/** Those of every histogram, in seconds; Slack's limit for an acknowledgement is 3. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 10, 60, 600];
