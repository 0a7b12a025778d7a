/** The flags of `rollcall plan`. */
import { parseFlags } from './parse-flags.ts';

/** What `plan` was asked. `nodes` is undefined when they come from the cluster. */
export interface PlanOptions {
  readonly filenames: readonly string[];
  readonly nodes: string | undefined;
  readonly output: 'table' | 'json';
  readonly namespace: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

const OPTIONS = {
  filename: { type: 'string', short: 'f', multiple: true },
  nodes: { type: 'string' },
  output: { type: 'string', short: 'o' },
  namespace: { type: 'string', short: 'n' },
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
} as const;

/** The help text, in kubectl's style. */
export const PLAN_HELP = `Say where DaemonSets would run before they are applied: on which nodes, on which not, and what would mend that.

The decision is the DaemonSet controller's own. Apart from it, plan says whether the pods would fit: requests against
allocatable resources, and host ports among the DaemonSets given. What running pods use is not counted.

Examples:
  # On the nodes of the current context
  rollcall plan -f agent.yaml

  # A rendered chart, on nodes from a file, for a script
  helm template . | rollcall plan -f - --nodes nodes.json -o json

Options:
      --context=''            the kubeconfig context to use
  -f, --filename=[]           file with DaemonSets (YAML or JSON, several documents, Lists), - for stdin; may be given
                              several times
      --kubeconfig=''         path to the kubeconfig; default $KUBECONFIG, ~/.kube/config, in-cluster
  -n, --namespace='default'   namespace of DaemonSets that name none
      --nodes=''              file with Nodes, - for stdin; default: the nodes of the cluster
  -o, --output='table'        table or json

Usage:
  rollcall plan -f FILENAME [options]

Exits 0 with a plan, whatever it says; 2 for bad flags, files or manifests; 3 when the cluster's nodes cannot be read.
`;

/** Reads the arguments behind `plan`. Answers the fault as text if there is one; never throws. */
export function parsePlanOptions(argv: readonly string[]): PlanOptions | string {
  try {
    const { values } = parseFlags({ args: [...argv], options: OPTIONS, allowPositionals: false });
    const { filename = [], nodes, output = 'table', namespace, kubeconfig, context } = values;
    if (filename.length === 0) return '-f: no file with DaemonSets is given; write -f FILENAME, or -f - for stdin';
    if (output !== 'table' && output !== 'json') return `-o: "${output}" is unknown; use table or json`;
    if ([...filename, nodes].filter((name) => name === '-').length > 1)
      return '-: stdin can be read once only; write one of the two to a file';
    return { filenames: filename, nodes, output, namespace, kubeconfig, context };
  } catch (error) {
    return (error as Error).message;
  }
}
