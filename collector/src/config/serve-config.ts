/** The flags of `rollcall serve`, read into one frozen Config; all faults are reported at once. */
import { parseArgs } from 'node:util';
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';

/** What `serve` runs with. */
export interface ServeConfig {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly policies: readonly string[];
  readonly discover: boolean;
  readonly cluster: string;
  readonly collectorNamespace: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly insecure: boolean;
  readonly logLevel: string;
}

/** A Config, or every fault in it: flag, value and mend in one line each. */
export type ParsedConfig =
  { readonly ok: true; readonly config: ServeConfig } | { readonly ok: false; readonly faults: readonly string[] };

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'];
const CLUSTER_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const OPTIONS = {
  kubeconfig: { type: 'string', default: '' },
  context: { type: 'string', default: '' },
  policy: { type: 'string', multiple: true, default: [] as string[] },
  discover: { type: 'boolean', default: false },
  cluster: { type: 'string', default: '' },
  'collector-namespace': { type: 'string', default: COLLECTOR_NAMESPACE },
  listen: { type: 'string', default: '127.0.0.1:8090' },
  insecure: { type: 'boolean', default: false },
  'log-level': { type: 'string', default: 'info' },
} as const;

/** Reads the arguments behind `serve`. Never throws. */
export function parseServeConfig(argv: readonly string[]): ParsedConfig {
  const given = readTokens(argv).map((token) => ({ token, fault: findMisuse(token) }));
  const misuses = given.map(({ fault }) => fault).filter((fault) => fault !== '');
  const args = given.flatMap(({ token, fault }) => (fault === '' ? writeToken(token) : []));
  const flags = parseArgs({ args, options: OPTIONS }).values;
  const listen = parseListen(flags.listen);
  const faults = [...misuses, ...findBadListen(flags, listen), ...findBadNames(flags)];
  if (faults.length > 0 || listen === undefined) return { ok: false, faults };
  const { policy: policies, discover, cluster, insecure, 'log-level': logLevel } = flags;
  return {
    ok: true,
    config: Object.freeze({
      kubeconfig: flags.kubeconfig || undefined,
      context: flags.context || undefined,
      policies,
      discover,
      cluster,
      collectorNamespace: flags['collector-namespace'],
      listen,
      insecure,
      logLevel,
    }),
  };
}

type Flags = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];
type Token = ReturnType<typeof readTokens>[number];

/** In pieces and unjudged: the strict parser stops at the first fault. */
function readTokens(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: OPTIONS, strict: false, tokens: true }).tokens;
}

function findMisuse(token: Token): string {
  if (token.kind === 'option-terminator') return '';
  if (token.kind === 'positional') return `"${token.value}" is no flag, and serve takes nothing else; leave it out`;
  const { name, rawName, value, inlineValue } = token;
  const type = Object.entries(OPTIONS).find(([known]) => known === name)?.[1].type;
  if (type === undefined) return `${rawName} is unknown; use one of --${Object.keys(OPTIONS).join(', --')}`;
  if (type === 'boolean') {
    return value === undefined ? '' : `${rawName}: "${value}" is too much; write ${rawName}, or leave it out`;
  }
  // `--listen --insecure` forgot the address.
  const isMissing = value === undefined || (!inlineValue && value.startsWith('-'));
  return isMissing ? `${rawName} has no value; write ${rawName}=VALUE` : '';
}

function writeToken(token: Token): readonly string[] {
  if (token.kind !== 'option') return [];
  return [token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`];
}

/** `HOST:PORT`, `[V6]:PORT` or `:PORT`; undefined for anything else. */
function parseListen(text: string): ServeConfig['listen'] | undefined {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (found === null || port > 65_535) return undefined;
  return { host: found[1] ?? (found[2] || '0.0.0.0'), port };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function findBadListen(
  { listen: text, insecure }: Pick<Flags, 'listen' | 'insecure'>,
  listen: ServeConfig['listen'] | undefined,
): readonly string[] {
  if (listen === undefined) {
    return [`--listen: "${text}" is not ADDRESS:PORT; write for example 127.0.0.1:8090 or [::1]:8090`];
  }
  if (isLoopback(listen.host) || insecure) return [];
  const mend = 'add --insecure if whoever reaches that address may read everything, or listen on 127.0.0.1';
  return [`--listen: "${text}" is not a loopback address and nothing authenticates clients; ${mend}`];
}

function findBadNames(flags: Flags): readonly string[] {
  const { cluster, policy, 'log-level': level, 'collector-namespace': namespace } = flags;
  const checks: readonly (readonly [holds: boolean, fault: string])[] = [
    [LOG_LEVELS.includes(level), `--log-level: "${level}" is unknown; use one of ${LOG_LEVELS.join(', ')}`],
    [
      cluster === '' || CLUSTER_NAME.test(cluster),
      `--cluster: "${cluster}" is no name; use 1 to 63 letters, digits, '-', '_' and '.'`,
    ],
    [
      NAMESPACE.test(namespace),
      `--collector-namespace: "${namespace}" is no namespace; use 1 to 63 lower-case letters, digits and '-'`,
    ],
    [!policy.includes(''), '--policy: "" is no path; name a file or a folder'],
  ];
  return checks.flatMap(([holds, fault]) => (holds ? [] : [fault]));
}
