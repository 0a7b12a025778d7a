/** The catalogue of service level indicators. */

/** One SLI: whether it is kept in node-seconds, and the objective a policy has unless it says otherwise. */
export interface Sli {
  readonly nodeSeconds: boolean;
  readonly byDefault: boolean;
  readonly target: number;
  readonly windowMs: number;
}

const DAY_MS = 86_400_000;

/** The SLIs that take objectives, with the starting targets of "What is DaemonSet?" (M1 to M5). */
export const SLIS = {
  coverage: { nodeSeconds: true, byDefault: true, target: 0.99, windowMs: 30 * DAY_MS },
  stability: { nodeSeconds: true, byDefault: false, target: 0.99, windowMs: 30 * DAY_MS },
  join: { nodeSeconds: false, byDefault: false, target: 0.95, windowMs: 30 * DAY_MS },
  freshness: { nodeSeconds: true, byDefault: false, target: 0.99, windowMs: 30 * DAY_MS },
  resources: { nodeSeconds: true, byDefault: false, target: 0.99, windowMs: 30 * DAY_MS },
} as const satisfies Record<string, Sli>;

/** The name of an SLI: the value of the `sli` label. */
export type SliName = keyof typeof SLIS;

/** The state SLIs beside coverage, in the order in which a standing carries their marks. */
export const MARKED_SLIS = ['stability', 'freshness', 'resources'] as const satisfies readonly SliName[];

/** One of MARKED_SLIS. */
export type MarkedSli = (typeof MARKED_SLIS)[number];

/** What a node is to a marked SLI: '' while its time is not valid for it; unobserved time stands beside valid time, in no ratio. */
export type Mark = '' | 'good' | 'bad' | 'unobserved';

/** What an excused node would have been: the values of the `verdict` label. */
export const VERDICTS = ['covered', 'uncovered', 'unobserved'] as const;

/** The value of the `verdict` label. */
export type Verdict = (typeof VERDICTS)[number];
