/** `rollcall crds`: prints the CustomResourceDefinitions that a cluster needs. */
import { daemonCoverageCrd, maintenanceWindowCrd } from '@rollcall/contract';
import { stringify } from 'yaml';
import { EXIT, type Command } from './command.ts';

const HELP = `Print the CustomResourceDefinitions of Rollcall.

Examples:
  rollcall crds | kubectl apply --server-side -f -

Usage:
  rollcall crds
`;

/** The command. */
export const crds: Command = {
  name: 'crds',
  summary: 'Print the CustomResourceDefinitions',
  help: HELP,
  run: async (argv, io) => {
    if (argv.length > 0) {
      io.err(`error: ${argv.join(' ')}: crds takes no arguments\nSee 'rollcall crds --help' for usage.\n`);
      return EXIT.usage;
    }
    // No aliases and no folded lines: the text is to be read, and compared line by line.
    const options = { lineWidth: 0, aliasDuplicateObjects: false };
    const texts = [daemonCoverageCrd(), maintenanceWindowCrd()].map((crd) => stringify(crd, options));
    io.out(`# Generated, do not edit: rollcall crds.\n${texts.join('---\n')}`);
    return EXIT.ok;
  },
};
