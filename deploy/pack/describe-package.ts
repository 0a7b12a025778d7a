/** The package.json of the tarball, from those of the repository. */

/** What is read of a package.json. */
export interface Manifest {
  readonly version: string;
  readonly description?: string;
  readonly license: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

// Needed for exec and auth plugins only, and by far the largest: an image may leave it out with --omit=optional.
const OPTIONAL = ['@kubernetes/client-node'];

/** The manifest of one package that holds all these; their dependencies on each other are gone. */
export function describePackage(root: Manifest, packages: readonly Manifest[]): object {
  const dependencies = packages
    .flatMap((own) => Object.entries(own.dependencies ?? {}))
    .filter(([name]) => !name.startsWith('@rollcall/'))
    .toSorted(([one], [other]) => one.localeCompare(other));
  const isOptional = ([name]: readonly [string, string]): boolean => OPTIONAL.includes(name);
  return {
    name: 'rollcall',
    version: root.version,
    description: root.description,
    license: root.license,
    type: 'module',
    engines: root.engines,
    bin: Object.assign({}, ...packages.map(({ bin }) => bin)),
    dependencies: Object.fromEntries(dependencies.filter((entry) => !isOptional(entry))),
    optionalDependencies: Object.fromEntries(dependencies.filter(isOptional)),
  };
}
