/** `rollcall generate`: writes what other programs of the monitoring read, from the same policies and the same contract. */
import { EXIT, type Command } from './command.ts';
import { generateAlertmanager } from './generate-alertmanager.ts';
import { generateDashboards } from './generate-dashboards.ts';
import { generateOpenSlo, generatePolicies } from './generate-openslo.ts';
import { generateRules } from './generate-rules.ts';

const GENERATORS: readonly Command[] = [
  generateRules,
  generateAlertmanager,
  generateDashboards,
  generateOpenSlo,
  generatePolicies,
];

const HELP = `Write what Prometheus, Alertmanager and Grafana need.

Examples:
  # Rules for the policies of a folder, as objects of the Prometheus Operator
  rollcall generate rules --policies ./policies --out ./rules

  # Alertmanager's configuration with its templates
  rollcall generate alertmanager --paging ./paging.yaml --policies ./policies --out /etc/alertmanager

  # Dashboards for Grafana, as ConfigMaps that its sidecar finds
  rollcall generate dashboards --format configmap --out ./dashboards

Usage:
  rollcall generate [what] [options]

${GENERATORS.map(({ help }) => help).join('\n')}`;

/** The command. */
export const generate: Command = {
  name: 'generate',
  summary: GENERATORS.map((own) => own.summary).join('; '),
  help: HELP,
  run: async (argv, io) => {
    const [name, ...rest] = argv;
    const generator = GENERATORS.find((own) => own.name === name);
    if (generator !== undefined) return generator.run(rest, io);
    const names = GENERATORS.map((own) => own.name).join(', ');
    const said = name === undefined ? 'say one of' : `"${name}" is none of`;
    io.err(`error: generate what? ${said}: ${names}\nSee 'rollcall generate --help' for usage.\n`);
    return EXIT.usage;
  },
};
