/** What a family of metrics is. */

/** One metric family as Prometheus sees it; `labels` are those beside the common ones. */
export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** False where the family describes a policy as a whole, or the collector itself. */
  readonly pool: boolean;
  readonly stability: 'stable' | 'alpha';
}

/** A gauge by pool without labels of its own, unless the options say otherwise. */
export function gauge(name: string, help: string, options: Partial<Metric> = {}): Metric {
  return { name, type: 'gauge', help, labels: [], pool: true, stability: 'alpha', ...options };
}

/** A counter by pool. */
export function counter(name: string, help: string, labels: readonly string[]): Metric {
  return { name, type: 'counter', help, labels, pool: true, stability: 'alpha' };
}
