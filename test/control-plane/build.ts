/** Builds the control plane's programs from pinned Go modules: `node test/control-plane/build.ts` builds what the cache lacks. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { cacheFolder, cachePath, kwokModule, recipes, type Binaries, type Recipe } from './binaries.ts';

const run = promisify(execFile);

// Without cgo no C compiler is needed and the result does not depend on the machine's libc.
const goEnvironment = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };

/**
 * Paths of all programs, each built first (and announced) if the cache lacks it: minutes on a cold machine, milliseconds on a warm one.
 * Safe to call from several processes at once (the later one wins). Throws with the mend if Go is missing or too old.
 */
export async function ensureBinaries(): Promise<Binaries> {
  const paths: Partial<Record<keyof Binaries, string>> = {};
  for (const recipe of recipes) paths[recipe.name] = await ensureBinary(recipe);
  return paths as Binaries;
}

/** The path of one program, with the same promises. */
export async function ensureBinary(recipe: Recipe): Promise<string> {
  const folder = cacheFolder(process.env);
  const path = await cachePath(recipe, folder);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  await requireGo(recipe.module);
  await build(recipe, path);
  return path;
}

/** The files by which KWOK's kubelets tell what pods use: by their annotations kwok.x-k8s.io/usage-cpu and usage-memory. */
export async function findKwokMetrics(): Promise<readonly string[]> {
  const source = await findKwok();
  return ['resource/metrics-resource.yaml', 'usage/usage-from-annotation.yaml'].map(
    (file) => `${source}/kustomize/metrics/${file}`,
  );
}

/** The Stage files that make KWOK's nodes and pods live, read from KWOK's own module in Go's module cache. */
export async function findKwokStages(): Promise<readonly string[]> {
  const source = await findKwok();
  return [
    'node/fast/node-initialize.yaml',
    'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
    'pod/fast/pod-ready.yaml',
    'pod/fast/pod-complete.yaml',
    'pod/fast/pod-delete.yaml',
  ].map((file) => `${source}/kustomize/stage/${file}`);
}

async function findKwok(): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', 'sigs.k8s.io/kwok'], {
    cwd: kwokModule,
    env: goEnvironment,
  });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

async function build(recipe: Recipe, path: string): Promise<void> {
  console.log(`building ${recipe.name} from ${recipe.package}`);
  const started = performance.now();
  const unfinished = `${path}.${process.pid}`;
  try {
    await run('go', ['build', ...recipe.flags, '-o', unfinished, recipe.package], {
      cwd: recipe.module,
      env: goEnvironment,
      maxBuffer: 64 << 20,
    });
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  console.log(`built ${recipe.name} in ${Math.round((performance.now() - started) / 1000)} s`);
}

// Asked in the module's folder, since a Go of 1.21 or newer fetches there by itself the toolchain that go.mod wants.
async function requireGo(module: string): Promise<void> {
  const version = await run('go', ['env', 'GOVERSION'], { cwd: module, env: goEnvironment }).then(
    ({ stdout }) => stdout.trim(),
    (error: Error) => `none (${error.message.trim()})`,
  );
  if (isRecentGo(version)) return;
  throw new Error(
    `go 1.26 or newer is needed to build what the tests run, found ${version}. Install it with:\n` +
      `  curl -fsSL https://go.dev/dl/go1.26.8.${goPlatform()}.tar.gz | tar -C /usr/local -xz && export PATH=/usr/local/go/bin:$PATH`,
  );
}

function isRecentGo(version: string): boolean {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 26);
}

function goPlatform(): string {
  return `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
}

if (import.meta.main) {
  const started = performance.now();
  const binaries = await ensureBinaries();
  console.log(Object.values(binaries).join('\n'));
  console.log(`control plane ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
