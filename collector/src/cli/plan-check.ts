/** Checks of manifests before they are planned with: what the API server would refuse is named with field, value and mend. */
import { isValidField, isValidRequirement } from '../coverage/selector.ts';
import { asFields, isFields, readFields, readString, readStrings, type Fields } from '../watch/read-field.ts';
import { checkTemplate } from './plan-check-template.ts';
import { show, type Manifest } from './plan-documents.ts';
import { isKnownResource, KNOWN_FIELDS, mendField, mendResource } from './plan-known-fields.ts';
import { parseQuantity } from './plan-quantity.ts';

/** Where in a manifest the check is, and where it reports. */
interface Place {
  readonly at: string;
  readonly path: string;
  readonly faults: string[];
}

type Check = (value: unknown, place: Place) => void;

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
// Gt and Lt are accepted where the API server has TaintTolerationComparisonOperators; the controller of 1.36 ignores them by default.
const TOLERATION_OPERATORS = ['Equal', 'Exists', 'Gt', 'Lt'];

const text: Check = (value, place) => {
  if (typeof value !== 'string') fault(place, value, isScalar(value) ? `quote it: "${String(value)}"` : 'write a text');
};

const flag: Check = (value, place) => {
  if (typeof value !== 'boolean') fault(place, value, 'write true or false');
};

const port: Check = (value, place) => {
  const fits = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535;
  if (!fits) fault(place, value, 'write a whole number from 0 to 65535');
};

const quantity: Check = (value, place) => {
  if (parseQuantity(value) === undefined) fault(place, value, 'write a quantity such as 100m, 2 or 512Mi');
};

const requirement: Check = (value, place) => {
  checkFields({ key: text, operator: text, values: listOf(text) }, [])(value, place);
  if (hasFault(place)) return;
  const isAccepted = place.path.includes('matchFields') ? isValidField : isValidRequirement;
  const { key, operator, values } = readRequirement(asFields(value));
  if (isAccepted({ key, operator, values })) return;
  const mend = place.path.includes('matchFields')
    ? 'use metadata.name with In or NotIn and one value'
    : 'use In or NotIn with values, Exists or DoesNotExist without, Gt or Lt with one integer, and a well-formed key';
  fault(place, `${key} ${operator} ${values.join(',')}`.trim(), mend);
};

const tolerationFields = checkFields(
  { key: text, operator: oneOf(TOLERATION_OPERATORS), value: text, effect: oneOf(EFFECTS) },
  KNOWN_FIELDS.toleration,
);

const toleration: Check = (value, place) => {
  tolerationFields(value, place);
  if (hasFault(place)) return;
  const fields = asFields(value);
  const isExists = fields['operator'] === 'Exists';
  if (readString(fields, 'key') === '' && !isExists)
    fault(place, value, 'give it a key, or operator: Exists to tolerate every taint');
  if (isExists && readString(fields, 'value') !== '') fault(place, value, 'remove the value, or use operator: Equal');
};

const amounts: Check = (value, place) => {
  mapOf(quantity)(value, place);
  for (const [name, amount] of Object.entries(asFields(value))) {
    if (!isKnownResource(name)) fault(enter(place, quote(name)), amount, mendResource(name));
  }
};

const resources = checkFields({ requests: amounts, limits: amounts }, KNOWN_FIELDS.resources);
const container = checkFields(
  {
    restartPolicy: text,
    resources,
    ports: listOf(
      checkFields({ hostPort: port, containerPort: port, hostIP: text, protocol: text }, KNOWN_FIELDS.port),
    ),
  },
  KNOWN_FIELDS.container,
);
const nodeSelectorTerms = listOf(
  checkFields({ matchExpressions: listOf(requirement), matchFields: listOf(requirement) }, []),
);
const nodeAffinity = checkFields(
  { requiredDuringSchedulingIgnoredDuringExecution: checkFields({ nodeSelectorTerms }, []) },
  KNOWN_FIELDS.nodeAffinity,
);
const podSpec = checkFields(
  {
    nodeName: text,
    hostNetwork: flag,
    nodeSelector: mapOf(text),
    tolerations: listOf(toleration),
    affinity: checkFields({ nodeAffinity }, KNOWN_FIELDS.affinity),
    containers: listOf(container),
    initContainers: listOf(container),
    resources,
    overhead: amounts,
  },
  KNOWN_FIELDS.podSpec,
);
const template = checkFields({ metadata: checkFields({ labels: mapOf(text) }), spec: podSpec }, KNOWN_FIELDS.template);
const selector = checkFields({ matchLabels: mapOf(text), matchExpressions: listOf(requirement) }, []);

