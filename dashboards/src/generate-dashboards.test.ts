import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { generateDashboards, renderDashboard } from './index.ts';

const SETTINGS = { speed: 1, apiUrl: 'http://collector.example', runbookBase: 'https://runbooks.example/' };
const PLACE = { namespace: 'monitoring', labels: { team: 'net' } };

test('the same boards are the same files, byte for byte, and no two share a UID', () => {
  const [one, other] = [generateDashboards(SETTINGS), generateDashboards(SETTINGS)];
  expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  expect(new Set(one.map(({ uid }) => uid)).size).toBe(one.length);
});

test.each(generateDashboards(SETTINGS).map((dashboard) => [dashboard.uid, dashboard] as const))(
  'objects of %s hold the text of the file, and their labels',
  (uid, dashboard) => {
    const { name, text } = renderDashboard(dashboard, 'json', PLACE);
    expect(name).toBe(`${uid}.json`);
    expect(parse(renderDashboard(dashboard, 'configmap', PLACE).text)).toMatchObject({
      metadata: { name: uid, namespace: 'monitoring', labels: { grafana_dashboard: '1', team: 'net' } },
      data: { [name]: text },
    });
    expect(parse(renderDashboard(dashboard, 'grafana-dashboard', PLACE).text)).toMatchObject({
      metadata: { name: uid, namespace: 'monitoring', labels: { team: 'net' } },
      spec: { instanceSelector: { matchLabels: { team: 'net' } }, json: text },
    });
  },
);
