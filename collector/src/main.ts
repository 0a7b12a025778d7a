/** The `rollcall` command: picks the subcommand and runs it. */
import { text } from 'node:stream/consumers';
import { EXIT, type Command, type Io } from './cli/command.ts';
import { coverage } from './cli/coverage.ts';
import { crds } from './cli/crds.ts';
import { plan } from './cli/plan.ts';
import { serve } from './cli/serve.ts';
import { validate } from './cli/validate.ts';
import { VERSION } from './cli/version.ts';

const COMMANDS: readonly Command[] = [serve, coverage, plan, validate, crds];

const HELP = `Rollcall proves that a DaemonSet covers every node that should run it, and says why not.

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}\n`).join('')}
Usage:
  rollcall [command] [options]

Use "rollcall <command> --help" for more about a command. As a kubectl plugin: kubectl rollcall <command>.
Exit codes: 0 fine, 1 the answer is no, 2 bad flags or input, 3 the cluster cannot be read.
`;

async function main(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    io.out(HELP);
    return EXIT.ok;
  }
  if (name === '--version' || name === 'version') {
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

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  out: (written) => process.stdout.write(written),
  err: (written) => process.stderr.write(written),
  readStdin: () => text(process.stdin),
  signal: interrupt.signal,
});
