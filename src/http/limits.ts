const KIB = 1024;
const SECOND = 1_000;

/**
 * Every limit of the two ports, in bytes, milliseconds or numbers. docs/security.md lists them, and a test keeps the
 * two equal.
 */
export const PORT_LIMITS = {
  /** The head of a request or an answer; AutoKitteh's postinit carries variables in its URL. */
  headBytes: 64 * KIB,
  /** Until a request's head is complete, from the connection's start or the head's first byte. */
  headMs: 30 * SECOND,
  /** Until a body that is read here is complete, and any body on the plugin's port. */
  bodyMs: 30 * SECOND,
  /** Without a byte of a body that goes on to the server. */
  uploadIdleMs: 60 * SECOND,
  /** While an answer waits for its client and nothing of it is taken. */
  answerIdleMs: 60 * SECOND,
  /** Longer than Go's clients keep idle connections in their pools (90 s), so that they and not we close them. */
  keepAliveMs: 100 * SECOND,
  /** Requests of one connection that wait until those before them are answered. */
  pipelinedRequests: 32,
  /** A form for /slack/save. */
  formBytes: 16 * KIB,
  /** Kept of a request beside its stream, to be read when the server has accepted it. */
  keptBytes: 16 * KIB,
  /** The same, unpacked. */
  unpackedBytes: 64 * KIB,
  /** Between two looks at all connections because of writes that do not say which one they concern. */
  lookAtAllMs: SECOND,
  /** An answer of the server that is read whole: all integrations with their functions. */
  answerBytes: 16 * KIB * KIB,
  /** A body with the code of a link to /ops/, before anybody is known. */
  codeBytes: KIB,
  /** A body for /ops/: a thousand ids of the longest kind, with blanks between them. */
  opsBytes: 64 * KIB,
  /** An answer that a workflow posts to an address that waits for one. Slack documents no limit; its messages and views stay below this. */
  workflowAnswerBytes: 256 * KIB,
  /** How deep objects and lists may lie in each other in such an answer. */
  workflowAnswerDepth: 100,
  /** A message of the contract's Call, unpacked: files come as arguments. */
  callBytes: 16 * KIB * KIB,
  /** Fields and list items of a message, at whatever depth: decoding is work of the main thread. */
  messageFields: 100_000,
  /** A message of every other method, and of gRPC's health service, unpacked. */
  questionBytes: 16 * KIB,
  /** Streams at a time of one HTTP/2 connection. */
  http2Streams: 64,
  /** Without a byte on an HTTP/2 connection; it is closed when its streams have ended. */
  http2IdleMs: 300 * SECOND,
  /** Half of the descriptors that are for clients, however many there are. */
  connections: 4_096,
} as const;

/** How many connections of clients each port takes. */
export interface ConnectionCaps {
  readonly gateway: number;
  readonly plugin: number;
}

// Node names no limit on Windows, and "unlimited" where there is none.
const UNKNOWN_LIMIT = 1_024;

/** The process's soft limit of file descriptors; node has raised it to the hard one by then. */
export function descriptorLimit(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = userLimits?.open_files?.soft;
  if (soft === 'unlimited') return Number.MAX_SAFE_INTEGER;
  return typeof soft === 'number' ? soft : UNKNOWN_LIMIT;
}

/**
 * Half of the descriptors are for clients, so that strangers cannot take those that Slack's sockets, the journal and our
 * own calls to AutoKitteh need. Of that half an eighth goes to the plugin's port, and the gateway's clients share the
 * rest with the connections that each of them may need to the server.
 */
export function connectionCaps(descriptors: number): ConnectionCaps {
  const clients = Math.min(Math.floor(descriptors / 2), 2 * PORT_LIMITS.connections);
  const plugin = Math.max(1, Math.floor(clients / 8));
  return { plugin, gateway: Math.max(1, Math.floor((clients - plugin) / 2)) };
}
