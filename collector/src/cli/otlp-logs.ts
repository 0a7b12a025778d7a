/** Sends Kubernetes Events to an OpenTelemetry collector as OTLP logs (HTTP, JSON), if the environment names one. */
import type { Timers } from '@rollcall/kube';
import type { Logger } from 'pino';
import type { Io } from './command.ts';
import type { ExportedEvent } from './export-events.ts';

/** What takes events. `stop` sends what is left, within the time of two requests, and never rejects. */
export interface EventLogs {
  send(event: ExportedEvent): void;
  /** How many were dropped: for want of room, or because the receiver did not take them in time. */
  dropped(): number;
  stop(): Promise<void>;
}

/** Who sends, and where to say that it does not arrive. */
export interface EventLogsOptions {
  readonly env: Io['env'];
  readonly log: Pick<Logger, 'warn' | 'debug'>;
  readonly version: string;
  readonly cluster: string;
  readonly timers: Timers;
}

const EVERY_MS = 2_000;
const REQUEST_MS = 4_000;
/** Whoever cannot be reached must not fill the memory; the journal has them all. */
const MOST_WAITING = 1_000;
/** One batch at a time: what comes while it is under way follows it. */
const IN_A_BATCH = 200;
/** So often a batch is sent before it is dropped, and each time after twice the pause. */
const TRIES = 5;

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Undefined where nobody asks for them: no endpoint, switched off, or by another protocol than this one. */
export function createEventLogs(options: EventLogsOptions): EventLogs | undefined {
  const target = findTarget(options);
  return target && startSending(target, options);
}

function startSending(target: Target, options: EventLogsOptions): EventLogs {
  const queue: ExportedEvent[] = [];
  const complain = createComplaint(options.log);
  let cancel: (() => void) | undefined;
  let [dropped, tries, stopped] = [0, 0, false];
  let batch: readonly ExportedEvent[] = [];
  let sending: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    cancel = undefined;
    if (batch.length === 0) batch = queue.splice(0, IN_A_BATCH);
    tries += 1;
    const failure = await post(target, encodeLogs(batch, options)).catch(toFailure);
    if (failure !== undefined) complain(failure.error, dropped);
    if (failure?.mayPass === true && tries < TRIES) return;
    dropped += failure === undefined ? 0 : batch.length;
    [batch, tries] = [[], 0];
  };
  const begin = async (): Promise<void> => {
    await (sending = flush());
    sending = undefined;
    if (batch.length + queue.length > 0 && !stopped) plan();
  };
  const plan = (): void => {
    if (sending === undefined) cancel ??= options.timers.after(EVERY_MS * 2 ** tries, () => void begin());
  };
  return {
    send: (event) => {
      if (queue.length < MOST_WAITING) queue.push(event);
      else dropped += 1;
      plan();
    },
    dropped: () => dropped,
    stop: async () => {
      stopped = true;
      cancel?.();
      await sending;
      if (batch.length + queue.length > 0) await flush();
    },
  };
}

function findTarget({ env, log }: EventLogsOptions): Target | undefined {
  const read = (name: string): string => env[name]?.trim() ?? '';
  const own = (name: string): string => read(`OTEL_EXPORTER_OTLP_LOGS_${name}`) || read(`OTEL_EXPORTER_OTLP_${name}`);
  const isOff =
    read('OTEL_SDK_DISABLED').toLowerCase() === 'true' || read('OTEL_LOGS_EXPORTER').toLowerCase() === 'none';
  const url = findUrl(read);
  if (isOff || url === undefined) return undefined;
  if (own('PROTOCOL') === 'grpc') {
    log.warn('no Kubernetes Events are sent by OTLP: set OTEL_EXPORTER_OTLP_LOGS_PROTOCOL and its endpoint to HTTP');
    return undefined;
  }
  return { url, headers: readHeaders(own('HEADERS')) };
}

/** Of a bad address of everything the traces tell. */
function findUrl(read: (name: string) => string): string | undefined {
  const base = read('OTEL_EXPORTER_OTLP_ENDPOINT').replace(/\/+$/, '');
  const url = read('OTEL_EXPORTER_OTLP_LOGS_ENDPOINT') || (base && `${base}/v1/logs`);
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined;
}

/** `name=value,name=value`, percent-encoded as in W3C Baggage. */
function readHeaders(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  return Object.fromEntries(
    pairs.flatMap(([name = '', ...value]) => (name.trim() === '' ? [] : [[name.trim(), decode(value.join('='))]])),
  );
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value.trim());
  } catch {
    return value.trim();
  }
}

interface Failure {
  readonly error: unknown;
  /** Whether it is worth trying again. */
  readonly mayPass: boolean;
}

class Refused extends Error {}

function toFailure(error: unknown): Failure {
  return { error, mayPass: !(error instanceof Refused) };
}

/** By the OTLP specification these may pass; whatever else is refused is refused again. */
const MAY_PASS = new Set([429, 502, 503, 504]);

async function post({ url, headers }: Target, body: object): Promise<undefined> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  await response.body?.cancel();
  if (response.ok) return undefined;
  const why = `the receiver answered ${response.status}`;
  throw MAY_PASS.has(response.status) ? new Error(why) : new Refused(why);
}

/** At first a warning, then whispers, since an outage of the receiver would fill the log. */
function createComplaint(log: EventLogsOptions['log']): (error: unknown, dropped: number) => void {
  let warned = false;
  return (error, dropped) => {
    const text = 'Kubernetes Events do not arrive by OTLP, or only some of them; said once, again on level debug only';
    if (warned) log.debug({ err: error, dropped }, text);
    else log.warn({ err: error, dropped }, text);
    warned = true;
  };
}

type Value = { readonly stringValue: string } | { readonly intValue: string };

interface Attribute {
  readonly key: string;
  readonly value: Value;
}

function encodeLogs(events: readonly ExportedEvent[], { version, cluster }: EventLogsOptions): object {
  const scope = { name: 'rollcall', version };
  const resource = encode({ 'service.name': 'rollcall', 'service.version': version, 'k8s.cluster.name': cluster });
  const scopeLogs = [{ scope, logRecords: events.map(encodeRecord) }];
  return { resourceLogs: [{ resource: { attributes: resource }, scopeLogs }] };
}

/** Names and severities as OpenTelemetry's own receiver of Kubernetes Events has them. */
function encodeRecord({ object, daemonset, row }: ExportedEvent): object {
  const isWarning = object.type === 'Warning';
  return {
    timeUnixNano: `${row.wallMs}000000`,
    severityNumber: isWarning ? 13 : 9,
    severityText: object.type,
    body: { stringValue: object.message },
    attributes: encode({
      'k8s.event.name': object.name,
      'k8s.event.uid': object.uid,
      'k8s.event.reason': object.reason,
      'k8s.event.count': object.count,
      'k8s.namespace.name': object.namespace,
      'k8s.object.kind': object.involvedKind,
      'k8s.object.name': object.involvedName,
      'k8s.object.uid': object.involvedUid,
      'k8s.node.name': row.node,
      'k8s.daemonset.name': daemonset.slice(daemonset.indexOf('/') + 1),
    }),
  };
}

/** Without those that say nothing. */
function encode(values: Readonly<Record<string, string | number>>): readonly Attribute[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === '') return [];
    return [{ key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }];
  });
}
