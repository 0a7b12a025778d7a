/** Generated objects on a real API server with the Prometheus Operator's own definitions: whether rules are selected, and routes accepted. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { openWorkspace, startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { runRollcall, type Outcome } from './rollcall.ts';

const POLICY = `apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: agent, namespace: default }
spec: { daemonSet: { name: agent } }
`;
const GROUP = '/apis/monitoring.coreos.com';
const KINDS = [
  ['prometheuses', 'v1'],
  ['thanosrulers', 'v1'],
  ['prometheusrules', 'v1'],
  ['alertmanagerconfigs', 'v1alpha1'],
] as const;
const APPLY = 'application/apply-patch+yaml';
let plane: ControlPlane;
let workspace: Awaited<ReturnType<typeof openWorkspace>>;

beforeAll(async () => {
  workspace = await openWorkspace();
  await writeFile(join(workspace.folder, 'policy.yaml'), POLICY);
  plane = await startControlPlane({ profile: 'fast', kwok: false });
  const cwd = join(import.meta.dirname, 'prometheus-operator');
  const module = 'github.com/prometheus-operator/prometheus-operator';
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], { cwd });
  const { Dir: source } = JSON.parse(stdout) as { Dir: string };
  for (const [plural, version] of KINDS) {
    const file = join(source, `example/prometheus-operator-crd/monitoring.coreos.com_${plural}.yaml`);
    const body: unknown = parse(await readFile(file, 'utf8'));
    await plane.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body });
    await waitFor(() => plane.request('GET', `${GROUP}/${version}/${plural}`).catch(() => undefined), { what: plural });
  }
  await plane.request('POST', '/api/v1/namespaces', { body: { metadata: { name: 'monitoring' } } });
}, 120_000);
afterAll(async () => {
  await plane?.stop();
  await workspace?.close();
});

function generate(...flags: readonly string[]): Promise<Outcome> {
  const policy = join(workspace.folder, 'policy.yaml');
  return runRollcall('generate', 'rules', '--policies', policy, '--namespace', 'monitoring', ...flags);
}

function verify(): Promise<Outcome> {
  return generate('--verify-selected', '--kubeconfig', plane.kubeconfigPath);
}

function put(kind: string, spec: object): Promise<unknown> {
  const [apiVersion, name] = ['monitoring.coreos.com/v1', 'main'];
  const namespace = kind === 'Prometheus' ? 'default' : 'monitoring';
  const path = `${GROUP}/v1/namespaces/${namespace}/${kind === 'Prometheus' ? 'prometheuses' : 'thanosrulers'}/${name}`;
  const body = { apiVersion, kind, metadata: { name, namespace }, spec };
  return plane.request('PATCH', `${path}?fieldManager=test&force=true`, { body, contentType: APPLY });
}

test('from nothing there to selected, each step with its mend', async () => {
  expect((await verify()).out).toContain('PrometheusRule monitoring/rollcall: is not in the cluster: apply it');

  const { out } = await generate('--label', 'release=main');
  for (const document of parseAllDocuments(out)) {
    const body = document.toJS() as { metadata: { name: string } };
    const path = `${GROUP}/v1/namespaces/monitoring/prometheusrules/${body.metadata.name}?fieldManager=test`;
    await plane.request('PATCH', path, { body, contentType: APPLY });
  }
  expect((await verify()).out).toContain('there is no Prometheus and no ThanosRuler in the cluster');

  const steps = [
    [{}, 'Prometheus default/main: spec.ruleSelector is not set, which selects no rules'],
    [{ ruleSelector: {} }, 'its own namespace alone: generate with --namespace default'],
    [
      { ruleSelector: {}, ruleNamespaceSelector: { matchLabels: { rules: 'yes' } } },
      'spec.ruleNamespaceSelector "rules=yes" does not match the labels of the namespace monitoring',
    ],
    [
      { ruleSelector: { matchLabels: { release: 'other' } }, ruleNamespaceSelector: {} },
      'spec.ruleSelector "release=other" does not match the object\'s labels: generate with --label release=other',
    ],
  ] as const;
  for (const [spec, said] of steps) {
    await put('Prometheus', spec);
    const { code, out: answer } = await verify();
    expect(answer).toContain(said);
    expect(code).toBe(1);
  }
  await put('Prometheus', { ruleSelector: { matchLabels: { release: 'main' } }, ruleNamespaceSelector: {} });
  const { code, out: answer } = await verify();
  expect(answer).toContain('PrometheusRule monitoring/rollcall-default-agent: is selected by Prometheus default/main');
  expect(code).toBe(0);
}, 120_000);

test('a ThanosRuler of the same namespace is enough', async () => {
  await put('Prometheus', {});
  await put('ThanosRuler', { ruleSelector: { matchExpressions: [{ key: 'release', operator: 'Exists' }] } });
  const { code, out } = await verify();
  expect(out).toContain('is selected by ThanosRuler monitoring/main');
  expect(code).toBe(0);
}, 60_000);

test('a cluster that does not answer is told apart from one that selects nothing', async () => {
  const nobody = join(workspace.folder, 'missing');
  const { code, err } = await generate('--verify-selected', '--kubeconfig', nobody);
  expect(code).toBe(3);
  expect(err).toContain('missing');
}, 60_000);

/** In UTC, since an AlertmanagerConfig has no time zones. */
const WINDOW = `apiVersion: rollcall.dev/v1alpha1
kind: MaintenanceWindow
metadata: { name: patches, namespace: monitoring }
spec:
  owner: platform
  reason: patches
  scope: { cluster: true }
  recurring: { rule: FREQ=MONTHLY;BYDAY=2TU, start: '2027-01-01T21:30:00', timeZone: UTC, duration: 2h }
`;

