/** `rollcall generate dashboards`: Grafana's dashboards for all policies. */
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';
import { EXIT, type Command } from './command.ts';
import { readLabels, readSpeed } from './generate-input.ts';
import { parseFlags } from './parse-flags.ts';
import { settleFiles, type TextFile } from './settle-files.ts';

const HELP = `Dashboards:
  rollcall generate dashboards [options]

      --format='json'                     json, configmap (for the sidecar of Grafana's chart), or grafana-dashboard (for the Grafana Operator)
      --out=''                            folder to write into; without it everything is printed
      --check=false                       write nothing, and exit 1 if the folder has other files or texts
      --namespace='rollcall-system'       namespace of the objects
      --label=[]                          NAME=VALUE, a label of the objects; for grafana-dashboard also of the Grafanas that are to show them
      --api-url='http://localhost:8090'   where the collector's API answers, for links
      --runbook-url=''                    what the paths of runbook pages are put behind
      --speed='1'                         as given to generate rules, whose series have it in their names

Exits 0 when all is written or as it should be, 1 when --check finds a difference, 2 for bad flags.
`;

const OPTIONS = {
  format: { type: 'string', default: 'json' },
  out: { type: 'string', default: '' },
  check: { type: 'boolean', default: false },
  namespace: { type: 'string', default: COLLECTOR_NAMESPACE },
  label: { type: 'string', multiple: true, default: [] as string[] },
  'api-url': { type: 'string', default: 'http://localhost:8090' },
  'runbook-url': { type: 'string', default: '' },
  speed: { type: 'string', default: '1' },
} as const;

type Flags = ReturnType<typeof readFlags>;

function readFlags(argv: readonly string[]) {
  return parseFlags({ args: [...argv], options: OPTIONS }).values;
}

/** The command behind `generate`. */
export const generateDashboards: Command = {
  name: 'dashboards',
  summary: 'Write dashboards for Grafana',
  help: HELP,
  run: async (argv, io) => {
    try {
      const flags = readFlags(argv);
      return await settleFiles(await makeFiles(flags), { folder: flags.out, check: flags.check, io });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      io.err(`error: ${message}\nSee 'rollcall generate --help' for usage.\n`);
      return EXIT.usage;
    }
  },
};

async function makeFiles(flags: Flags): Promise<readonly TextFile[]> {
  // Loaded here, since no other command needs it.
  const dashboards = await import('@rollcall/dashboards');
  const format = dashboards.DASHBOARD_FORMATS.find((own) => own === flags.format);
  if (format === undefined)
    throw new Error(`--format: "${flags.format}" is none of ${dashboards.DASHBOARD_FORMATS.join(', ')}`);
  const place = { namespace: flags.namespace, labels: readLabels(flags.label) };
  if (format === 'json' && flags.label.length > 0)
    throw new Error('--label: plain JSON has no labels; add --format configmap or grafana-dashboard');
  const settings = {
    speed: readSpeed(flags.speed),
    apiUrl: readUrl('--api-url', flags['api-url']).replace(/\/$/, ''),
    runbookBase: flags['runbook-url'].replace(/([^/])$/, '$1/'),
  };
  return dashboards
    .generateDashboards(settings)
    .map((dashboard) => dashboards.renderDashboard(dashboard, format, place));
}

function readUrl(flag: string, text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw new Error(`${flag}: "${text}" is no address such as http://rollcall.example:8090`);
  return text;
}
