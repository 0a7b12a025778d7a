/** What a kubelet writes of a pod, as data. */

/** A pod, as far as faults look at it. */
export interface ScenePod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly reason?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
}

/** An event as a kubelet writes it about a pod. */
export interface PodEvent {
  readonly reason: string;
  readonly message: string;
}

/** What is written of one pod; nothing leaves it alone. */
export interface PodScript {
  readonly status?: object;
  readonly events?: readonly PodEvent[];
}

/** Says what is to be written of a pod. */
export type PodWriter = (pod: ScenePod) => PodScript;
