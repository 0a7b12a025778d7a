/** Sends traces to an OpenTelemetry collector, if the environment names one; without that nothing of OpenTelemetry is loaded. */
import type * as Api from '@opentelemetry/api';
import type { Spans } from '@rollcall/contract';
import type { Timers } from '@rollcall/kube';
import type { Logger } from 'pino';
import type { Io } from './command.ts';
import { createOtelSpans } from './otel-spans.ts';

/** What is traced with, and how it ends: `stop` sends what is left, takes 5 s at most, and never rejects. */
export interface Tracing {
  readonly spans: Spans | undefined;
  stop(): Promise<void>;
}

/** Who is traced. */
export interface TracingOptions {
  readonly env: Io['env'];
  readonly log: Pick<Logger, 'warn' | 'debug'>;
  readonly version: string;
  readonly cluster: string;
  readonly timers: Timers;
}

const FLUSH_MS = 5_000;
// One export with its repetitions. The SDK's own 10 s would keep a process alive that has said good-bye.
const EXPORT_MS = 4_000;

/** Starts tracing. Never rejects: a collector that cannot be traced must run all the same. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const untraced = { spans: undefined, stop: () => Promise.resolve() };
  const endpoints = findEndpoints(options.env);
  if (endpoints.length === 0) return untraced;
  const bad = endpoints.find(([, value]) => !/^https?:\/\//i.test(value) || !URL.canParse(value));
  if (bad !== undefined) {
    // The SDK would send to localhost instead.
    const [name, value] = bad;
    options.log.warn(`nothing is traced: ${name}: "${value}" is no URL; write for example http://otel-collector:4318`);
    return untraced;
  }
  try {
    return await load(options);
  } catch (error) {
    options.log.warn(
      { err: error },
      'nothing is traced: OpenTelemetry could not be started; see whether its packages are installed',
    );
    return untraced;
  }
}

/** The variables that name an endpoint, and what they say; none if tracing is switched off. */
function findEndpoints(env: Io['env']): readonly (readonly [name: string, value: string])[] {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return [];
  const names = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  return names.map((name) => [name, env[name]?.trim() ?? ''] as const).filter(([, value]) => value !== '');
}

async function load({ log, version, cluster, timers }: TracingOptions): Promise<Tracing> {
  const api = await import('@opentelemetry/api');
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const resources = await import('@opentelemetry/resources');
  // The SDK takes it from here only.
  process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] ??= String(EXPORT_MS);
  const service = { 'service.name': 'rollcall', 'service.version': version };
  const ours = { ...service, ...(cluster !== '' && { 'k8s.cluster.name': cluster }) };
  const sdk = new NodeSDK({
    resource: resources.defaultResource().merge(resources.resourceFromAttributes(ours)),
    // Of the machine and the command line nothing is told. The last one wins: what the environment says.
    resourceDetectors: [resources.serviceInstanceIdDetector, resources.envDetector],
    // Empty, not absent: else the SDK would send metrics and logs too.
    metricReaders: [],
    logRecordProcessors: [],
  });
  api.diag.setLogger(createDiagnosis(log), { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true });
  sdk.start();
  const spans = createOtelSpans(api, api.trace.getTracer('rollcall', version));
  return { spans, stop: () => stop(api, sdk, timers) };
}

/** What the SDK complains of: at first a warning, then whispers, since an outage of the receiver would fill the log. */
function createDiagnosis(log: TracingOptions['log']): Api.DiagLogger {
  let warned = false;
  const say = (message: string): void => {
    const text = 'traces do not arrive, or only some of them; said once, again on level debug only';
    if (warned) log.debug({ otel: message }, text);
    else log.warn({ otel: message }, text);
    warned = true;
  };
  const ignore = (): void => undefined;
  return { error: say, warn: say, info: ignore, debug: ignore, verbose: ignore };
}

async function stop(api: typeof Api, sdk: { shutdown(): Promise<void> }, timers: Timers): Promise<void> {
  const late = Promise.withResolvers<void>();
  const cancel = timers.after(FLUSH_MS, late.resolve);
  // Of what could not be sent the diagnosis has told.
  await Promise.race([sdk.shutdown().catch(() => undefined), late.promise]);
  cancel();
  for (const part of [api.trace, api.logs, api.context, api.propagation, api.diag]) part.disable();
}
