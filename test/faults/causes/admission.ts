/** What refuses pods in a scene's namespace: quotas, webhooks, admission policies. */
import { ApiError, waitFor } from '../../control-plane/index.ts';
import type { Scene } from '../scene.ts';

/** A ResourceQuota that the quota controller has reckoned with. */
export async function addQuota(scene: Scene, spec: object): Promise<void> {
  await scene.make('resourcequotas', { metadata: { name: 'quota' }, spec });
  const path = `/api/v1/namespaces/${scene.namespace}/resourcequotas/quota`;
  type Quota = { status: { hard?: object } };
  await waitFor(async () => (await scene.request<Quota>('GET', path)).status.hard !== undefined, {
    what: 'the quota to be in force',
  });
}

/** Takes it away. */
export const dropQuota = (scene: Scene): Promise<void> => scene.remove('resourcequotas/quota');
/** Where admission is configured. */
export const ADMISSION = '/apis/admissionregistration.k8s.io/v1';

/** What concerns pods that are made in the scene's namespace. */
function podsOf(scene: Scene): { readonly namespaceSelector: object; readonly rule: object } {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': scene.namespace } },
    rule: { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
  };
}

/** A webhook that is asked before a pod is made, at an address as `clientConfig` says it. */
export async function addWebhook(scene: Scene, clientConfig: object): Promise<void> {
  const { namespaceSelector, rule } = podsOf(scene);
  const webhook = {
    name: 'sign.rollcall.test',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
    timeoutSeconds: 1,
    rules: [rule],
    namespaceSelector,
    clientConfig,
  };
  const body = { metadata: { name: scene.name }, webhooks: [webhook] };
  await scene.makeGlobal(`${ADMISSION}/validatingwebhookconfigurations`, body);
  await waitForRefusal(scene);
}

/** Takes it away. */
export const dropWebhook = (scene: Scene): Promise<void> =>
  scene.remove(`${ADMISSION}/validatingwebhookconfigurations/${scene.name}`);

/** A policy by which every daemon has to be signed, and its binding. */
export async function addAdmissionPolicy(scene: Scene): Promise<void> {
  const { namespaceSelector, rule } = podsOf(scene);
  const metadata = { name: scene.name };
  const matchConstraints = { namespaceSelector, resourceRules: [rule] };
  const validations = [{ expression: "'signed' in object.metadata.labels", message: 'daemons have to be signed' }];
  const spec = { failurePolicy: 'Fail', matchConstraints, validations };
  await scene.makeGlobal(`${ADMISSION}/validatingadmissionpolicies`, { metadata, spec });
  const binding = { policyName: scene.name, validationActions: ['Deny'] };
  await scene.makeGlobal(`${ADMISSION}/validatingadmissionpolicybindings`, { metadata, spec: binding });
  await waitForRefusal(scene);
}

/** The API server learns of its own admission rules by watches. */
async function waitForRefusal(scene: Scene): Promise<void> {
  const body = { metadata: { name: 'trial' }, spec: { containers: [{ name: 'trial', image: 'trial:1' }] } };
  const path = `/api/v1/namespaces/${scene.namespace}/pods?dryRun=All`;
  const isRefused = (): Promise<boolean> =>
    scene.request('POST', path, { body }).then(
      () => false,
      (error: unknown) => error instanceof ApiError,
    );
  await waitFor(isRefused, { what: 'admission to refuse a pod' });
}

/** A policy by which no DaemonSet of the namespace may be deleted; returns when it is in force. */
export async function protectDaemonSets(scene: Scene): Promise<void> {
  const { namespaceSelector } = podsOf(scene);
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['DELETE'], resources: ['daemonsets'] };
  const metadata = { name: scene.name };
  const validations = [{ expression: 'false', message: 'DaemonSets are protected' }];
  const spec = { failurePolicy: 'Fail', matchConstraints: { namespaceSelector, resourceRules: [rule] }, validations };
  await scene.makeGlobal(`${ADMISSION}/validatingadmissionpolicies`, { metadata, spec });
  const binding = { policyName: scene.name, validationActions: ['Deny'] };
  await scene.makeGlobal(`${ADMISSION}/validatingadmissionpolicybindings`, { metadata, spec: binding });
  const path = `/apis/apps/v1/namespaces/${scene.namespace}/daemonsets/agent?dryRun=All`;
  const isRefused = (): Promise<boolean> =>
    scene.request('DELETE', path).then(
      () => false,
      (error: unknown) => error instanceof ApiError,
    );
  await waitFor(isRefused, { what: 'the DaemonSet to be protected' });
}