const daemonSet = checkFields(
  {
    metadata: checkFields({ name: text, namespace: text }),
    spec: checkFields({ selector, template }, KNOWN_FIELDS.daemonSetSpec),
  },
  KNOWN_FIELDS.daemonSet,
);

const node = checkFields({
  metadata: checkFields({ name: text, labels: mapOf(text) }),
  spec: checkFields({ taints: listOf(checkFields({ key: text, value: text, effect: oneOf(EFFECTS) })) }),
  status: checkFields({ allocatable: mapOf(quantity) }),
});

/** Every fault of a DaemonSet's manifest that planning depends on, one line each. */
export function checkDaemonSet(manifest: Manifest): readonly string[] {
  const faults = checkManifest(manifest, daemonSet);
  return [...faults, ...checkTemplate(manifest.fields).map((line) => `${manifest.at}: ${line}`)];
}

/** Every fault of a Node's manifest that planning depends on, one line each. */
export function checkNode(manifest: Manifest): readonly string[] {
  return checkManifest(manifest, node);
}

function checkManifest({ at, fields }: Manifest, check: Check): readonly string[] {
  const faults: string[] = [];
  check(fields, { at, path: '', faults });
  if (readString(readFields(fields, 'metadata'), 'name') === '')
    faults.push(`${at}: metadata.name is missing: give it a name`);
  return faults;
}

// As in Kubernetes an explicit null is an absent field. Without `known` other fields are nobody's business.
function checkFields(checks: Readonly<Record<string, Check>>, known?: readonly string[]): Check {
  const names = known && [...new Set([...Object.keys(checks), ...known])];
  return (value, place) => {
    if (!isFields(value)) return fault(place, value, 'write a mapping');
    for (const [key, check] of Object.entries(checks)) {
      if (value[key] !== undefined && value[key] !== null) check(value[key], enter(place, key));
    }
    if (names !== undefined) findUnknown(value, names, place);
  };
}

function findUnknown(value: Fields, names: readonly string[], place: Place): void {
  for (const [key, item] of Object.entries(value)) {
    if (!names.includes(key)) fault(enter(place, quote(key)), item, mendField(key, names));
  }
}

function mapOf(check: Check): Check {
  return (value, place) => {
    if (!isFields(value)) return fault(place, value, 'write a mapping');
    for (const [key, item] of Object.entries(value)) check(item, enter(place, quote(key)));
  };
}

function listOf(check: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) return fault(place, value, 'write a list');
    value.forEach((item, index) => check(item, enter(place, `[${index}]`)));
  };
}

function oneOf(words: readonly string[]): Check {
  return (value, place) => {
    if (value !== '' && !words.some((word) => word === value)) fault(place, value, `use one of ${words.join(', ')}`);
  };
}

function quote(key: string): string {
  return /^\w+$/.test(key) ? key : `["${key}"]`;
}

function enter(place: Place, key: string): Place {
  const separator = place.path === '' || key.startsWith('[') ? '' : '.';
  return { ...place, path: `${place.path}${separator}${key}` };
}

function fault({ at, path, faults }: Place, value: unknown, mend: string): void {
  faults.push(`${at}: ${path} is ${show(value)}: ${mend}`);
}

function hasFault({ at, path, faults }: Place): boolean {
  return faults.some((line) => line.startsWith(`${at}: ${path}`));
}

function readRequirement(fields: Fields): {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
} {
  return {
    key: readString(fields, 'key'),
    operator: readString(fields, 'operator'),
    values: readStrings(fields, 'values', (value) => value),
  };
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}
