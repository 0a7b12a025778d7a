/** The spans of a collector that is traced: the only place where their names and attributes are typed, and the port that makes them. */

/** One kind of span. In `name` an attribute in braces stands for its value, and is left out where that is not set. */
export interface SpanDefinition {
  /** What it is about, as a heading. */
  readonly title: string;
  readonly name: string;
  readonly kind: 'internal' | 'client' | 'server';
  readonly when: string;
  /** Whose child it is: nobody's, that of the span inside of which it is made, or that which the request's headers name. */
  readonly parent: 'none' | 'caller' | 'headers';
  /** By name: what it says. Names are those of OpenTelemetry's semantic conventions where these have one. */
  readonly attributes: Readonly<Record<string, string>>;
}

const SERVER = { 'server.address': 'host of the API server', 'server.port': 'its port' } as const;

/** Every kind of span that there is. */
export const SPANS = {
  relist: {
    title: 'Lists',
    name: 'relist',
    kind: 'internal',
    when: 'a watch lists all its objects: when it starts, and when it cannot go on from where it was',
    parent: 'none',
    attributes: {
      'rollcall.watch': 'name of the watch, as in `rollcall_watch_state`',
      'rollcall.list.mode': '`streaming` or `paged`',
      'rollcall.list.objects': 'how many objects are known afterwards',
      'rollcall.list.bytes': 'how much was read',
      ...SERVER,
      'error.type':
        'why it failed (`Forbidden`, `Gone`, `Network`, `Timeout`, …); `Stopped` if the watch was ended meanwhile',
    },
  },
  kubeRequest: {
    title: 'Requests to the API server',
    name: '{http.request.method} {url.template}',
    kind: 'client',
    when: 'the collector writes to the API server, or asks it a single question: one span with all repetitions',
    parent: 'caller',
    attributes: {
      'http.request.method': 'method',
      'url.template': 'path with `{namespace}` and `{name}` in the place of names',
      'url.full': 'address, without the query',
      'http.response.status_code': 'status of the last answer; not set if there was none',
      'http.request.resend_count': 'how often it was repeated, if it was',
      ...SERVER,
      'error.type': 'why it failed (`Conflict`, `Forbidden`, `Network`, `NotFound`, …)',
    },
  },
  request: {
    title: 'Requests to the collector',
    name: '{http.request.method} {http.route}',
    kind: 'server',
    when: 'somebody asks the collector; `/healthz` and `/readyz` are not traced',
    parent: 'headers',
    attributes: {
      'http.request.method': 'method',
      'http.route': 'template of the path; not set if none fits',
      'url.path': 'path, without the query',
      'url.scheme': '`http` or `https`',
      'http.response.status_code': 'status',
      'error.type': 'the status from 500 on; `aborted` if the client went away before the end of its answer',
    },
  },
  policy: {
    title: 'Policies',
    name: 'policy {rollcall.policy.change}',
    kind: 'internal',
    when: 'a policy comes into force, changes, goes or is rejected: as long as the review of its nodes takes',
    parent: 'none',
    attributes: {
      'rollcall.policy.change': '`in_force`, `changed`, `gone` or `rejected`',
      'rollcall.policy.name': 'namespace and name of the policy',
      'rollcall.policy.origin': '`API`, `File` or `Discover`',
      'rollcall.policy.generation': 'generation; not set if it was rejected',
      'rollcall.policy.nodes': 'how many nodes it touched; not set if it was rejected',
      'error.type': 'why it was rejected, as in its `Ready` condition',
    },
  },
} as const satisfies Readonly<Record<string, SpanDefinition>>;

/** What a span can be. */
export type SpanName = keyof typeof SPANS;

/** The attributes of a span; undefined ones are not set. */
export type SpanAttributes<Name extends SpanName> = {
  readonly [Attribute in keyof (typeof SPANS)[Name]['attributes']]?: string | number | undefined;
};

/** A span that has begun. */
export interface OpenSpan<Name extends SpanName> {
  set(attributes: SpanAttributes<Name>): void;
  /** Runs `work` inside of it, with all that `work` awaits or starts. */
  run<T>(work: () => T): T;
  /** Ends it, once. With an `error.type` it has failed. */
  end(errorType?: string): void;
}

/** Makes spans; never throws, waits for nothing. Who traces nothing has none, so that it costs nothing. */
export interface Spans {
  /** `headers` are those of the request that the span is about, if it is about one. */
  start<Name extends SpanName>(
    name: Name,
    attributes: SpanAttributes<Name>,
    headers?: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): OpenSpan<Name>;
}

/** What every span of a collector says of it, by the name of the attribute. */
export const TRACED_SERVICE = {
  'service.name': '`rollcall`, unless `OTEL_SERVICE_NAME` says otherwise',
  'service.version': 'version of this collector',
  'service.instance.id': 'a random id of this process',
  'k8s.cluster.name': 'the name given by `--cluster`; not set without one',
} as const;
