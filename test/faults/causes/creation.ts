/** Faults of creation: the DaemonSet controller wants pods, and is refused or does not come to it. */
import type { Fault, FaultGroup } from '../fault.ts';
import type { Scene } from '../scene.ts';
import {
  addAdmissionPolicy,
  addQuota,
  addWebhook,
  ADMISSION,
  dropQuota,
  dropWebhook,
  protectDaemonSets,
} from './admission.ts';

const denied =
  (pattern: RegExp): NonNullable<Fault['evidence']> =>
  (scene) =>
    scene.hasEvent(pattern);

const REQUESTS = { containers: [{ name: 'daemon', image: 'daemon:1', resources: { requests: { cpu: '100m' } } }] };
const ENFORCE = 'pod-security.kubernetes.io/enforce';
const PRIVILEGED = { containers: [{ name: 'daemon', image: 'daemon:1', securityContext: { privileged: true } }] };
const freeNamespace = (scene: Scene): Promise<unknown> =>
  scene.request('PATCH', `/api/v1/namespaces/${scene.namespace}`, {
    body: { metadata: { labels: { [ENFORCE]: null } } },
  });

const DENIALS: readonly Fault[] = [
  {
    code: 'QuotaExceeded',
    cause: 'ResourceQuota: pods 0',
    prepare: (scene) => addQuota(scene, { hard: { pods: '0' } }),
    evidence: denied(/exceeded quota: quota/),
    takeAway: dropQuota,
    message: /exceeded quota: quota.*pods=/,
    retries: true,
  },
  {
    code: 'QuotaExceeded',
    cause: 'ResourceQuota: requests.cpu 0, scope NotBestEffort',
    template: REQUESTS,
    prepare: (scene) => addQuota(scene, { hard: { 'requests.cpu': '0' }, scopes: ['NotBestEffort'] }),
    evidence: denied(/exceeded quota: quota/),
    takeAway: dropQuota,
    message: /requests\.cpu/,
    retries: true,
  },
  {
    code: 'QuotaExceeded',
    cause: 'ResourceQuota on requests.cpu, and a template that requests none',
    prepare: (scene) => addQuota(scene, { hard: { 'requests.cpu': '10' } }),
    evidence: denied(/failed quota: quota/),
    takeAway: dropQuota,
    message: /failed quota: quota: must specify requests\.cpu/,
    retries: true,
  },
  {
    code: 'PodSecurityDenied',
    cause: 'Pod Security restricted, privileged daemon',
    namespaceLabels: { [ENFORCE]: 'restricted' },
    template: PRIVILEGED,
    evidence: denied(/violates PodSecurity/),
    takeAway: freeNamespace,
    message: /violates PodSecurity.*restricted/,
    retries: true,
  },
  {
    code: 'PodSecurityDenied',
    cause: 'Pod Security baseline, daemon with hostPath and host network',
    namespaceLabels: { [ENFORCE]: 'baseline' },
    template: { hostNetwork: true, volumes: [{ name: 'root', hostPath: { path: '/' } }] },
    evidence: denied(/violates PodSecurity/),
    takeAway: freeNamespace,
    message: /violates PodSecurity.*baseline/,
    retries: true,
  },
  {
    code: 'AdmissionDenied',
    cause: 'ValidatingAdmissionPolicy with a binding that denies',
    prepare: addAdmissionPolicy,
    evidence: denied(/daemons have to be signed/),
    takeAway: (scene) => scene.remove(`${ADMISSION}/validatingadmissionpolicybindings/${scene.name}`),
    message: /daemons have to be signed/,
    retries: true,
  },
  {
    code: 'AdmissionDenied',
    cause: 'validating webhook that denies',
    prepare: (scene) => addWebhook(scene, scene.stage.webhooks.refusing),
    evidence: denied(/no daemon without a signature/),
    takeAway: dropWebhook,
    message: /no daemon without a signature/,
    retries: true,
  },
  {
    code: 'WebhookUnavailable',
    cause: 'webhook with failurePolicy Fail, nobody listens',
    prepare: (scene) => addWebhook(scene, scene.stage.webhooks.absent),
    evidence: denied(/failed calling webhook/),
    takeAway: dropWebhook,
    message: /sign\.rollcall\.test/,
    retries: true,
  },
  {
    code: 'WebhookUnavailable',
    cause: 'webhook with failurePolicy Fail, never answers',
    prepare: (scene) => addWebhook(scene, scene.stage.webhooks.hanging),
    evidence: denied(/failed calling webhook/),
    takeAway: dropWebhook,
    message: /sign\.rollcall\.test/,
    retries: true,
  },
  {
    code: 'CreateDenied',
    cause: 'PriorityClass missing',
    template: { priorityClassName: 'absent' },
    evidence: denied(/no PriorityClass with name absent/),
    takeAway: (scene) => scene.patchDaemonSet({ spec: { template: { spec: { priorityClassName: null } } } }),
    message: /PriorityClass.*absent/,
    retries: true,
  },
  {
    code: 'CreateDenied',
    cause: 'ServiceAccount missing',
    template: { serviceAccountName: 'absent' },
    evidence: denied(/error looking up service account/),
    takeAway: (scene) => scene.make('serviceaccounts', { metadata: { name: 'absent' } }),
    message: /absent/,
    retries: true,
  },
  {
    code: 'CreateDenied',
    cause: 'LimitRange: more CPU than a container may have',
    template: { containers: [{ name: 'daemon', image: 'daemon:1', resources: { limits: { cpu: '100m' } } }] },
    prepare: (scene) =>
      scene.make('limitranges', {
        metadata: { name: 'limits' },
        spec: { limits: [{ type: 'Container', max: { cpu: '50m' } }] },
      }),
    evidence: denied(/maximum cpu usage per Container/),
    takeAway: (scene) => scene.remove('limitranges/limits'),
    message: /maximum cpu usage per Container is 50m/,
    retries: true,
  },
  {
    code: 'CreateDenied',
    cause: 'RuntimeClass missing',
    template: { runtimeClassName: 'absent' },
    evidence: denied(/RuntimeClass "absent" not found/),
    takeAway: (scene) => scene.patchDaemonSet({ spec: { template: { spec: { runtimeClassName: null } } } }),
    message: /RuntimeClass "absent" not found/,
    retries: true,
  },
];

/** The whole group. */
export const creationFaults: FaultGroup = {
  group: 'creation',
  faults: [
    ...DENIALS,
    {
      code: 'NamespaceTerminating',
      cause: 'namespace deleted, whose DaemonSet an admission policy protects',
      begins: 'covered',
      bringAbout: async (scene) => {
        await protectDaemonSets(scene);
        await scene.remove(`/api/v1/namespaces/${scene.namespace}`);
      },
      evidence: async (scene) => (await scene.pods()).length === 0,
      message: /is being deleted/,
    },
    {
      code: 'NamespaceTerminating',
      cause: 'namespace deleted while a finalizer holds the DaemonSet',
      begins: 'covered',
      bringAbout: async (scene) => {
        await scene.patchDaemonSet({ metadata: { finalizers: ['rollcall.test/hold'] } });
        await scene.remove(`/api/v1/namespaces/${scene.namespace}`);
      },
    },
    {
      code: 'CreateStalled',
      cause: 'controller manager stopped, pods gone',
      begins: 'covered',
      stops: 'kube-controller-manager',
      bringAbout: async (scene) => {
        await scene.stage.plane.kill('kube-controller-manager');
        await scene.deletePods();
      },
      waitsMs: 10_000,
      takeAway: (scene) => scene.stage.plane.start('kube-controller-manager'),
      message: /\w/,
    },
  ],
};
