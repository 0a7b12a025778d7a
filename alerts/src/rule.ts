/** Rules as Prometheus has them, and what of the world outside they are made for. */

/** Labels or annotations. */
export type Texts = Readonly<Record<string, string>>;

/** A recording rule. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Texts;
}

/** An alerting rule; `for` is a PromQL duration. */
export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Texts;
  readonly annotations: Texts;
}

/** Either. */
export type Rule = RecordingRule | AlertingRule;

/** Rules that are evaluated one after another, every `interval`. */
export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly Rule[];
}

/** What a set of rules is made with. */
export interface RuleSettings {
  /** How often burn rules are evaluated, milliseconds. Half a window of history is counted in evaluations. */
  readonly intervalMs: number;
  /** By how much all windows and waits are shortened: 1, or more in tests that cannot wait for hours. */
  readonly speed: number;
  /** From when on a single uncovered node makes a ticket, milliseconds. */
  readonly uncoveredAfterMs: number;
  /** What runbook pages' paths are put behind. */
  readonly runbookBase: string;
  /** Where the dashboard is; `$namespace` and `$daemonset` in it stand for the alert's labels. */
  readonly dashboardUrl?: string;
}

/** The settings unless they are asked to be others. */
export const DEFAULT_SETTINGS: RuleSettings = {
  intervalMs: 60_000,
  speed: 1,
  uncoveredAfterMs: 300_000,
  runbookBase: '',
};
