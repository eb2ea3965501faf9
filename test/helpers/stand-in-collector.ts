import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** One request as it came. */
interface Export {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** One span; times are milliseconds since 1970. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly failed: boolean;
  readonly resource: Attributes;
}

/** One series of a metric; a histogram has its count, sum and buckets. */
export interface CollectedPoint {
  readonly kind: 'sum' | 'gauge' | 'histogram';
  readonly attributes: Attributes;
  readonly value: number | undefined;
  readonly count: number | undefined;
  readonly sum: number | undefined;
  readonly buckets: readonly number[];
  readonly bounds: readonly number[];
}

/** A collector of OpenTelemetry that the test plays: it keeps what it is sent, and answers what it is told to. */
export class StandInCollector {
  readonly exports: Export[] = [];
  answer: (response: ServerResponse, path: string) => void = (response) => accept(response);
  #port = 0;
  readonly #server = createServer((request, response) => {
    json(request).then(
      (body) => {
        this.exports.push({ path: request.url ?? '', headers: request.headers, body });
        this.answer(response, request.url ?? '');
      },
      () => response.destroy(),
    );
  });

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, at the same port as before. */
  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  spans(): CollectedSpan[] {
    return this.#bodies<TracesBody>('/v1/traces').flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) =>
          spans.map((span) => ({
            traceId: span.traceId,
            spanId: span.spanId,
            parentSpanId: span.parentSpanId,
            name: span.name,
            start: Number(BigInt(span.startTimeUnixNano) / 1_000_000n),
            end: Number(BigInt(span.endTimeUnixNano) / 1_000_000n),
            attributes: attributesOf(span.attributes),
            failed: span.status.code === 2,
            resource: attributesOf(resource.attributes),
          })),
        ),
      ),
    );
  }

  /** The series of the last export of metrics, by the names of metrics. */
  metrics(): Map<string, CollectedPoint[]> {
    const last = this.#bodies<MetricsBody>('/v1/metrics').at(-1);
    const all = (last?.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics }) => metrics),
    );
    return new Map(
      all.map(({ name, ...data }) => [
        name,
        (['sum', 'gauge', 'histogram'] as const).flatMap((kind) =>
          (data[kind]?.dataPoints ?? []).map((point) => ({
            kind,
            attributes: attributesOf(point.attributes),
            value: point.asDouble ?? point.asInt,
            count: point.count === undefined ? undefined : Number(point.count),
            sum: point.sum,
            buckets: (point.bucketCounts ?? []).map(Number),
            bounds: point.explicitBounds ?? [],
          })),
        ),
      ]),
    );
  }

  #bodies<Body>(path: string): Body[] {
    return this.exports.filter((each) => each.path === path).map(({ body }) => body as Body);
  }
}

/** As a collector answers that took everything. */
export function accept(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, string | number | boolean>>;
}

interface TracesBody {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes: readonly KeyValue[];
        readonly status: { readonly code: number };
      }[];
    }[];
  }[];
}

interface Points {
  readonly dataPoints: readonly {
    readonly attributes: readonly KeyValue[];
    readonly asDouble?: number;
    readonly asInt?: number;
    readonly count?: number | string;
    readonly sum?: number;
    readonly bucketCounts?: readonly (number | string)[];
    readonly explicitBounds?: readonly number[];
  }[];
}

interface MetricsBody {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly ({ readonly name: string } & Partial<
        Record<'sum' | 'gauge' | 'histogram', Points>
      >)[];
    }[];
  }[];
}

function attributesOf(pairs: readonly KeyValue[]): Attributes {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0] ?? '']));
}
