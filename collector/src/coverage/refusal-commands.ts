/** The next commands where the API server refuses the pods: about the very objects that its answer names. */
import { both, describeDaemonSet, shellWord, template, type Commands } from './command-words.ts';
import type { Subject } from './subject.ts';

// The controller is in a back-off of up to 1000 s; any change of the DaemonSet has it try at once.
const tryAgain: Commands = ({ daemonSet }) => [
  `kubectl annotate daemonset ${daemonSet} --overwrite retry="$(date +%s)"`,
];

// k8s.io/apiserver resourcequota: "exceeded quota: Q, requested …", "failed quota: Q: must specify …".
const QUOTA = /(?:exceeded|failed) quota: ([\w.-]+)/;
// k8s.io/apiserver webhook: `admission webhook "W" denied …`, `failed calling webhook "W": … Post "https://SERVICE.NAMESPACE.svc:443/…`.
const WEBHOOK = /webhook "([^"]+)"/;
const SERVICE = /https:\/\/([\w-]+)\.([\w-]+)\.svc\b/;
const NO_ENDPOINTS = /service "([\w-]+)"/;
const VALIDATING_POLICY = /ValidatingAdmissionPolicy '([^']+)'(?: with binding '([^']+)')?/;
const ACCOUNT = /error looking up service account [\w.-]+\/([\w.-]+)/;
const PRIORITY_CLASS = /no PriorityClass with name (\S+)/;
const LIMITS = /(?:maximum|minimum) \S+ usage per|LimitRange/;

/** Shows the quota that is named, lets it be raised, and has the controller try again. */
export const mendQuota: Commands = (names, subject) => {
  const [, quota] = QUOTA.exec(refusalOf(subject)) ?? [];
  if (quota === undefined)
    return [`kubectl describe resourcequotas -n ${names.namespace}`, ...describeDaemonSet(names, subject)];
  const own = `resourcequota ${shellWord(quota)} -n ${names.namespace}`;
  return [`kubectl describe ${own}`, `kubectl edit ${own}`, ...tryAgain(names, subject)];
};

/** Shows the level in force, and what the pods of the namespace would violate under each; changes nothing. */
export const showPodSecurity: Commands = both(
  ({ namespace }) => [
    `kubectl get namespace ${namespace} --show-labels`,
    `kubectl label --dry-run=server --overwrite namespace ${namespace} pod-security.kubernetes.io/enforce=baseline`,
  ],
  template('securityContext'),
  describeDaemonSet,
);

/** Shows the policy or the webhook that objects. */
export const showAdmission: Commands = (names, subject) => {
  const text = refusalOf(subject);
  const [, policy, binding] = VALIDATING_POLICY.exec(text) ?? [];
  const policies = policy === undefined ? [] : [`kubectl get validatingadmissionpolicy ${shellWord(policy)} -o yaml`];
  const bindings =
    binding === undefined ? [] : [`kubectl get validatingadmissionpolicybinding ${shellWord(binding)} -o yaml`];
  return [...policies, ...bindings, ...findWebhook(text), ...describeDaemonSet(names, subject)];
};

/** Shows who should answer for the webhook. */
export const showWebhook: Commands = (names, subject) => {
  const text = refusalOf(subject);
  const [, service, namespace] = SERVICE.exec(text) ?? [];
  const shown =
    service === undefined || namespace === undefined
      ? []
      : [
          `kubectl get endpointslices -n ${namespace} -l kubernetes.io/service-name=${service}`,
          `kubectl get pods -n ${namespace} -o wide`,
        ];
  const [, lone] = NO_ENDPOINTS.exec(text) ?? [];
  const elsewhere =
    shown.length > 0 || lone === undefined
      ? []
      : [`kubectl get endpointslices -A -l kubernetes.io/service-name=${lone}`];
  const hooks = findWebhook(text);
  const all = 'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations';
  return [...shown, ...elsewhere, ...(hooks.length === 0 ? [all] : hooks), ...describeDaemonSet(names, subject)];
};

/** Shows what is missing, and makes what is harmless to make. */
export const mendCreation: Commands = (names, subject) => {
  const text = refusalOf(subject);
  const { namespace } = names;
  const [, account] = ACCOUNT.exec(text) ?? [];
  if (account !== undefined) {
    const own = `${shellWord(account)} -n ${namespace}`;
    return [`kubectl get serviceaccount ${own}`, `kubectl create serviceaccount ${own}`, ...tryAgain(names, subject)];
  }
  if (PRIORITY_CLASS.test(text))
    return ['kubectl get priorityclasses', ...template('priorityClassName')(names, subject)];
  if (LIMITS.test(text))
    return [`kubectl describe limitranges -n ${namespace}`, ...template('containers[*].resources')(names, subject)];
  return describeDaemonSet(names, subject);
};

/** The configuration has another name than its webhooks. */
function findWebhook(text: string): readonly string[] {
  const [, webhook] = WEBHOOK.exec(text) ?? [];
  if (webhook === undefined) return [];
  const columns = "'KIND:.kind,NAME:.metadata.name,POLICY:.webhooks[*].failurePolicy,WEBHOOKS:.webhooks[*].name'";
  const kinds = 'validatingwebhookconfigurations,mutatingwebhookconfigurations';
  return [`kubectl get ${kinds} -o custom-columns=${columns} | grep -F ${shellWord(webhook)}`];
}

function refusalOf({ making }: Subject): string {
  return making.refusals?.refused.object.message ?? '';
}
