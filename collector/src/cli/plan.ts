/** `rollcall plan`: where DaemonSets would run, before they are applied. */
import { readFile } from 'node:fs/promises';
import { EXIT, type Command, type Io } from './command.ts';
import { readClusterNodes } from './plan-cluster.ts';
import { readDaemonSets, readNodes, type Input, type InputFile } from './plan-input.ts';
import { PLAN_HELP, parsePlanOptions, type PlanOptions } from './plan-options.ts';
import { planRows, type PlanRow, type PlannedNode } from './plan-rows.ts';
import { renderTable } from './plan-table.ts';

/** The command. Exits 0 with a plan (whatever it says), 2 for bad flags or manifests, 3 when the cluster's nodes cannot be read. */
export const plan: Command = {
  name: 'plan',
  summary: 'Say where DaemonSets would run before they are applied',
  help: PLAN_HELP,
  run: async (argv, io) => {
    const options = parsePlanOptions(argv);
    if (typeof options === 'string') return refuse(io, [options], "See 'rollcall plan --help' for usage.\n");
    const files = await readFiles(options.filenames, io);
    if (files.faults.length > 0) return refuse(io, files.faults);
    const daemonSets = readDaemonSets(files.items, options.namespace ?? 'default');
    if (daemonSets.faults.length > 0) return refuse(io, daemonSets.faults);
    try {
      const nodes = await findNodes(options, io);
      if (nodes.faults.length > 0) return refuse(io, nodes.faults);
      const rows = planRows(daemonSets.items, nodes.items);
      io.out(options.output === 'json' ? renderJson(rows) : renderTable(rows));
      return EXIT.ok;
    } catch (error) {
      io.err(`error: the cluster's nodes cannot be read: ${(error as Error).message}\n`);
      return EXIT.unreachable;
    }
  },
};

async function findNodes(options: PlanOptions, io: Io): Promise<Input<PlannedNode>> {
  if (options.nodes === undefined) return { items: await readClusterNodes(options, io), faults: [] };
  const files = await readFiles([options.nodes], io);
  return files.faults.length > 0 ? { items: [], faults: files.faults } : readNodes(files.items);
}

async function readFiles(names: readonly string[], io: Io): Promise<Input<InputFile>> {
  const items: InputFile[] = [];
  const faults: string[] = [];
  for (const name of names) {
    try {
      items.push(
        name === '-' ? { name: 'stdin', text: await io.readStdin() } : { name, text: await readFile(name, 'utf8') },
      );
    } catch (error) {
      faults.push(`${name}: cannot be read (${(error as Error).message}): name a file that can, or - for stdin`);
    }
  }
  return { items, faults };
}

function renderJson(rows: readonly PlanRow[]): string {
  const answers = rows.map(({ daemonset, node, shouldRun, keepRunning, reason, message, mend, fits, misfit }) => ({
    daemonset,
    node,
    shouldRun,
    keepRunning,
    reason,
    message: [message, mend && `mend: ${mend}`, misfit && `does not fit: ${misfit}`]
      .filter((part) => part !== '')
      .join('; '),
    fits,
  }));
  return `${JSON.stringify(answers, null, 2)}\n`;
}

function refuse(io: Io, faults: readonly string[], hint = ''): number {
  io.err(`${faults.map((fault) => `error: ${fault}\n`).join('')}${hint}`);
  return EXIT.usage;
}
