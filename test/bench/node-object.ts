/** A Node as a large cluster has them, with marks where one differs from the next: 9.2 kB, 19 labels, 4 managers, 5 conditions, 18 images. */

const REGISTRY = '602401143452.ecr.example.com';
const CREATED = '2026-01-10T08:00:00Z';

/** The Node as JSON would parse it; `ready` is the status of its Ready condition. */
export function nodeObject(ready: 'True' | 'False'): object {
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: metadata(),
    spec: {
      podCIDR: '10.1.0.0/24',
      podCIDRs: ['10.1.0.0/24'],
      providerID: 'aws:///eu-central-1a/i-00000000000%index',
    },
    status: {
      ...resources(),
      conditions: conditions(ready),
      addresses: [
        { type: 'InternalIP', address: '10.0.0.1' },
        { type: 'Hostname', address: 'node-%index.eu-central-1.compute.internal' },
        { type: 'InternalDNS', address: 'node-%index.eu-central-1.compute.internal' },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: nodeInfo(),
      images: Array.from({ length: 18 }, (_, index) => image(index)),
    },
  };
}

function metadata(): object {
  return {
    name: 'node-%index.eu-central-1.compute.internal',
    uid: '3f0c2a76-51d4-4c1e-9b1f-000000%index',
    resourceVersion: '%version~~',
    creationTimestamp: CREATED,
    labels: labels(),
    annotations: {
      'alpha.kubernetes.io/provided-node-ip': '10.0.0.1',
      'csi.volume.kubernetes.io/nodeid':
        '{"ebs.csi.aws.com":"i-00000000000%index","efs.csi.aws.com":"i-00000000000%index"}',
      'node.alpha.kubernetes.io/ttl': '0',
      'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
    },
    finalizers: ['karpenter.sh/termination'],
    managedFields: managers(),
  };
}

function nodeInfo(): object {
  return {
    machineID: 'ec2d3a4b5c6d7e8f900000000%index',
    systemUUID: 'ec2d3a4b-5c6d-7e8f-9000-000000%index',
    bootID: '9b2f6a10-7c1d-4e55-8a3e-000000%index',
    kernelVersion: '6.12.40-63.114.amzn2023.x86_64',
    osImage: 'Amazon Linux 2023.9.20251110',
    containerRuntimeVersion: 'containerd://2.1.4',
    kubeletVersion: 'v1.36.1-eks-1234567',
    kubeProxyVersion: 'v1.36.1-eks-1234567',
    operatingSystem: 'linux',
    architecture: 'amd64',
  };
}

function labels(): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/instance-type': 'm7i.4xlarge',
    'beta.kubernetes.io/os': 'linux',
    'failure-domain.beta.kubernetes.io/region': 'eu-central-1',
    'failure-domain.beta.kubernetes.io/zone': '%zone~',
    'k8s.io/cloud-provider-aws': 'f7c1d2a3b4e5f60718293a4b5c6d7e8f',
    'karpenter.sh/capacity-type': 'on-demand',
    'karpenter.sh/initialized': 'true',
    'karpenter.sh/nodepool': '%pool~',
    'karpenter.sh/registered': 'true',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': 'node-%index.eu-central-1.compute.internal',
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': 'm7i.4xlarge',
    'topology.ebs.csi.aws.com/zone': '%zone~',
    'topology.k8s.aws/zone-id': '%zone~',
    'topology.kubernetes.io/region': 'eu-central-1',
    'topology.kubernetes.io/zone': '%zone~',
    'example.com/team': 'platform',
  };
}

function managers(): readonly object[] {
  const own = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [`f:${name}`, {}]));
  const fixed = { apiVersion: 'v1', operation: 'Update', fieldsType: 'FieldsV1', time: CREATED };
  return [
    {
      ...fixed,
      manager: 'karpenter',
      fieldsV1: { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"karpenter.sh/termination"': {} } } },
    },
    {
      ...fixed,
      manager: 'aws-cloud-controller-manager',
      fieldsV1: { 'f:metadata': { 'f:labels': own(['topology.kubernetes.io/region', 'topology.kubernetes.io/zone']) } },
    },
    {
      ...fixed,
      manager: 'kube-controller-manager',
      fieldsV1: { 'f:spec': { 'f:podCIDR': {}, 'f:podCIDRs': { '.': {}, 'v:"10.1.0.0/24"': {} } } },
    },
    {
      ...fixed,
      manager: 'kubelet',
      time: '%at~~~~~~~~~~~~~~~~~',
      subresource: 'status',
      fieldsV1: {
        'f:metadata': { 'f:annotations': own(['csi.volume.kubernetes.io/nodeid']) },
        'f:status': {
          'f:conditions': Object.fromEntries(
            CONDITIONS.map(([type]) => [`k:{"type":"${type}"}`, own(CONDITION_FIELDS)]),
          ),
          'f:images': {},
          'f:nodeInfo': own(['bootID', 'kernelVersion', 'osImage']),
        },
      },
    },
  ];
}

const CONDITION_FIELDS = ['lastHeartbeatTime', 'lastTransitionTime', 'message', 'reason', 'status'];

const CONDITIONS = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['NetworkUnavailable', 'RouteCreated', 'RouteController created a route'],
  ['Ready', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

function conditions(ready: 'True' | 'False'): readonly object[] {
  return CONDITIONS.map(([type, reason, message]) => ({
    type,
    status: type === 'Ready' ? ready : 'False',
    lastHeartbeatTime: '%at~~~~~~~~~~~~~~~~~',
    lastTransitionTime: CREATED,
    reason: type === 'Ready' && ready === 'False' ? 'KubeletNotReady' : reason,
    message,
  }));
}

function resources(): object {
  const quantities = {
    'attachable-volumes-aws-ebs': '39',
    cpu: '16',
    'ephemeral-storage': '104779756Ki',
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: '64836164Ki',
    pods: '234',
  };
  return { capacity: quantities, allocatable: { ...quantities, cpu: '15890m', memory: '61824580Ki' } };
}

function image(index: number): object {
  const repository = `${REGISTRY}/eks/component-${index}`;
  const digest = `sha256:${String(index).padStart(2, '0').repeat(32)}`;
  return {
    names: [`${repository}@${digest}`, `${repository}:v1.${index}.0-eksbuild.1`],
    sizeBytes: 31_415_926 + index,
  };
}
