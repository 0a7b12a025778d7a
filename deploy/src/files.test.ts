import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkDaemonCoverage, OWN_KINDS, WATCHED_KINDS } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { renderFiles } from './files.ts';
import { renderManifest } from './manifest.ts';
import { mergeKinds, renderClusterRole, renderRole } from './rbac.ts';

const folder = join(import.meta.dirname, '../kubernetes');
const files = renderFiles(manifest.version);

test('the files on disk are the rendered ones, and no others', () => {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const onDisk = names.map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  expect(Object.fromEntries(onDisk), 'run: make generate').toEqual(Object.fromEntries(files));
});

test('every file says that it is generated', () => {
  for (const text of files.values()) expect(text).toMatch(/^# generated, do not edit: make generate\n/);
});

test('the kustomization lists files that are there, all but what needs more than a cluster', () => {
  const { resources } = parse(files.get('kustomization.yaml') ?? '') as { resources: readonly string[] };
  const apart = [
    'canary.yaml',
    'config-reader-role.yaml',
    'kustomization.yaml',
    'pod-monitor.yaml',
    'policy-plexd.yaml',
  ];
  const installed = [...files.keys()].filter((name) => !name.includes('/'));
  expect([...resources, ...apart].toSorted()).toEqual(installed.toSorted());
});

test('the example is a valid policy', () => {
  expect(checkDaemonCoverage(parse(files.get('policy-plexd.yaml') ?? ''))).toMatchObject({ ok: true });
});

describe('the rights of the collector', () => {
  test.each([
    ['watched kinds', renderClusterRole('x'), WATCHED_KINDS],
    ['kinds that it needs in its own namespace', renderRole({ name: 'x', namespace: 'y' }), OWN_KINDS],
  ])('are those of the %s, each once', (_, { rules }, kinds) => {
    const granted = rules.flatMap(({ apiGroups, resources, verbs }) =>
      resources.map((resource) => ({ group: apiGroups.join(), resource, verbs })),
    );
    expect(granted).toEqual(Object.values(kinds).map(({ group, resource, verbs }) => ({ group, resource, verbs })));
  });

  test('share a rule where group and verbs are the same', () => {
    const kind = { group: '', version: 'v1', resource: 'a', verbs: ['get'], why: '' };
    expect(
      mergeKinds([kind, { ...kind, resource: 'b' }, { ...kind, group: 'apps' }, { ...kind, verbs: ['list'] }]),
    ).toEqual([
      { apiGroups: [''], resources: ['a', 'b'], verbs: ['get'] },
      { apiGroups: ['apps'], resources: ['a'], verbs: ['get'] },
      { apiGroups: [''], resources: ['a'], verbs: ['list'] },
    ]);
  });
});

test('a remark about a field that is not there is an error', () => {
  expect(() => renderManifest({ apiVersion: 'v1', kind: 'X' }, [{ path: ['spec'], text: 'why' }])).toThrow(
    'there is no spec to remark on',
  );
});
