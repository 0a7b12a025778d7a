/** Dashboards as files: plain JSON, ConfigMaps for Grafana's sidecar, or resources of the Grafana Operator. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { stringify } from 'yaml';

/** How dashboards are written. */
export const DASHBOARD_FORMATS = ['json', 'configmap', 'grafana-dashboard'] as const;

/** One of them. */
export type DashboardFormat = (typeof DASHBOARD_FORMATS)[number];

/** Where the objects are to live, and which labels they get beside their own. */
export interface ObjectPlace {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A file to be. */
export interface DashboardFile {
  readonly name: string;
  readonly text: string;
}

const HEAD = '# generated, do not edit: rollcall generate dashboards\n';

const YAML = { lineWidth: 0, aliasDuplicateObjects: false };

/** The folder that the sidecar puts the boards into, where it is told to look at this annotation. */
const FOLDER = 'Rollcall';

/** One file a dashboard. */
export function renderDashboard(dashboard: Dashboard, format: DashboardFormat, place: ObjectPlace): DashboardFile {
  const name = dashboard.uid ?? '';
  const { uid, title, description, ...rest } = dashboard;
  const json = `${JSON.stringify({ uid, title, description, ...rest }, null, 2)}\n`;
  switch (format) {
    case 'json':
      return { name: `${name}.json`, text: json };
    case 'configmap':
      return { name: `${name}.yaml`, text: HEAD + stringify(configMap(name, json, place), YAML) };
    case 'grafana-dashboard':
      return { name: `${name}.yaml`, text: HEAD + stringify(grafanaDashboard(name, json, place), YAML) };
  }
}

/** The label and annotation that the sidecar of Grafana's chart looks for unless it is told otherwise. */
function configMap(name: string, json: string, { namespace, labels }: ObjectPlace): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: { grafana_dashboard: '1', ...labels },
      annotations: { grafana_folder: FOLDER },
    },
    data: { [`${name}.json`]: json },
  };
}

/** Of the operator's `grafana.integreatly.org/v1beta1`; an empty selector means every Grafana that it knows. */
function grafanaDashboard(name: string, json: string, { namespace, labels }: ObjectPlace): object {
  return {
    apiVersion: 'grafana.integreatly.org/v1beta1',
    kind: 'GrafanaDashboard',
    metadata: { name, namespace, labels },
    spec: { instanceSelector: { matchLabels: labels }, allowCrossNamespaceImport: true, folder: FOLDER, json },
  };
}
