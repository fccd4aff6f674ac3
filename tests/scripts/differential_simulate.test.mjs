// Our evaluator against the core engine of @cloud-copilot/iam-simulate on random pairs of policies and request. Every difference
// must belong to a known class (tests/differential/deviations.mjs); an unexplained one fails and is printed so that it can
// be replayed with `muster policy eval`.
//   MUSTER_DIFFERENTIAL_PAIRS  pairs in all (default 32000; half of them stacks of layers, a quarter OIDC trust)
//   MUSTER_DIFFERENTIAL_SEED   default 1
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kDeviations } from '../differential/deviations.mjs';
import { policyCase } from '../differential/policy_cases.mjs';
import { Random } from '../differential/random.mjs';
import { stackCase } from '../differential/stack_cases.mjs';
import { trustCase } from '../differential/trust_cases.mjs';
import { needPackages } from './packages.mjs';

const muster = process.env.MUSTER;
const pairs = Number(process.env.MUSTER_DIFFERENTIAL_PAIRS ?? 32000);
const seed = Number(process.env.MUSTER_DIFFERENTIAL_SEED ?? 1);

needPackages('@cloud-copilot/iam-simulate');

const kGenerators = [
  { kind: 'stack', make: stackCase },
  { kind: 'policy', make: policyCase },
  { kind: 'stack', make: stackCase },
  { kind: 'trust', make: trustCase },
];

function generate() {
  const random = new Random(seed);
  return Array.from({ length: pairs }, (_, i) => {
    const { kind, make } = kGenerators[i % kGenerators.length];
    return { kind, ...make(random) };
  });
}

const asLine = ({ policies, request }) => JSON.stringify({ policies, request });

function run(command, args, input) {
  const result = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (result.error || result.status === null) {
    throw result.error ?? new Error(`${command} was killed by ${result.signal}`);
  }
  return result;
}

function ourAnswers(file) {
  const result = run(muster, ['policy', 'eval', '--request', file, '--json'], '');
  if (result.status !== 0 && result.status !== 3) {
    throw new Error(`muster policy eval ended with ${result.status}: ${result.stderr.slice(0, 2000)}`);
  }
  return result.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
}

function oracleAnswers(lines) {
  const script = fileURLToPath(new URL('../differential/simulate.mjs', import.meta.url));
  const result = run(process.execPath, [script], lines);
  if (result.status !== 0) {
    throw new Error(`the oracle ended with ${result.status}: ${result.stderr.slice(0, 2000)}`);
  }
  return result.stdout.trimEnd().split('\n');
}

/** The class that covers a difference, or undefined. */
function explain(pair, { decision }) {
  return kDeviations.find(({ holds }) => holds(pair, decision))?.name;
}

function compare(cases, ours, theirs) {
  const counts = { stack: {}, policy: {}, trust: {} };
  const classes = {};
  const unexplained = [];
  let outside = 0;
  cases.forEach((pair, i) => {
    outside += explain(pair, ours[i]) === undefined ? 1 : 0;
    const decisions = counts[pair.kind];
    decisions[ours[i].decision] = (decisions[ours[i].decision] ?? 0) + 1;
    if (ours[i].decision === theirs[i]) {
      return;
    }
    const reason = explain(pair, ours[i]);
    if (reason === undefined) {
      unexplained.push({ pair, ours: ours[i], theirs: theirs[i] });
    } else {
      classes[reason] = (classes[reason] ?? 0) + 1;
    }
  });
  return { counts, classes, unexplained, outside };
}

function report({ counts, classes, unexplained, outside }) {
  const different = Object.values(classes).reduce((sum, n) => sum + n, 0);
  console.log(`seed ${seed}: ${pairs} pairs, ${pairs - different - unexplained.length} equal, ${different} different in a known way, ${unexplained.length} unexplained`);
  console.log(`${outside} pairs lie outside every class`);
  console.log('our decisions:', JSON.stringify(counts));
  for (const [name, count] of Object.entries(classes).sort((a, b) => b[1] - a[1])) {
    console.log(`  ${String(count).padStart(5)}  ${name}`);
  }
  for (const { pair, ours, theirs } of unexplained.slice(0, 5)) {
    console.log(`\nUNEXPLAINED: ours ${ours.decision} (${ours.because}), theirs ${theirs}\n${asLine(pair)}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'muster-differential-'));
try {
  const cases = generate();
  const lines = cases.map(asLine).join('\n') + '\n';
  const file = join(folder, 'requests.jsonl');
  writeFileSync(file, lines);
  const ours = ourAnswers(file);
  const theirs = oracleAnswers(lines);
  if (ours.length !== pairs || theirs.length !== pairs) {
    throw new Error(`answers are missing: ${ours.length} and ${theirs.length} for ${pairs} pairs`);
  }
  const result = compare(cases, ours, theirs);
  report(result);
  process.exitCode = result.unexplained.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
