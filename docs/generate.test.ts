import { readFileSync } from 'node:fs';
import { COLLECTOR_METRICS, COVERAGE_METRICS, EXCUSES, REASONS, SPANS } from '@rollcall/contract';
import { describe, expect, it } from 'vitest';
import { renderMetricsPage, renderReasonsPage, renderTracingPage } from './generate.ts';

function committed(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

describe('the generated pages', () => {
  it.each([
    ['metrics.md', renderMetricsPage()],
    ['reasons.md', renderReasonsPage()],
    ['tracing.md', renderTracingPage()],
  ])('%s is what the contract renders (else run: make generate)', (name, page) => {
    expect(committed(name)).toBe(page);
  });

  it('describe every metric, every reason and every span', () => {
    const metrics = [...Object.values(COVERAGE_METRICS), ...Object.values(COLLECTOR_METRICS)];
    for (const { name, help } of metrics)
      expect(renderMetricsPage()).toMatch(new RegExp(`\\| \`${name}\` .*${RegExp.escape(help)}`));
    for (const { name, attributes } of Object.values(SPANS))
      for (const own of [name, ...Object.keys(attributes)]) expect(renderTracingPage()).toContain(`\`${own}\``);
    for (const name of [...Object.keys(REASONS), ...EXCUSES]) expect(renderReasonsPage()).toContain(`\`${name}\``);
  });
});
