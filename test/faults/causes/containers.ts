/** Faults of images, configuration, sandboxes and volumes: the pod is bound, and its containers cannot begin. */
import type { Fault, FaultGroup } from '../fault.ts';
import type { PodEvent, PodScript } from '../pod-script.ts';
import { creating, ended, initializing, serves, timeNow, waits } from '../pod-states.ts';

/** Writes the same of every pod; when the fault goes, the kubelet starts them. */
function writing(script: () => PodScript): Pick<Fault, 'byHand' | 'bringAbout' | 'takeAway'> {
  return {
    byHand: true,
    bringAbout: async (scene) => {
      await scene.addDaemonSet();
      await scene.writePods(script);
    },
    takeAway: (scene) => scene.writePods(serves),
  };
}

const IMAGE = 'registry.example.com/daemon:1';
const pulling = (answer: string): PodEvent[] => [
  { reason: 'Failed', message: `Failed to pull image "${IMAGE}": ${answer}` },
  { reason: 'Failed', message: 'Error: ErrImagePull' },
];
const backOff = (answer: string): PodScript =>
  waits('ImagePullBackOff', `Back-off pulling image "${IMAGE}": ErrImagePull: ${answer}`, pulling(answer));
const RPC = `rpc error: code = Unknown desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}"`;

const IMAGES: readonly Fault[] = [
  {
    code: 'ImagePullFailed',
    cause: 'image: 404, the tag does not exist',
    ...writing(() => backOff(`rpc error: code = NotFound desc = failed to resolve reference "${IMAGE}": not found`)),
    message: /404, no such image/,
  },
  {
    code: 'ImagePullFailed',
    cause: 'image: 401, no credentials',
    ...writing(() => backOff(`${RPC}: pull access denied, repository does not exist or may require authorization`)),
    message: /401\/403, credentials/,
  },
  {
    code: 'ImagePullFailed',
    cause: 'image: 429, rate limited',
    ...writing(() => backOff(`${RPC}: unexpected status from HEAD request: 429 Too Many Requests`)),
    message: /429, rate limited/,
  },
  {
    code: 'ImagePullFailed',
    cause: 'image: registry does not answer, first try',
    ...writing(() => waits('ErrImagePull', `${RPC}: dial tcp 192.0.2.1:443: i/o timeout`)),
    message: /timeout, unreachable/,
  },
  {
    code: 'ImagePullFailed',
    cause: 'image: its name is none',
    ...writing(() =>
      waits('InvalidImageName', 'Failed to apply default image tag "Daemon:1": invalid reference format'),
    ),
    message: /InvalidImageName/,
  },
];

const config = (message: string): PodScript => waits('CreateContainerConfigError', message);

const CONFIG: readonly Fault[] = [
  {
    code: 'ContainerConfigError',
    cause: 'Secret of an environment variable missing',
    ...writing(() => config('secret "agent-token" not found')),
    message: /secret "agent-token" not found/,
  },
  {
    code: 'ContainerConfigError',
    cause: 'ConfigMap of an environment variable missing',
    ...writing(() => config('configmap "agent-config" not found')),
    message: /configmap "agent-config" not found/,
  },
  {
    code: 'ContainerConfigError',
    cause: 'key missing in a Secret that is there',
    ...writing(() => config("couldn't find key token in Secret default/agent-token")),
    message: /couldn't find key token in Secret/,
  },
  {
    code: 'ContainerConfigError',
    cause: 'command that is not in the image',
    ...writing(() =>
      waits(
        'CreateContainerError',
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: exec: "/agent": stat /agent: no such file or directory',
      ),
    ),
    message: /no such file or directory/,
  },
];

const mount = (volume: string, why: string): PodEvent => ({
  reason: 'FailedMount',
  message: `MountVolume.SetUp failed for volume "${volume}" : ${why}`,
});

const VOLUMES: readonly Fault[] = [
  {
    code: 'VolumeMountFailed',
    cause: 'hostPath of another type',
    ...writing(() =>
      creating([mount('sock', 'hostPath type check failed: /run/agent.sock is not a socket file')], false),
    ),
    message: /hostPath type check failed: \/run\/agent\.sock/,
  },
  {
    code: 'VolumeMountFailed',
    cause: 'hostPath without permission',
    ...writing(() => creating([mount('state', 'mkdir /var/lib/agent: permission denied')], false)),
    message: /permission denied/,
  },
  {
    code: 'VolumeMountFailed',
    cause: 'Secret of a volume missing',
    ...writing(() => creating([mount('token', 'secret "agent-token" not found')], false)),
    message: /secret "agent-token" not found/,
  },
  {
    code: 'VolumeMountFailed',
    cause: 'CSI driver not registered on the node',
    ...writing(() =>
      creating(
        [
          mount(
            'keys',
            'kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name secrets-store.csi.k8s.io not found in the list of registered CSI drivers',
          ),
        ],
        false,
      ),
    ),
    message: /list of registered CSI drivers/,
  },
];

const SANDBOX =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "5f2e": plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized';

const SANDBOXES: readonly Fault[] = [
  {
    code: 'SandboxFailed',
    cause: 'CNI plugin fails for the sandbox',
    ...writing(() => creating([{ reason: 'FailedCreatePodSandBox', message: SANDBOX }], false)),
    message: /plugin type="calico" failed/,
  },
  {
    code: 'SandboxFailed',
    cause: 'network of the node is not ready for the pod',
    ...writing(() =>
      creating(
        [
          {
            reason: 'NetworkNotReady',
            message:
              'network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
          },
        ],
        false,
      ),
    ),
    message: /network is not ready/,
  },
];

const INIT = { initContainers: [{ name: 'init', image: 'init:1' }] };

const INITS: readonly Fault[] = [
  {
    code: 'InitBlocked',
    cause: 'init container crashes',
    template: INIT,
    ...writing(() =>
      initializing(
        { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container=init' } },
        {
          restartCount: 3,
          lastState: { terminated: ended({ exitCode: 1, message: 'modprobe: module wireguard not found' }) },
        },
      ),
    ),
    message: /Init container init.*module wireguard not found/,
    retries: true,
  },
  {
    code: 'InitBlocked',
    cause: 'init container hangs',
    template: INIT,
    ...writing(() => initializing({ running: { startedAt: timeNow() } })),
    waitsMs: 10_000,
    message: /Init container init.*still runs/,
  },
];

/** The whole group. */
export const containerFaults: FaultGroup = {
  group: 'containers',
  faults: [...SANDBOXES, ...VOLUMES, ...IMAGES, ...CONFIG, ...INITS],
};
