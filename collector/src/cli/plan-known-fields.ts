/** The fields of a DaemonSet that the API server knows (Kubernetes 1.36), and which of them a misspelt one was meant to be. */

/** Known fields by the object that has them. Those that planning reads have a check of their own in plan-check. */
export const KNOWN_FIELDS = {
  daemonSet: words('apiVersion kind metadata spec status'),
  daemonSetSpec: words('minReadySeconds revisionHistoryLimit selector template updateStrategy'),
  template: words('metadata spec'),
  podSpec: words(`activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy
    enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride
    imagePullSecrets initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName
    readinessGates resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates schedulingGroup
    securityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain
    terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes workloadRef`),
  affinity: words('nodeAffinity podAffinity podAntiAffinity'),
  nodeAffinity: words('requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution'),
  container: words(`args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe
    resizePolicy resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce
    terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir`),
  resources: words('claims limits requests'),
  port: words('name hostPort containerPort hostIP protocol'),
  toleration: words('key operator value effect tolerationSeconds'),
} as const;

const RESOURCES = words('cpu memory ephemeral-storage');
// Beneath this share of letter pairs two names have nothing to do with each other.
const ALIKE = 0.35;
const KIND_ALIKE = 0.6;

/** True for a resource that a container may ask for: a native one, huge pages, or one with a domain (core validation). */
export function isKnownResource(name: string): boolean {
  return RESOURCES.includes(name) || name.startsWith('hugepages-') || name.includes('/');
}

/** What to do about an unknown field. */
export function mendField(field: string, known: readonly string[]): string {
  const nearest = findNearest(field, known);
  return `there is no such field: ${nearest === undefined ? 'remove it' : `write ${nearest}`}`;
}

/** What to do about an unknown resource. */
export function mendResource(name: string): string {
  return `there is no such resource: write ${findNearest(name, RESOURCES) ?? 'cpu, memory or one with a domain'}`;
}

/** True when a kind is a misspelt `wanted` (Daemonset, DeamonSet, DaemonSets) and not a kind of its own (NodePool). */
export function isMisspeltKind(kind: string, wanted: string): boolean {
  const isNear = Math.abs(kind.length - wanted.length) <= 1 && likeness(kind, wanted) >= KIND_ALIKE;
  return kind !== wanted && isNear;
}

function findNearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, share: likeness(word, candidate) }));
  const [first] = ranked.toSorted((one, other) => other.share - one.share);
  return first !== undefined && first.share >= ALIKE ? first.candidate : undefined;
}

/** The share of letter pairs that two words have in common (Dice), 0 to 1; case counts for nothing. */
function likeness(one: string, other: string): number {
  const [ours, theirs] = [listPairs(one), listPairs(other)];
  const shared = ours.filter((pair) => theirs.includes(pair)).length;
  return (2 * shared) / Math.max(1, ours.length + theirs.length);
}

function listPairs(word: string): readonly string[] {
  const letters = word.slice(0, 64).toLowerCase();
  return [...new Set(Array.from({ length: Math.max(0, letters.length - 1) }, (_, at) => letters.slice(at, at + 2)))];
}

function words(text: string): readonly string[] {
  return text.split(/\s+/);
}
