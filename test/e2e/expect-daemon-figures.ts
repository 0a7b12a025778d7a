/** Reads the figures of the Daemon layer off a running collector. */
import { expect } from 'vitest';

/** Expects the versions and the age of the only Daemon that there is, the example, and that the layer calls its node good. */
export async function expectDaemonFigures(url: string, maxProbeAgeMs: number): Promise<void> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const pool = 'namespace="default",daemonset="near",node_pool="none"';
  expect(metrics).toContain(`rollcall_version_nodes{${pool},component="daemon",version="v0.5.10"} 1\n`);
  expect(metrics).toContain(`rollcall_version_nodes{${pool},component="driver",version="v0.5.13"} 1\n`);
  expect(metrics).toContain(`rollcall_layer_good_nodes{${pool},layer="daemon"} 1\n`);
  const age = new RegExp(`^rollcall_probe_age_max_seconds{${pool}} (\\d+\\.\\d{3})$`, 'm').exec(metrics)?.[1];
  expect(Number(age)).toBeLessThan(maxProbeAgeMs / 1000);
}
