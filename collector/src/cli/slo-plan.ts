/** What the tiers of objectives will see in fleets of some sizes, before anything is installed. */
import { budgetOf, SLIS, type BurnTierName, type Objective } from '@rollcall/contract';
import { readPolicies } from '../config/policy-files.ts';
import { sayFaults } from '../config/policy-text.ts';
import { sayDuration } from '../coverage/index.ts';
import { forecastTiers, type TierForecast } from '../slo/index.ts';
import { formatTable } from './format-table.ts';
import { sayWindow } from './say-window.ts';

/** One objective in fleets of some sizes. */
export interface ObjectiveForecast {
  /** NAMESPACE/DAEMONSET, '' for the objective that a policy has by default. */
  readonly policy: string;
  readonly sli: Objective['sli'];
  readonly target: number;
  readonly window: string;
  /** Tiers that not even the loss of every node brings about. */
  readonly neverFire: readonly BurnTierName[];
  readonly fleets: readonly { readonly nodes: number; readonly tiers: readonly TierForecast[] }[];
}

const { target, windowMs } = SLIS.coverage;
const BY_DEFAULT: Objective = { sli: 'coverage', target, windowMs };

/** The forecasts for the policies of files, or for the default without any; and what is wrong with the files. */
export async function readForecasts(
  paths: readonly string[],
  sizes: readonly number[],
): Promise<{ readonly forecasts: readonly ObjectiveForecast[]; readonly faults: readonly string[] }> {
  if (paths.length === 0) return { forecasts: [forecast('', BY_DEFAULT, sizes)], faults: [] };
  const { policies, rejected } = await readPolicies(paths, { cluster: '', collectorNamespace: 'rollcall-system' });
  const faults = rejected.flatMap(sayFaults);
  const forecasts = policies.flatMap(({ namespace, daemonset, objectives }) =>
    objectives.map((objective) => forecast(`${namespace}/${daemonset}`, objective, sizes)),
  );
  return { forecasts, faults };
}

function forecast(policy: string, objective: Objective, sizes: readonly number[]): ObjectiveForecast {
  const fleets = sizes.map((nodes) => ({ nodes, tiers: forecastTiers(objective, nodes) }));
  const neverFire = (fleets[0]?.tiers ?? []).filter(({ canFire }) => !canFire).map(({ tier }) => tier);
  return { policy, sli: objective.sli, target: objective.target, window: sayWindow(objective), neverFire, fleets };
}

/** For people: each objective's sentence a fleet, and a table of its tiers. */
export function forecastTable(forecasts: readonly ObjectiveForecast[]): string {
  return forecasts.map(tell).join('\n');
}

function tell(own: ObjectiveForecast): string {
  const head = `${own.policy === '' ? '' : `${own.policy}: `}${own.sli} of ${percent(own.target)} over ${own.window}`;
  const warnings = own.neverFire.map(
    (tier) =>
      `warning: ${tier} can never fire: its threshold is all of the nodes or more; a budget of ${percent(budgetOf(own.target))} is too large for it\n`,
  );
  const rows = own.fleets.flatMap(({ nodes, tiers }) =>
    tiers.map(({ tier, smallestLoss, alertMs, oneNodeMs }) => [
      String(nodes),
      tier,
      smallestLoss === undefined ? 'nothing' : `${smallestLoss} ${smallestLoss === 1 ? 'node' : 'nodes'}`,
      alertMs === undefined ? 'never' : sayMinutes(alertMs),
      oneNodeMs === undefined ? 'never' : sayMinutes(oneNodeMs),
    ]),
  );
  const table = formatTable([['NODES', 'TIER', 'SMALLEST LOSS', 'ALERT AFTER', 'ONE NODE AFTER'], ...rows]);
  return `${head}\n${warnings.join('')}${own.fleets.map(sayOneNode).join('')}\n${table}`;
}

/** "5 nodes: one node out pages after 43 min". */
function sayOneNode({ nodes, tiers }: ObjectiveForecast['fleets'][number]): string {
  const first = (severity: TierForecast['severity']): number | undefined => {
    const times = tiers.flatMap((own) =>
      own.severity === severity && own.oneNodeMs !== undefined ? [own.oneNodeMs] : [],
    );
    return times.length === 0 ? undefined : Math.min(...times);
  };
  const [page, ticket] = [first('page'), first('ticket')];
  const says = [
    ...(page === undefined ? [] : [`pages after ${sayMinutes(page)}`]),
    ...(ticket === undefined ? [] : [`makes a ticket after ${sayMinutes(ticket)}`]),
  ];
  const words = says.length === 0 ? 'is told by no burn rate, ever: NodeUncovered tells of it' : says.join(', ');
  return `${nodes} ${nodes === 1 ? 'node' : 'nodes'}: one node out ${words}\n`;
}

/** To the nearest minute: rules are evaluated no finer. */
function sayMinutes(ms: number): string {
  return sayDuration(Math.round(ms / 60_000) * 60_000);
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(6))} %`;
}
