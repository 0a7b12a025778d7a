/** An OpenTelemetry collector for tests: takes OTLP over HTTP as JSON and keeps the spans and the logs. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A span as it came over the wire, its attributes in plain. */
export interface ReceivedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A log record as it came over the wire, its attributes in plain. */
export interface ReceivedLog {
  readonly timeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: { readonly stringValue: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A running receiver. */
export interface OtlpReceiver {
  /** What the environment of the collector must say to send spans here. */
  readonly env: Readonly<Record<string, string>>;
  readonly spans: readonly ReceivedSpan[];
  readonly logs: readonly ReceivedLog[];
  /** Path and content type of all requests. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface Message {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}
interface LogMessage {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeLogs: readonly { readonly logRecords: readonly WireLog[] }[];
  }[];
}
interface WireLog extends Omit<ReceivedLog, 'attributes' | 'resource'> {
  readonly attributes: readonly KeyValue[];
}
interface WireSpan extends Omit<ReceivedSpan, 'attributes' | 'failed' | 'resource'> {
  readonly attributes: readonly KeyValue[];
  readonly status: { readonly code?: number };
}

/** Starts a receiver on a free port. `answer` replaces its answers: it may be slow, or say no. */
export async function startOtlpReceiver(answer?: (response: ServerResponse) => void): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const logs: ReceivedLog[] = [];
  const asked: string[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked.push(`${request.url} ${request.headers['content-type']}`);
    if (answer !== undefined) return answer(response);
    const message = await json(request);
    if (request.url?.endsWith('/v1/logs') === true) logs.push(...readLogs(message as LogMessage));
    else spans.push(...readSpans(message as Message));
    response.setHeader('Content-Type', 'application/json').end('{}');
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    spans,
    logs,
    asked,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function readSpans({ resourceSpans }: Message): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map(({ attributes, status, ...span }) => ({
        ...span,
        failed: status.code === 2,
        attributes: readValues(attributes),
        resource: readValues(resource.attributes),
      })),
  );
}

function readLogs({ resourceLogs }: LogMessage): readonly ReceivedLog[] {
  return resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs
      .flatMap(({ logRecords }) => logRecords)
      .map((log) => ({
        ...log,
        attributes: readValues(log.attributes),
        resource: readValues(resource.attributes),
      })),
  );
}

function readValues(pairs: readonly KeyValue[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
}
