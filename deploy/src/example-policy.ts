/** A policy to begin with: the mesh agent plexd on every node that its DaemonSet admits. */
import { POLICY_API_VERSION, POLICY_KIND, type DaemonCoverageManifest } from '@rollcall/contract';

/** The policy plexd-system/plexd. */
export const examplePolicy: DaemonCoverageManifest = {
  apiVersion: POLICY_API_VERSION,
  kind: POLICY_KIND,
  metadata: { name: 'plexd', namespace: 'plexd-system' },
  spec: {
    daemonSet: { name: 'plexd' },
    nodes: {
      exclude: [{ name: 'windows', selector: { matchLabels: { 'kubernetes.io/os': 'windows' } } }],
    },
    objectives: [{ sli: 'coverage', target: 99, window: '30d' }],
    purpose: 'Joins the node to the mesh',
    team: 'platform',
    contact: '#platform-oncall',
  },
};
