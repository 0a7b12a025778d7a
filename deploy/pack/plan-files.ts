/** Which file of the repository goes where in the tarball. */

/** Targets by source, both relative to their root. */
export type FilePlan = ReadonlyMap<string, string>;

const FOLDERS = [
  ['alerts/src/', 'dist/alerts/'],
  // Beside it as in a checkout: ../templates of a module there.
  ['alerts/templates/', 'dist/templates/'],
  ['dashboards/src/', 'dist/dashboards/'],
  ['collector/bin/', 'bin/'],
  ['collector/contract/', 'dist/contract/'],
  ['collector/kube/', 'dist/kube/'],
  ['collector/src/', 'dist/'],
] as const;
const FOR_TESTS = /\.(test|cases)\.ts$|\/test-[^/]+$/;

/** Takes what ships of these files, leaves what is written for tests, and gives each its place and its ending. */
export function planFiles(sources: readonly string[]): FilePlan {
  return new Map(
    sources.flatMap((source) => {
      const folder = FOLDERS.find(([from]) => source.startsWith(from));
      if (folder === undefined || FOR_TESTS.test(source)) return [];
      const [from, to] = folder;
      return [[source, (to + source.slice(from.length)).replace(/\.ts$/, '.js')] as const];
    }),
  );
}
