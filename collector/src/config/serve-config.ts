/** The flags of `rollcall serve`, read into one frozen Config; all faults are reported at once. */
import { parseArgs } from 'node:util';

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
  | { readonly ok: true; readonly config: ServeConfig }
  | { readonly ok: false; readonly faults: readonly string[] };

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const DEFAULT_LISTEN = '127.0.0.1:8090';
const CLUSTER_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

const OPTIONS = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  policy: { type: 'string', multiple: true },
  discover: { type: 'boolean' },
  cluster: { type: 'string' },
  'collector-namespace': { type: 'string' },
  listen: { type: 'string' },
  insecure: { type: 'boolean' },
  'log-level': { type: 'string' },
} as const;

/** Reads the arguments behind `serve`. Never throws. */
export function parseServeConfig(argv: readonly string[]): ParsedConfig {
  const parsed = parseFlags(argv);
  if (typeof parsed === 'string') return { ok: false, faults: [parsed] };
  const listen = parseListen(parsed.listen ?? DEFAULT_LISTEN);
  const logLevel = parsed['log-level'] ?? 'info';
  const cluster = parsed.cluster ?? '';
  const insecure = parsed.insecure ?? false;
  const faults: string[] = [];
  if (listen === undefined) {
    faults.push(`--listen: "${parsed.listen}" is not ADDRESS:PORT; write for example ${DEFAULT_LISTEN} or [::1]:8090`);
  } else if (!isLoopback(listen.host) && !insecure) {
    const mend = 'add --insecure if whoever reaches that address may read everything, or listen on 127.0.0.1';
    faults.push(`--listen: "${parsed.listen}" is not a loopback address and nothing authenticates clients; ${mend}`);
  }
  if (!LOG_LEVELS.some((level) => level === logLevel)) {
    faults.push(`--log-level: "${logLevel}" is unknown; use one of ${LOG_LEVELS.join(', ')}`);
  }
  if (cluster !== '' && !CLUSTER_NAME.test(cluster)) {
    faults.push(`--cluster: "${cluster}" is no name; use 1 to 63 letters, digits, '-', '_' and '.'`);
  }
  if (faults.length > 0 || listen === undefined) return { ok: false, faults };
  return {
    ok: true,
    config: Object.freeze({
      kubeconfig: parsed.kubeconfig,
      context: parsed.context,
      policies: parsed.policy ?? [],
      discover: parsed.discover ?? false,
      cluster,
      collectorNamespace: parsed['collector-namespace'] ?? 'rollcall-system',
      listen,
      insecure,
      logLevel,
    }),
  };
}

type Flags = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function parseFlags(argv: readonly string[]): Flags | string {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `HOST:PORT`, `[V6]:PORT` or `:PORT`; undefined for anything else. */
function parseListen(text: string): { readonly host: string; readonly port: number } | undefined {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (found === null || port > 65_535) return undefined;
  return { host: found[1] ?? (found[2] === '' || found[2] === undefined ? '0.0.0.0' : found[2]), port };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
