/** The `rollcall` command: picks the subcommand and runs it. */
import { EXIT, type Command, type Io } from './command.ts';
import { canary } from './canary.ts';
import { coverage } from './coverage.ts';
import { crds } from './crds.ts';
import { exclude } from './exclude.ts';
import { explain } from './explain.ts';
import { generate } from './generate.ts';
import { history } from './history.ts';
import { plan } from './plan.ts';
import { serve } from './serve.ts';
import { slo } from './slo.ts';
import { top } from './top.ts';
import { validate } from './validate.ts';
import { verify } from './verify.ts';
import { VERSION } from './version.ts';

const COMMANDS: readonly Command[] = [
  serve,
  coverage,
  explain,
  top,
  history,
  exclude,
  slo,
  verify,
  plan,
  validate,
  generate,
  crds,
  canary,
];

const HELP = `Rollcall proves that a DaemonSet covers every node that should run it, and says why not.

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}\n`).join('')}
Usage:
  rollcall [command] [options]

Use "rollcall <command> --help" for more about a command. As a kubectl plugin: kubectl rollcall <command>.
Exit codes: 0 fine, 1 the answer is no, 2 bad flags or input, 3 the cluster cannot be read.
`;

/** Runs the command that the arguments name; answers the exit code. */
export async function runRollcall(argv: readonly string[], io: Io): Promise<number> {
  const [name = 'help', ...rest] = argv;
  if (['help', '--help', '-h'].includes(name)) {
    io.out(HELP);
    return EXIT.ok;
  }
  if (['version', '--version'].includes(name)) {
    io.out(`rollcall ${VERSION}\n`);
    return EXIT.ok;
  }
  const command = COMMANDS.find((own) => own.name === name);
  if (command === undefined) {
    const names = COMMANDS.map((own) => own.name).join(', ');
    io.err(`error: unknown command "${name}"; use one of ${names}\n`);
    return EXIT.usage;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(command.help);
    return EXIT.ok;
  }
  return command.run(rest, io);
}
