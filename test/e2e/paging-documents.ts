/** Policies and maintenance windows for the tests of paging. */

/** A policy about the DaemonSet of that name. */
export function policy(name: string): object {
  const metadata = { name, namespace: 'agents' };
  return { apiVersion: 'rollcall.dev/v1alpha1', kind: 'DaemonCoverage', metadata, spec: { daemonSet: { name } } };
}

function maintenance(name: string, spec: object): object {
  const metadata = { name, namespace: 'agents' };
  const said = { owner: 'ops', reason: 'patches', ...spec };
  return { apiVersion: 'rollcall.dev/v1alpha1', kind: 'MaintenanceWindow', metadata, spec: said };
}

/** A window about that policy, open from an hour ago for two hours. */
export function onceNow(name: string): object {
  const [start, end] = [-1, 1].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
  return maintenance(name, { scope: { policies: [name] }, once: { start, end } });
}

/** A window about a pool of that policy, each day about now in a zone that is far from UTC: an interval without its location would not be open. */
export function dailyNow(name: string): object {
  const zone = { timeZone: 'Pacific/Auckland', hourCycle: 'h23', timeStyle: 'medium' } as const;
  const before = new Intl.DateTimeFormat('en-GB', zone).format(Date.now() - 3_600_000);
  const recurring = { rule: 'FREQ=DAILY', start: `2026-01-01T${before}`, timeZone: zone.timeZone, duration: '2h' };
  return maintenance(name, { scope: { policies: [name], pools: ['blue'] }, recurring });
}