interface Routes {
  readonly receiver?: string;
  readonly routes?: readonly Routes[];
}

interface Configuration {
  readonly metadata: object;
  readonly spec: { readonly route: Routes };
}

async function generateConfiguration(): Promise<Configuration> {
  const [paging, window] = [
    join(import.meta.dirname, '../../alerts/paging.yaml'),
    join(workspace.folder, 'window.yaml'),
  ];
  await writeFile(window, WINDOW);
  const files = ['--paging', paging, '--policies', join(workspace.folder, 'policy.yaml'), '--policies', window];
  const form = ['--format', 'alertmanager-config', '--namespace', 'monitoring', '--label', 'release=main'];
  const { code, out } = await runRollcall('generate', 'alertmanager', ...files, ...form);
  expect(code).toBe(0);
  return parse(out) as Configuration;
}

/** What the API server makes of it; a field that it does not know is refused. */
function create(body: object, options = ''): Promise<Configuration> {
  const path = `${GROUP}/v1alpha1/namespaces/monitoring/alertmanagerconfigs?fieldValidation=Strict${options}`;
  return plane.request<Configuration>('POST', path, { body });
}

function flatten(route: Routes): readonly Routes[] {
  return [route, ...(route.routes ?? []).flatMap(flatten)];
}

test('an AlertmanagerConfig of every kind of receiver is taken as it is', async () => {
  const wanted = await generateConfiguration();
  const kinds = [
    'pagerdutyConfigs',
    'slackConfigs',
    'emailConfigs',
    'webhookConfigs',
    'muteTimeIntervals',
    'inhibitRules',
  ];
  for (const kind of kinds) expect(JSON.stringify(wanted)).toContain(`"${kind}":`);
  expect((await create(wanted, '&dryRun=All')).spec).toEqual(wanted.spec);
  expect((await create(wanted)).spec).toEqual(wanted.spec);
  const path = `${GROUP}/v1alpha1/namespaces/monitoring/alertmanagerconfigs/rollcall?fieldManager=test&force=true`;
  const applied = await plane.request<Configuration>('PATCH', path, { body: wanted, contentType: APPLY });
  expect(applied.spec).toEqual(wanted.spec);
}, 60_000);

test('the routes inside of it too, which its definition leaves unchecked', async () => {
  const { spec, metadata, ...kind } = await generateConfiguration();
  const rest = { ...kind, metadata: { ...metadata, name: 'inner' } };
  const { receiver = '' } = spec.route;
  const inner = flatten(spec.route).slice(1);
  expect(inner.length).toBeGreaterThan(10);
  for (const route of inner) await create({ ...rest, spec: { ...spec, route: { receiver, ...route } } }, '&dryRun=All');
  // Said in the way of Alertmanager's own file, it is none.
  const wrong = { ...rest, spec: { ...spec, route: { receiver, group_by: ['alertname'] } } };
  await expect(create(wrong, '&dryRun=All')).rejects.toThrow('unknown field "spec.route.group_by"');
}, 60_000);
