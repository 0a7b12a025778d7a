/** `rollcall generate rules`: recording rules and alerts for policies in files. */
import type { RuleSettings } from '@rollcall/alerts';
import { COLLECTOR_NAMESPACE, parseDuration } from '@rollcall/contract';
import { EXIT, type Command, type Io } from './command.ts';
import { readLabels, readPolicies, readSpeed } from './generate-input.ts';
import { openConnection } from './open-connection.ts';
import { parseFlags } from './parse-flags.ts';
import { settleFiles, type TextFile } from './settle-files.ts';
import { verifySelected } from './verify-selected.ts';

const HELP = `Rules:
  rollcall generate rules --policies FILE|DIR... [options]

      --policies=[]                       files and folders with policies; may be given again; - reads standard input
      --format='prometheus-rule'          prometheus-rule, plain, vmrule, or sloth, a specification for Sloth
      --out=''                            folder to write into; without it everything is printed
      --check=false                       write nothing, and exit 1 if the folder has other files or texts
      --namespace='rollcall-system'       namespace of the objects; also policies in it may select DaemonSets of others
      --label=[]                          NAME=VALUE, a label of the objects, as your Prometheus selects them
      --interval='1m'                     how often burn rules are evaluated
      --uncovered-after='5m'              from when on a single uncovered node makes a ticket
      --runbook-url=''                    what the paths of runbook pages are put behind
      --dashboard-url=''                  link of the alerts; $namespace and $daemonset stand for their labels
      --verify-selected=false             write nothing; ask the cluster whether a Prometheus or ThanosRuler selects the objects
      --kubeconfig='', --context=''       which cluster
      --speed='1'                         divides all windows and waits, for trials that cannot wait for hours

Exits 0 when all is written or as it should be, 1 when --check finds a difference or an object is not selected, 2 for bad flags and policies, 3 when the
cluster cannot be read.
`;

const OPTIONS = {
  policies: { type: 'string', multiple: true, default: [] as string[] },
  format: { type: 'string', default: 'prometheus-rule' },
  out: { type: 'string', default: '' },
  check: { type: 'boolean', default: false },
  namespace: { type: 'string', default: COLLECTOR_NAMESPACE },
  label: { type: 'string', multiple: true, default: [] as string[] },
  interval: { type: 'string', default: '1m' },
  'uncovered-after': { type: 'string', default: '5m' },
  'runbook-url': { type: 'string', default: '' },
  'dashboard-url': { type: 'string', default: '' },
  speed: { type: 'string', default: '1' },
  'verify-selected': { type: 'boolean', default: false },
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
} as const;

/** Written by renderSloth, which takes objectives and makes no rules. */
const SLOTH = 'sloth';

type Flags = ReturnType<typeof readFlags>;

function readFlags(argv: readonly string[]) {
  return parseFlags({ args: [...argv], options: OPTIONS }).values;
}

/** The command behind `generate`. */
export const generateRules: Command = {
  name: 'rules',
  summary: 'Write rules for Prometheus',
  help: HELP,
  run: async (argv, io) => {
    try {
      const flags = readFlags(argv);
      const files = await makeFiles(flags, io);
      if (flags['verify-selected']) return await askCluster(files, flags, io);
      return await settleFiles(files, { folder: flags.out, check: flags.check, io });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      io.err(`error: ${message}\nSee 'rollcall generate --help' for usage.\n`);
      return EXIT.usage;
    }
  },
};

/** Whether each object is selected, on standard output. */
async function askCluster(files: readonly TextFile[], flags: Flags, io: Io): Promise<number> {
  const { format, namespace, kubeconfig, context } = flags;
  if (format !== 'prometheus-rule') throw new Error('--verify-selected is about --format prometheus-rule');
  const labels = readLabels(flags.label);
  const rules = files.map(({ name }) => ({ name: name.replace(/\.yaml$/, ''), namespace, labels }));
  try {
    const connection = await openConnection({ kubeconfig, context }, io.env);
    const { selected, lines } = await verifySelected(rules, connection);
    io.out(`${lines.join('\n')}\n`);
    return selected ? EXIT.ok : EXIT.no;
  } catch (error) {
    io.err(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.unreachable;
  }
}

async function makeFiles(flags: Flags, io: Io): Promise<readonly TextFile[]> {
  const { policies } = await readPolicies(flags, io);
  // Loaded here, since no other command needs it.
  const alerts = await import('@rollcall/alerts');
  const formats = [...alerts.RULE_FORMATS, SLOTH] as const;
  const format = formats.find((own) => own === flags.format);
  if (format === undefined) throw new Error(`--format: "${flags.format}" is none of ${formats.join(', ')}`);
  const place = { namespace: flags.namespace, labels: readLabels(flags.label) };
  const settings = readSettings(flags, alerts.DEFAULT_SETTINGS);
  const remarks = format === SLOTH ? alerts.remarkOnSloth(policies) : alerts.remarkOn(policies, settings);
  for (const remark of remarks) io.err(`note: ${remark}\n`);
  if (format === SLOTH)
    return alerts.renderSloth(policies, settings).map(({ name, text }) => ({ name: `${name}.yaml`, text }));
  return alerts
    .generateRules(policies, settings)
    .map((file) => ({ name: `${file.name}.yaml`, text: alerts.renderRules(file, format, place) }));
}

function readSettings(flags: Flags, defaults: RuleSettings): RuleSettings {
  return {
    ...defaults,
    intervalMs: readDuration('--interval', flags.interval),
    uncoveredAfterMs: readDuration('--uncovered-after', flags['uncovered-after']),
    speed: readSpeed(flags.speed),
    runbookBase: flags['runbook-url'].replace(/([^/])$/, '$1/'),
    ...(flags['dashboard-url'] === '' ? {} : { dashboardUrl: flags['dashboard-url'] }),
  };
}

function readDuration(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new Error(`${flag}: "${text}" is no duration such as 30s or 5m`);
  return ms;
}
