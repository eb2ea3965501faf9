import { LogLevel, type FetchFunction, type Logger } from '@slack/web-api';
import { Agent, fetch, Response } from 'undici';
import { DIRECT, type Outbound } from '../core/outbound.js';

interface SlackUpload {
  readonly method: string;
  readonly body: Uint8Array;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
}

/** As the SDK reads it, and as a stream. */
type SlackAnswer = Awaited<ReturnType<FetchFunction>> & { readonly body: AsyncIterable<Uint8Array> | null };

/** HTTP connections to Slack of this part's own, so that stopping it leaves none behind. */
export interface SlackHttp {
  /** The way that the connections take. */
  readonly outbound: Outbound;
  readonly fetch: (...call: Parameters<FetchFunction>) => Promise<SlackAnswer>;
  /** Sends bytes by POST. */
  upload(url: string, init: SlackUpload): Promise<Pick<Response, 'ok' | 'status'>>;
  /** Ends every connection, in-flight calls too. */
  close(): Promise<void>;
}

// Slack says how long to wait on every 429; where a proxy in between dropped the header, Slack's Java SDK assumes this too.
const ASSUMED_RETRY_AFTER_S = '30';

/** Bounds of one call's phases, milliseconds. What the whole call may take is the caller's business. */
const PHASES = { headersTimeout: 30_000, bodyTimeout: 30_000 } as const;

export function createSlackHttp(outbound: Outbound = DIRECT): SlackHttp {
  const agent = new Agent({ ...PHASES, connect: (target, connected) => outbound.connect(target, connected) });
  return {
    outbound,
    async fetch(url, init = {}) {
      const { body, signal, ...rest } = init;
      if (body !== undefined && typeof body !== 'string')
        throw new TypeError('only text bodies are sent to Slack');
      const response = await fetch(url, {
        ...rest,
        body: body ?? null,
        signal: signal ?? null,
        dispatcher: agent,
      });
      return response.status === 429 ? withRetryAfter(response) : response;
    },
    upload: (url, init) => fetch(url, { ...init, dispatcher: agent }),
    close: () => agent.destroy(),
  };
}

/** The same answer, with a Retry-After header that the SDK can read; without one it reports an unknown failure. */
function withRetryAfter(response: Response): Response {
  if (/^\s*\d/.test(response.headers.get('retry-after') ?? '')) return response;
  const headers = new Headers([...response.headers]);
  headers.set('retry-after', ASSUMED_RETRY_AFTER_S);
  return new Response(null, { status: 429, headers: [...headers] });
}

/**
 * The SDK writes whole payloads at DEBUG and a line per retry at ERROR. What is worth saying arrives here as results and
 * events, so it is given a logger that says nothing.
 */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};
