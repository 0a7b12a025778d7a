/** Calls the roll once as the flags say that choose a cluster and its policies; every command that looks for itself has them. */
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';
import { parseDaemonSources } from '../config/daemon-source-flag.ts';
import type { Io } from './command.ts';
import { openConnection } from './open-connection.ts';
import { openDaemonSources } from './open-daemon-sources.ts';
import { takeRoll, type RollCall } from './take-roll.ts';

/** The flags, for parseArgs. */
export const ROLL_OPTIONS = {
  'collector-namespace': { type: 'string' },
  context: { type: 'string' },
  'daemon-source': { type: 'string', multiple: true },
  discover: { type: 'boolean' },
  kubeconfig: { type: 'string' },
  policy: { type: 'string', multiple: true },
} as const;

/** Their common lines in a help text. */
export const DAEMON_SOURCE_HELP = `\
      --daemon-source=[]      where the Daemons of a named source live, as for serve; may be given several times
`;

/** Their values. */
export interface RollFlags {
  readonly 'collector-namespace'?: string | undefined;
  readonly context?: string | undefined;
  readonly 'daemon-source'?: readonly string[] | undefined;
  readonly discover?: boolean | undefined;
  readonly kubeconfig?: string | undefined;
  readonly policy?: readonly string[] | undefined;
}

/** The flags `names` as they were given, to paste into the next command: '' or ' --kubeconfig FILE' …. */
export function repeatFlags(flags: RollFlags, names: readonly (keyof RollFlags)[]): string {
  const said = names.flatMap((name) =>
    [flags[name] ?? []]
      .flat()
      .map((value) => (value === false ? '' : ` --${name}${value === true ? '' : ` ${quote(value)}`}`)),
  );
  return said.join('');
}

function quote(word: unknown): string {
  const text = String(word);
  return /^[\w./:=@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** What is wrong with them, one line for each fault; undefined if nothing is. */
export function findRollFault(flags: RollFlags): string | undefined {
  return parseDaemonSources(flags['daemon-source'] ?? []).faults.join('\nerror: ') || undefined;
}

/** The roll call; an interrupt ends it, and with it the command. Rejects with a KubeError when the cluster cannot be read. */
export async function callRoll(flags: RollFlags, io: Io): Promise<RollCall> {
  const { roll, close } = await openRoll(flags, io);
  close();
  return roll;
}

/** The same with its connection open until `close` is called, so that evidence can be looked up. */
export async function openRoll(
  { kubeconfig, context, ...flags }: RollFlags,
  io: Io,
): Promise<{ readonly roll: RollCall; close(): void }> {
  const connection = await openConnection({ kubeconfig, context }, io.env);
  const { sources } = parseDaemonSources(flags['daemon-source'] ?? []);
  const daemons = await openDaemonSources(sources, { kubeconfig, context, connection }, io.env);
  const close = (): void => {
    io.signal.removeEventListener('abort', close);
    daemons.close();
    connection.close();
  };
  io.signal.addEventListener('abort', close, { once: true });
  try {
    const roll = await takeRoll({
      connection,
      policies: flags.policy ?? [],
      daemonSources: daemons.sources,
      discover: flags.discover,
      collectorNamespace: flags['collector-namespace'] ?? COLLECTOR_NAMESPACE,
    });
    return { roll, close };
  } catch (error) {
    close();
    throw error;
  }
}
