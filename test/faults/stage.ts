/** What all faults of a run share: a real control plane, one `rollcall serve`, and a server of admission webhooks. */
import { COLLECTOR_NAMESPACE, daemonCoverageCrd } from '@rollcall/contract';
import { daemonDefinition } from '@rollcall/embedded-kube';
import {
  ApiError,
  openShell,
  startControlPlane,
  waitFor,
  type ControlPlane,
  type RunLine,
} from '../control-plane/index.ts';
import { startCollector, type Collector } from '../e2e/rollcall.ts';
import { openWebhooks, type Webhooks } from './webhooks.ts';

/** The shared part of a run; whoever opened it closes it. */
export interface Stage {
  readonly plane: ControlPlane;
  readonly collector: Collector;
  readonly webhooks: Webhooks;
  /** Runs a command of a runbook page; absent where the pages are not asked for. */
  readonly runLine?: RunLine;
  readonly close: () => Promise<void>;
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** Below and above the default of 0. */
const PRIORITIES = { lowly: -1_000, weighty: 1_000 };

/** What a stage may be asked for: flags of `rollcall serve` that depend on the control plane. */
interface StageOptions {
  /** Faults run the commands of their runbook pages, too. */
  readonly withPages?: boolean;
  readonly flagsFor?: (plane: ControlPlane) => Promise<readonly string[]>;
}

/** Starts all of it, with the kinds and priority classes that faults refer to; `default` works at the speed of real controllers. */
export async function openStage(
  profile: 'fast' | 'default',
  { flagsFor, withPages }: StageOptions = {},
): Promise<Stage> {
  const plane = await startControlPlane({ profile, manageNodesWithLabel: 'kwok=yes' });
  const webhooks = await openWebhooks();
  try {
    await furnish(plane);
    const runLine = withPages ? await openShell(plane.kubeconfigPath) : undefined;
    const flags = (await flagsFor?.(plane)) ?? [];
    const collector = await startCollector({ kubeconfig: plane.kubeconfigPath, flags });
    await waitFor(collector.isReady, { what: 'the collector to be ready' });
    return {
      plane,
      collector,
      webhooks,
      ...(runLine && { runLine }),
      close: async () => {
        await collector.stop();
        await webhooks.close();
        await plane.stop();
      },
    };
  } catch (error) {
    await webhooks.close();
    await plane.stop();
    throw error;
  }
}

async function furnish({ request }: ControlPlane): Promise<void> {
  await request('POST', '/api/v1/namespaces', { body: { metadata: { name: COLLECTOR_NAMESPACE } } });
  await request('POST', DEFINITIONS, { body: daemonCoverageCrd() });
  await request('POST', DEFINITIONS, { body: daemonDefinition() });
  for (const path of ['rollcall.dev/v1alpha1/daemoncoverages', 'core.riptides.io/v1alpha1/daemons'])
    await waitFor(() => request('GET', `/apis/${path}`), { what: `${path} to be served` });
  for (const [name, value] of Object.entries(PRIORITIES)) {
    const body = { metadata: { name }, value };
    await request('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { body });
  }
}

/** Deletes an object; one that is gone already is fine. */
export async function removeObject({ request }: Pick<ControlPlane, 'request'>, path: string): Promise<void> {
  await request('DELETE', path).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  });
}
