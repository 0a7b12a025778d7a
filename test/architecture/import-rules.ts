/** The rules of dependency-cruiser: two from each row of the table, and those that hold everywhere. */
import { GROUPS, TABLE, TEST_FILES, type Row } from './import-table.ts';

interface Rule {
  readonly name: string;
  readonly severity: 'error';
  readonly comment: string;
  readonly from: object;
  readonly to: object;
}

/** The one version of all packages lies at the root; what does I/O may read it. */
const ROOT_MANIFEST = '^package\\.json$';
const PACKAGES = 'collector/contract|collector/kube|test/embedded-kube|[^/]+';

const everywhere: readonly Rule[] = [
  forbid('no-cycles', 'files in a circle can be neither read nor tested one by one', {}, { circular: true }),
  forbid(
    'resolvable',
    'a path that nothing answers is a typo, or reaches past the exports of a package',
    {},
    { couldNotResolve: true },
  ),
  forbid(
    'through-the-door',
    'a relative path into another package walks around its exports: import it by its name',
    { path: `^(${PACKAGES})/` },
    {
      pathNot: `^$1/(?!(contract|kube|embedded-kube)/)|(^|/)node_modules/|${ROOT_MANIFEST}`,
      dependencyTypes: ['local'],
    },
  ),
  forbid(
    'nobody-imports-test',
    'what tests need must never be shipped',
    { pathNot: `^test/|${TEST_FILES}` },
    { path: '^test/' },
  ),
  forbid(
    'tests-see-embedded-kube-only',
    'a test beside its file may start the embedded API server; what needs more lives under test/',
    { path: TEST_FILES, pathNot: '^test/' },
    { path: '^test/(?!embedded-kube/)' },
  ),
  forbid(
    'test-support-in-tests-only',
    'files named test-* and *.cases.ts are written for tests and are not shipped',
    { pathNot: `^test/|${TEST_FILES}` },
    { path: '/test-[^/]+\\.ts$|\\.cases\\.ts$' },
  ),
  forbid(
    'client-node-in-kube-only',
    'the Kubernetes client costs 124 MB and seconds: one package knows it (the bench compares against it)',
    { pathNot: '^collector/kube/|^test/bench/' },
    { path: '(^|/)node_modules/@kubernetes/client-node/' },
  ),
  forbid(
    'heavy-by-dynamic-import',
    'client-node and the OpenTelemetry SDK cost memory and seconds at start: load them only when they are needed',
    { pathNot: '^test/bench/' },
    {
      path: '(^|/)node_modules/(@kubernetes/client-node|@opentelemetry/[^/]+)/',
      dependencyTypesNot: ['dynamic-import', 'type-only'],
    },
  ),
  forbid(
    'express-in-http-only',
    'routes stay in one folder, so that the web framework can be changed there',
    { pathNot: '^collector/src/http/' },
    { path: '(^|/)node_modules/(@types/)?express/' },
  ),
];

/** The configuration of dependency-cruiser. Paths are relative to the folder it runs in. */
export const config = {
  forbidden: [...TABLE.flatMap(rowRules), ...everywhere],
  options: {
    // dependency-cruiser's own parser for TypeScript does not know TypeScript 7; without one it sees nothing and is content.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/architecture/planted/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};

function rowRules(row: Row): Rule[] {
  const from = row.name === 'test' ? { path: `^${row.files}` } : { path: `^${row.files}`, pathNot: TEST_FILES };
  const imports = forbid(`${row.name}-imports`, row.why, from, {
    pathNot: [`^${row.files}`, ...[...row.may, ...row.types].map(filesOf), ...npmFiles(row.npm)].concat(
      row.node ? ROOT_MANIFEST : [],
    ),
    couldNotResolve: false,
    ...(row.node && { dependencyTypesNot: ['core'] }),
  });
  if (row.types.length === 0) return [imports];
  const types = { path: row.types.map(filesOf), dependencyTypesNot: ['type-only'] };
  return [imports, forbid(`${row.name}-types`, row.why, from, types)];
}

function filesOf(name: string): string {
  const files = TABLE.find((row) => row.name === name)?.files ?? GROUPS[name];
  if (files === undefined) throw new Error(`import table: no row or group is named ${name}`);
  return `^${files}`;
}

function npmFiles(npm: Row['npm']): string[] {
  return npm === 'any' ? ['(^|/)node_modules/'] : npm.map((name) => `(^|/)node_modules/(@types/)?${name}/`);
}

function forbid(name: string, comment: string, ...[from, to]: [from: object, to: object]): Rule {
  return { name, severity: 'error', comment, from, to };
}
