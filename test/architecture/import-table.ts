/** Who may import whom: the table of the house as data; the rules of the import net are made from it. */

/** One row: files, what they may import, and the reason. Whatever a row does not name is refused. */
export interface Row {
  /** Names the row in other rows and in its rules. */
  readonly name: string;
  /** Its files: a regular expression from the root of the repository. */
  readonly files: string;
  /** Rows it may import. */
  readonly may: readonly string[];
  /** Rows of which it may import types only. */
  readonly types: readonly string[];
  /** npm packages it may import; `any` leaves that to the dead-code net, which wants them declared. */
  readonly npm: readonly string[] | 'any';
  /** Whether it may import Node's own modules, which is to say: do I/O. */
  readonly node: boolean;
  /** Why, as the finding prints it. */
  readonly why: string;
}

const PURE = { types: [], npm: [], node: false } as const;
const CORE = ['inventory', 'coverage', 'sli', 'slo', 'metrics', 'review'];

/** The rows, in the order of the data's way. */
export const TABLE: readonly Row[] = [
  {
    ...PURE,
    name: 'contract',
    files: 'collector/contract/',
    may: [],
    npm: ['zod'],
    why: 'everything reads the contract, so it may depend on nothing but its schema library',
  },
  {
    name: 'kube',
    files: 'collector/kube/',
    may: ['contract'],
    types: [],
    npm: ['@kubernetes/client-node', 'yaml'],
    node: true,
    why: 'the agent ships kube too: a leaf that drags in nothing of the collector',
  },
  {
    ...PURE,
    name: 'inventory',
    files: 'collector/src/inventory/',
    may: ['contract'],
    why: 'first stage of the core: it knows objects, not what is asked of them',
  },
  {
    ...PURE,
    name: 'coverage',
    files: 'collector/src/coverage/',
    may: ['contract', 'inventory'],
    why: 'the core flows one way: inventory, coverage, sli, slo',
  },
  {
    ...PURE,
    name: 'sli',
    files: 'collector/src/sli/',
    may: ['contract', 'coverage'],
    why: 'the core flows one way: inventory, coverage, sli, slo',
  },
  {
    ...PURE,
    name: 'slo',
    files: 'collector/src/slo/',
    may: ['contract', 'sli'],
    why: 'the core flows one way: inventory, coverage, sli, slo',
  },
  {
    ...PURE,
    name: 'metrics',
    files: 'collector/src/metrics/',
    may: ['contract'],
    types: ['sli', 'slo'],
    why: 'it renders readings and computes none, so the types are enough',
  },
  {
    ...PURE,
    name: 'review',
    files: 'collector/src/review/',
    may: ['contract'],
    types: ['sli', 'slo'],
    why: 'it reads history and computes no state, so the types are enough',
  },
  {
    ...PURE,
    name: 'page',
    files: 'collector/src/page/',
    may: ['contract'],
    why: 'the page runs in a browser and knows the API by its types alone',
  },
  {
    ...PURE,
    name: 'pipeline',
    files: 'collector/src/pipeline[^/]*\\.ts$',
    may: ['contract', ...CORE],
    why: 'the whole path as one pure function: scenario tests run it without any I/O',
  },
  {
    name: 'config',
    files: 'collector/src/config/',
    may: ['contract'],
    types: [],
    npm: ['zod', 'yaml', 'rrule-temporal'],
    node: true,
    why: 'configuration is read before anything else exists',
  },
  {
    name: 'watch',
    files: 'collector/src/watch/',
    may: ['contract', 'kube'],
    types: CORE,
    npm: [],
    node: true,
    why: 'a shell of I/O around the core: it implements ports and calls no core function',
  },
  {
    name: 'control',
    files: 'collector/src/control/',
    may: ['contract', 'kube'],
    types: CORE,
    npm: [],
    node: true,
    why: 'a shell of I/O around the core: it implements ports and calls no core function',
  },
  {
    name: 'journal',
    files: 'collector/src/journal/',
    may: ['contract'],
    types: CORE,
    npm: [],
    node: true,
    why: 'a shell of I/O around the core; its one library is node:sqlite',
  },
  {
    name: 'backends',
    files: 'collector/src/backends/',
    may: ['contract'],
    types: [...CORE, 'kube'],
    npm: [],
    node: true,
    why: 'a shell of I/O around the core: what backends answer leaves as events',
  },
  {
    name: 'http',
    files: 'collector/src/http/',
    may: ['contract'],
    types: CORE,
    npm: ['express'],
    node: true,
    why: 'handlers are given functions, so no route can reach around them into the core',
  },
  {
    name: 'main',
    files: 'collector/(src/(main|index)\\.ts$|src/cli/|bin/)',
    may: ['contract', 'kube', 'collector', 'alerts', 'dashboards'],
    types: [],
    npm: 'any',
    node: true,
    why: 'main and the commands wire everything of their package; of others only rules and dashboards, which `rollcall generate` writes by their doors',
  },
  {
    name: 'agent',
    files: 'agent/',
    may: ['contract', 'kube'],
    types: [],
    npm: 'any',
    node: true,
    why: 'the agent is a small image of its own: nothing of the collector may reach it',
  },
  {
    name: 'alerts',
    files: 'alerts/',
    may: ['contract'],
    types: [],
    npm: 'any',
    node: true,
    why: 'rules, dashboards and exporter never meet: they agree because they read one contract',
  },
  {
    name: 'dashboards',
    files: 'dashboards/',
    may: ['contract'],
    types: [],
    npm: 'any',
    node: true,
    why: 'rules, dashboards and exporter never meet: they agree because they read one contract',
  },
  {
    name: 'deploy',
    files: 'deploy/',
    may: ['contract'],
    types: [],
    npm: 'any',
    node: true,
    why: 'manifests are rendered from the contract, so that RBAC and watches cannot disagree',
  },
  {
    name: 'docs',
    files: 'docs/',
    may: ['contract'],
    types: [],
    npm: 'any',
    node: true,
    why: 'reference pages are rendered from the contract, so that nothing is described twice',
  },
  {
    name: 'test',
    files: 'test/',
    may: ['doors'],
    types: [],
    npm: 'any',
    node: true,
    why: 'tests come in by the doors, as users do; what a door does not show is tested beside its file',
  },
];

/** Names that rows may use beside those of other rows. */
export const GROUPS: Readonly<Record<string, string>> = {
  collector: 'collector/(src|bin)/',
  doors:
    '(collector|collector/contract|collector/kube|agent|alerts|dashboards|dashboards/preview|deploy|docs|test/embedded-kube)/(src/)?index\\.ts$',
};

/** Tests beside their file, case files, and what is written for tests only; they see all of their package. */
export const TEST_FILES = '\\.(test|cases)\\.ts$|/test-[^/]+\\.ts$';
