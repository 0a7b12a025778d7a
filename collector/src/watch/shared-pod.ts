/** Pods that share what is the same on all of them: 100,000 daemon pods that are well differ in their name, their node and their times. */
import type { Condition, ContainerObject, PodObject } from '@rollcall/contract';

/** What a pod may share with others. */
export type PodState = Omit<PodObject, keyof PodIdentity>;

/** What is a pod's own. */
export type PodIdentity = Pick<PodObject, 'uid' | 'name' | 'target' | 'createdAt' | 'readySince' | 'steps'>;

// A collector watches a few DaemonSets, of a few revisions each, and a revision runs one image, or a few while a tag is moved.
const MOST_REVISIONS = 1_000;

/** Makes equal states one object: it keeps the latest one of each revision of a DaemonSet and images that it runs. */
export class PodSharer {
  readonly #byHash = new Map<string, Map<string, PodState>>();

  /** The pod, with the state of the one before of its revision if they are equal. */
  share(identity: PodIdentity, state: PodState): PodObject {
    return new SharedPod(identity, isPlain(state) ? this.#find(state) : state);
  }

  #find(state: PodState): PodState {
    const byImages = this.#byHash.get(state.hash) ?? this.#learn(state.hash);
    const latest = byImages.get(state.imageIds);
    if (latest !== undefined && isSame(latest, state)) return latest;
    if (byImages.size >= MOST_REVISIONS) byImages.clear();
    byImages.set(state.imageIds, state);
    return state;
  }

  #learn(hash: string): Map<string, PodState> {
    if (this.#byHash.size >= MOST_REVISIONS) this.#byHash.clear();
    const byImages = new Map<string, PodState>();
    this.#byHash.set(hash, byImages);
    return byImages;
  }
}

/** Nothing is in it that is a single pod's own as a rule. */
function isPlain({ containers, finalizers, deletedAt }: PodState): boolean {
  return containers.length === 0 && finalizers.length === 0 && deletedAt === undefined;
}

/** Of two plain states; their conditions are shared already. */
function isSame(one: PodState, other: PodState): boolean {
  return isSameRun(one, other) && isSameWord(one, other);
}

function isSameRun(one: PodState, other: PodState): boolean {
  return (
    one.ownerUid === other.ownerUid &&
    one.namespace === other.namespace &&
    one.bound === other.bound &&
    one.phase === other.phase &&
    one.imageIds === other.imageIds
  );
}

function isSameWord(one: PodState, other: PodState): boolean {
  return (
    one.reason === other.reason &&
    one.message === other.message &&
    one.ready === other.ready &&
    one.scheduled === other.scheduled &&
    one.initialized === other.initialized &&
    one.disruption === other.disruption &&
    one.sandbox === other.sandbox
  );
}

class SharedPod implements PodObject {
  readonly uid: string;
  readonly name: string;
  readonly target: string;
  readonly createdAt: number | undefined;
  readonly readySince: number | undefined;
  readonly steps: number | undefined;
  readonly state: PodState;

  constructor({ uid, name, target, createdAt, readySince, steps }: PodIdentity, state: PodState) {
    this.uid = uid;
    this.name = name;
    this.target = target;
    this.createdAt = createdAt;
    this.readySince = readySince;
    this.steps = steps;
    this.state = state;
  }

  get namespace(): string {
    return this.state.namespace;
  }

  get ownerUid(): string {
    return this.state.ownerUid;
  }

  get bound(): boolean {
    return this.state.bound;
  }

  get phase(): string {
    return this.state.phase;
  }

  get reason(): string {
    return this.state.reason;
  }

  get message(): string {
    return this.state.message;
  }

  get hash(): string {
    return this.state.hash;
  }

  get deletedAt(): number | undefined {
    return this.state.deletedAt;
  }

  get finalizers(): readonly string[] {
    return this.state.finalizers;
  }

  get ready(): Condition {
    return this.state.ready;
  }

  get scheduled(): Condition | undefined {
    return this.state.scheduled;
  }

  get initialized(): Condition | undefined {
    return this.state.initialized;
  }

  get disruption(): Condition | undefined {
    return this.state.disruption;
  }

  get sandbox(): Condition | undefined {
    return this.state.sandbox;
  }

  get imageIds(): string {
    return this.state.imageIds;
  }

  get containers(): readonly ContainerObject[] {
    return this.state.containers;
  }
}
