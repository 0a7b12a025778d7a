/** The flags of `rollcall serve`, read into one frozen Config; all faults are reported at once. */
import { parseArgs } from 'node:util';
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';
import { parseAlertmanager, type AlertmanagerConfig } from './alertmanager-flag.ts';
import { ACCESS_OPTIONS, readAccess, type Access } from './access-flags.ts';
import { parseJournalPeer, type JournalPeerConfig } from './journal-peer-flag.ts';
import { parseMemoryLimit } from './memory-limit-flag.ts';
import { parseConnections, type ConnectionConfig } from './connection-flag.ts';
import { parseDaemonSources, type DaemonSourceConfig } from './daemon-source-flag.ts';

/** What `serve` runs with. */
export interface ServeConfig extends Access {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly policies: readonly string[];
  readonly daemonSources: readonly DaemonSourceConfig[];
  readonly connections: readonly ConnectionConfig[];
  /** Where silences are kept while planned work is done. */
  readonly alertmanager: AlertmanagerConfig | undefined;
  readonly discover: boolean;
  /** Several replicas: only the one that holds the Lease lets its exported counters move. */
  readonly leaderElect: boolean;
  /** Write the condition rollcall.dev/DaemonReady on nodes. */
  readonly nodeConditions: boolean;
  readonly cluster: string;
  readonly collectorNamespace: string;
  /** The file that history is kept in; undefined: in memory only. */
  readonly journal: string | undefined;
  /** Whom to ask for hours that this replica has not seen. */
  readonly journalPeer: JournalPeerConfig | undefined;
  /** Undefined: that of the process's control group. Infinity: none. */
  readonly memoryLimitBytes: number | undefined;
  readonly logLevel: string;
}

/** A Config, or every fault in it: flag, value and mend in one line each. */
export type ParsedConfig =
  { readonly ok: true; readonly config: ServeConfig } | { readonly ok: false; readonly faults: readonly string[] };

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'];
const CLUSTER_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const OPTIONS = {
  alertmanager: { type: 'string' },
  kubeconfig: { type: 'string', default: '' },
  context: { type: 'string', default: '' },
  policy: { type: 'string', multiple: true, default: [] as string[] },
  connection: { type: 'string', multiple: true, default: [] as string[] },
  'daemon-source': { type: 'string', multiple: true, default: [] as string[] },
  discover: { type: 'boolean', default: false },
  'leader-elect': { type: 'boolean', default: false },
  'node-conditions': { type: 'boolean', default: false },
  cluster: { type: 'string', default: '' },
  'collector-namespace': { type: 'string', default: COLLECTOR_NAMESPACE },
  journal: { type: 'string' },
  'journal-peer': { type: 'string' },
  'memory-limit': { type: 'string', default: '' },
  ...ACCESS_OPTIONS,
  'log-level': { type: 'string', default: 'info' },
} as const;

/** Reads the arguments behind `serve`. Never throws. */
export function parseServeConfig(argv: readonly string[]): ParsedConfig {
  const given = readTokens(argv).map((token) => ({ token, fault: findMisuse(token) }));
  const misuses = given.map(({ fault }) => fault).filter((fault) => fault !== '');
  const args = given.flatMap(({ token, fault }) => (fault === '' ? writeToken(token) : []));
  const flags = parseArgs({ args, options: OPTIONS }).values;
  const access = readAccess(flags);
  const daemons = parseDaemonSources(flags['daemon-source']);
  const peer = parseJournalPeer(flags['journal-peer'], flags.journal);
  const backends = parseConnections(flags.connection);
  const memory = parseMemoryLimit(flags['memory-limit']);
  const silences = parseAlertmanager(flags.alertmanager);
  const others = [daemons, peer, backends, memory, silences].flatMap((parsed) => parsed.faults);
  const faults = [...misuses, ...access.faults, ...findBadNames(flags), ...others];
  if (faults.length > 0 || access.value === undefined) return { ok: false, faults };
  const { policy: policies, discover, cluster, 'log-level': logLevel } = flags;
  return {
    ok: true,
    config: Object.freeze({
      kubeconfig: flags.kubeconfig || undefined,
      context: flags.context || undefined,
      policies,
      daemonSources: daemons.sources,
      connections: backends.connections,
      alertmanager: silences.alertmanager,
      discover,
      leaderElect: flags['leader-elect'],
      nodeConditions: flags['node-conditions'],
      cluster,
      collectorNamespace: flags['collector-namespace'],
      journal: flags.journal,
      journalPeer: peer.peer,
      memoryLimitBytes: memory.bytes,
      ...access.value,
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

function findBadNames(flags: Flags): readonly string[] {
  const { cluster, policy, journal, 'log-level': level, 'collector-namespace': namespace } = flags;
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
    [journal !== '', '--journal: "" is no path; name a file, or leave it out to keep history in memory only'],
  ];
  return checks.flatMap(([holds, fault]) => (holds ? [] : [fault]));
}
