/** `npm run check`: casts every net over the repository, where it must catch nothing, and over the planted tree, where it must catch all. */
import { compareGenerated } from './compare-generated.ts';
import { deadCodeNet } from './dead-code-net.ts';
import { doorNet } from './door-net.ts';
import { formatNet } from './format-net.ts';
import { importNet } from './import-net.ts';
import { judgeNet } from './judge-net.ts';
import { lintNet } from './lint-net.ts';
import { REPOSITORY, type Catch, type Net } from './net.ts';
import { plant, type PlantedTree } from './planted.ts';

const NETS = [doorNet, importNet, lintNet, deadCodeNet, formatNet];

/** What one net has to say: what it saw, and a line for each fault. */
interface Verdict {
  readonly name: string;
  readonly seen: string;
  readonly faults: readonly string[];
}

/** Casts everything and prints a verdict for each net; true if none has a fault. */
async function check(): Promise<boolean> {
  const started = performance.now();
  const tree = plant();
  const verdicts = await Promise.all(NETS.map((net) => admit(net.name, castTwice(net, tree)))).finally(tree.remove);
  // After the nets, since generators write files that the nets read.
  verdicts.push(await admit('generated', compareGenerated().then(judgeGenerated)));
  for (const { name, seen, faults } of verdicts)
    console.log([`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${name}: ${seen}`, ...faults].join('\n  '));
  const failed = verdicts.filter(({ faults }) => faults.length > 0).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`check: ${verdicts.length - failed} passed, ${failed} failed (${seconds} s)`);
  return failed === 0;
}

async function castTwice(net: Net, { root, marks }: PlantedTree): Promise<Verdict> {
  const rules = await net.readRules();
  const [real, planted] = await Promise.all([net.cast(REPOSITORY), net.cast(root)]);
  const holes = judgeNet({ rules: [...rules.keys()], findings: planted.findings, marks, exact: net.exact });
  return {
    name: net.name,
    seen: `${real.seen}; ${rules.size} rules tried on ${planted.findings.length} planted breaches`,
    faults: [...listFindings(real, rules), ...holes.map((hole) => `planted: ${hole}`)],
  };
}

function judgeGenerated(generated: Catch): Verdict {
  return { name: 'generated', seen: generated.seen, faults: listFindings(generated, new Map()) };
}

/** A net that cannot be cast has not held. */
async function admit(name: string, verdict: Promise<Verdict>): Promise<Verdict> {
  return verdict.catch((error: Error) => ({ name, seen: 'not cast', faults: error.message.trim().split('\n') }));
}

/** By rule, each with the reason that it exists for. */
function listFindings({ findings }: Catch, rules: ReadonlyMap<string, string>): string[] {
  return [...Map.groupBy(findings, ({ rule }) => rule)].map(([rule, broken]) => {
    const places = broken.map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`} ${message}`);
    return [`${rule}: ${rules.get(rule) ?? 'files are equal to what their generators write'}`, ...places].join(
      '\n    ',
    );
  });
}

process.exitCode = (await check()) ? 0 : 1;
