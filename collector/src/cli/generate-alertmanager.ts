/** `rollcall generate alertmanager`: routes, inhibitions, mute intervals and receivers, from a file that names whom to tell and from policies. */
import { readFile } from 'node:fs/promises';
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';
import { EXIT, type Command, type Io } from './command.ts';
import { readLabels, readPolicies, readSpeed } from './generate-input.ts';
import { parseFlags } from './parse-flags.ts';
import { settleFiles, type TextFile } from './settle-files.ts';

const HELP = `Alertmanager:
  rollcall generate alertmanager --paging FILE [options]

      --paging=''                         file that names whom to tell of what; see docs/alertmanager.md
      --policies=[]                       files and folders with policies and maintenance windows; may be given again;
                                          windows become time intervals that mute routes
      --format='file'                     file, Alertmanager's own, or alertmanager-config, an object of the Prometheus Operator
      --out=''                            folder to write into, with the templates; without it the configuration is printed
      --check=false                       write nothing, and exit 1 if the folder has other files or texts
      --templates='*.tmpl'                where Alertmanager finds the templates, from its configuration file
      --namespace='rollcall-system'       namespace of the object; also windows in it may speak for policies of others
      --label=[]                          NAME=VALUE, a label of the object, as your Alertmanager selects it
      --speed='1'                         divides all waits, for trials

What an interval cannot say is noted on standard error; the silences of the collector cover it.
Exits 0 when all is written or as it should be, 1 when --check finds a difference, 2 for bad flags and files.
`;

const OPTIONS = {
  paging: { type: 'string', default: '' },
  policies: { type: 'string', multiple: true, default: [] as string[] },
  format: { type: 'string', default: 'file' },
  out: { type: 'string', default: '' },
  check: { type: 'boolean', default: false },
  templates: { type: 'string', default: '*.tmpl' },
  namespace: { type: 'string', default: COLLECTOR_NAMESPACE },
  label: { type: 'string', multiple: true, default: [] as string[] },
  speed: { type: 'string', default: '1' },
} as const;

type Flags = ReturnType<typeof readFlags>;

function readFlags(argv: readonly string[]) {
  return parseFlags({ args: [...argv], options: OPTIONS }).values;
}

/** The command behind `generate`. */
export const generateAlertmanager: Command = {
  name: 'alertmanager',
  summary: 'Write routes for Alertmanager',
  help: HELP,
  run: async (argv, io) => {
    try {
      const flags = readFlags(argv);
      const files = await makeFiles(flags, io);
      return await settleFiles(files, { folder: flags.out, check: flags.check, io });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      io.err(`error: ${message}\nSee 'rollcall generate --help' for usage.\n`);
      return EXIT.usage;
    }
  },
};

async function makeFiles(flags: Flags, io: Io): Promise<readonly TextFile[]> {
  if (flags.paging === '') throw new Error('--paging is missing: name the file that says whom to tell of what');
  const { policies, windows } =
    flags.policies.length === 0
      ? { policies: [], windows: [] }
      : await readPolicies({ ...flags, windowsAlone: true }, io);
  // Loaded here, since no other command needs it.
  const alerts = await import('@rollcall/alerts');
  const format = alerts.PAGING_FORMATS.find((own) => own === flags.format);
  if (format === undefined)
    throw new Error(`--format: "${flags.format}" is none of ${alerts.PAGING_FORMATS.join(', ')}`);
  const paging = alerts.readPaging(flags.paging, await readPaging(flags.paging));
  const place = { namespace: flags.namespace, labels: readLabels(flags.label) };
  const { text, remarks } = alerts.generateAlertmanager(
    { paging, policies, windows },
    { format, templates: flags.templates, speed: readSpeed(flags.speed), place },
  );
  for (const remark of remarks) io.err(`note: ${remark}\n`);
  const main = { name: format === 'file' ? 'alertmanager.yaml' : 'alertmanager-config.yaml', text };
  // Printed texts are for one reader; templates are files in any case.
  return flags.out === '' ? [main] : [main, { name: 'rollcall.tmpl', text: await readFile(alerts.TEMPLATES, 'utf8') }];
}

async function readPaging(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`--paging: ${path} cannot be read; check the path and its permissions`, { cause: error });
  }
}
