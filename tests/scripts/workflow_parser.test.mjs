// Workflow files and their mutants, read by `muster workflow show` and by npm `@actions/workflow-parser`: whether each is a workflow, its
// jobs, needs and completed conditions must agree. Files: under MUSTER_SHARED/data/workflows when that is there, else those of the
// repository. Known differences: docs/decisions/0006-differences-from-actions-packages.md.
//   MUSTER_WORKFLOW_MUTANTS  how many (default 300)
//   MUSTER_WORKFLOW_SEED     default 1
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needPackages } from './packages.mjs';

needPackages('@actions/workflow-parser');
const { Random } = await import('../differential/random.mjs');
const { mutant } = await import('../differential/workflow_mutants.mjs');
const { known_difference } = await import('../differential/workflow_deviations.mjs');

function files_under(folder) {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'node_modules' ? [] : files_under(path);
    return /\.ya?ml$/.test(name) && /^jobs:/m.test(readFileSync(path, 'utf8')) ? [path] : [];
  });
}

const root = process.env.MUSTER_SOURCE_DIR ?? fileURLToPath(new URL('../..', import.meta.url));
const shared = join(process.env.MUSTER_SHARED ?? join(root, '../shared'), 'data/workflows');
const sources = [...(existsSync(shared) ? files_under(shared) : []), ...files_under(join(root, 'examples')), ...files_under(join(root, 'tests/golden'))];
const texts = sources.map((path) => readFileSync(path, 'utf8'));
const random = new Random(Number(process.env.MUSTER_WORKFLOW_SEED ?? 1));
const count = Number(process.env.MUSTER_WORKFLOW_MUTANTS ?? 300);
const cases = [...texts, ...Array.from({ length: count }, () => mutant(random, random.pick(texts)))];

const folder = mkdtempSync(join(tmpdir(), 'muster-workflows-'));
const names = cases.map((content, i) => {
  const path = join(folder, `${i}.yml`);
  writeFileSync(path, content);
  return path;
});
const ours = [];
for (let i = 0; i < names.length; i += 500) {
  const ran = spawnSync(process.env.MUSTER, ['workflow', 'show', '--json', ...names.slice(i, i + 500)], { encoding: 'utf8', maxBuffer: 1 << 30 });
  if (ran.status !== 0 && ran.status !== 3) {
    console.log(`muster workflow show ended with ${ran.status}: ${ran.stderr.slice(0, 2000)}`);
    process.exit(1);
  }
  ours.push(...ran.stdout.trimEnd().split('\n').map((line) => JSON.parse(line)));
}
rmSync(folder, { recursive: true });
const oracle = spawnSync(process.execPath, [fileURLToPath(new URL('../differential/workflow_oracle.mjs', import.meta.url))], {
  input: cases.map((content, i) => JSON.stringify({ name: `${i}.yml`, content }) + '\n').join(''), encoding: 'utf8', maxBuffer: 1 << 30,
});
const theirs = oracle.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
if (theirs.length !== cases.length) {
  console.log(`the oracle answered ${theirs.length} of ${cases.length}: ${oracle.stderr.slice(0, 2000)}`);
  process.exit(1);
}

/** What differs, or nothing. Conditions in block scalars are not compared: the package reads them with their indentation. */
function difference(mine, other, content) {
  if (Boolean(mine.error) !== Boolean(other.error)) return mine.error ? 'muster refuses' : 'muster accepts';
  if (mine.error) return null;
  const block = /^\s*-?\s*if: *[|>]/m.test(content);
  const shape = (jobs) => JSON.stringify(jobs.map((job) => [job.id, job.needs, block ? '' : job.if]));
  const steps = (jobs, condition) => JSON.stringify(jobs.map((job) => job.steps.map(condition)));
  if (shape(mine.jobs) !== shape(other.jobs)) return 'jobs';
  return !block && steps(mine.jobs, (step) => step.if ?? null) !== steps(other.jobs, (step) => step) ? 'conditions of steps' : null;
}

const tally = { same: 0 };
let unexplained = 0;
cases.forEach((content, i) => {
  const found = difference(ours[i], theirs[i], content);
  const reason = found && known_difference(found, ours[i], theirs[i], content);
  const key = found ? reason ?? 'unexplained' : ours[i].error ? 'both refuse' : 'same';
  tally[key] = (tally[key] ?? 0) + 1;
  if (found && !reason && ++unexplained <= Number(process.env.MUSTER_WORKFLOW_SHOWN ?? 10)) {
    console.log(`${found}: case ${i}${i < sources.length ? ` (${sources[i]})` : ''}\n  muster: ${JSON.stringify(ours[i].error ?? ours[i].jobs).slice(0, 400)} ${ours[i].location?.line ?? ''}\n  theirs: ${JSON.stringify(theirs[i].error ?? theirs[i].jobs).slice(0, 400)}`);
    if (process.env.MUSTER_WORKFLOW_CASES) writeFileSync(join(process.env.MUSTER_WORKFLOW_CASES, `${i}.yml`), content);
  }
});
console.log(`${sources.length} files and ${count} mutants: ${JSON.stringify(tally)}`);
process.exit(unexplained === 0 ? 0 : 1);
