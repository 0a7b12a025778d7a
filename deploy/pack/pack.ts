/** `npm run pack [FOLDER]`: one tarball of the collector with its contract, kube, rules and dashboards, as plain JavaScript, since Node strips no types under node_modules. */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describePackage, type Manifest } from './describe-package.ts';
import { planFiles } from './plan-files.ts';
import { toJavaScript } from './to-java-script.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const STAGE = join(REPOSITORY, '.cache/pack');

/** Writes the tarball into the folder and returns its path. */
function pack(destination: string): string {
  rmSync(STAGE, { recursive: true, force: true });
  const files = planFiles(
    globSync(
      [
        'alerts/src/**/*.ts',
        'alerts/templates/*.tmpl',
        'dashboards/src/**/*.ts',
        'collector/**/*.{css,html,js,svg,ts}',
      ],
      {
        cwd: REPOSITORY,
        exclude: ['**/node_modules/**'],
      },
    ),
  );
  for (const [source, target] of files) {
    mkdirSync(dirname(join(STAGE, target)), { recursive: true });
    if (/\.[jt]s$/.test(source)) writeFileSync(join(STAGE, target), toJavaScript(readText(source), source, files));
    else cpSync(join(REPOSITORY, source), join(STAGE, target));
  }
  for (const file of ['LICENSE', 'README.md']) cpSync(join(REPOSITORY, file), join(STAGE, file));
  const manifest = describePackage(
    readManifest('.'),
    ['alerts', 'collector', 'collector/contract', 'collector/kube', 'dashboards'].map(readManifest),
  );
  writeFileSync(join(STAGE, 'package.json'), JSON.stringify(manifest, null, 2));
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', destination], {
    cwd: STAGE,
    encoding: 'utf8',
  });
  return join(destination, name.trim());
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readText(join(folder, 'package.json'))) as Manifest;
}

function readText(file: string): string {
  return readFileSync(join(REPOSITORY, file), 'utf8');
}

console.log(pack(process.argv[2] ?? REPOSITORY));
