// Random expressions, evaluated by `muster workflow eval` and by npm `@actions/expressions`: type, text, JSON and truth must agree,
// as must what is no expression and what fails. docs/decisions/0006-differences-from-actions-packages.md explains what is left out.
//   MUSTER_EXPRESSIONS       how many (default 3000)
//   MUSTER_EXPRESSIONS_SEED  default 1
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../differential/random.mjs';
import { needPackages } from './packages.mjs';

needPackages('@actions/expressions');
const { broken, oracle, random_contexts, random_expression } = await import('../differential/expressions.mjs');

const count = Number(process.env.MUSTER_EXPRESSIONS ?? 3000);
const random = new Random(Number(process.env.MUSTER_EXPRESSIONS_SEED ?? 1));
const r = (bound) => random.below(bound);
const cases = Array.from({ length: count }, () => {
  let expression = random_expression(r, 1 + r(4));
  expression = r(8) === 0 ? broken(r, expression) : expression;
  return { expression, contexts: random_contexts(r), status: ['success', 'failure', 'cancelled'][r(3)] };
});
// Nesting at the limit of 50 levels, and one beyond.
for (const depth of [24, 25, 26, 48, 49, 50, 51]) {
  for (const wrap of [(x) => `(${x})`, (x) => `!${x}`, (x) => `join(${x})`, (x) => `(${x} && 1)`]) {
    let expression = '1';
    for (let i = 0; i < depth; ++i) expression = wrap(expression);
    cases.push({ expression, contexts: {}, status: 'success' });
  }
  cases.push({ expression: 'github' + '.a'.repeat(depth), contexts: { github: {} }, status: 'success' });
  cases.push({ expression: 'github' + '[github'.repeat(depth) + ']'.repeat(depth), contexts: { github: {} }, status: 'success' });
}

const folder = mkdtempSync(join(tmpdir(), 'muster-expressions-'));
const file = join(folder, 'cases.jsonl');
writeFileSync(file, cases.map((one) => JSON.stringify(one)).join('\n') + '\n');
const ran = spawnSync(process.env.MUSTER, ['workflow', 'eval', file], { encoding: 'utf8', maxBuffer: 1 << 30 });
rmSync(folder, { recursive: true });
if (ran.status !== 0) {
  console.log(`muster workflow eval ended with ${ran.status}: ${ran.stderr.slice(0, 2000)}`);
  process.exit(1);
}
const ours = ran.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));

const kind = (answer) => ('invalid' in answer ? 'invalid' : 'error' in answer ? 'error' : 'value');
const tally = {};
let differences = 0;
cases.forEach((one, i) => {
  const theirs = oracle(one);
  const same =
    kind(ours[i]) === kind(theirs) &&
    (kind(theirs) !== 'value' || ['type', 'text', 'json', 'truthy'].every((key) => ours[i][key] === theirs[key]));
  tally[kind(theirs)] = (tally[kind(theirs)] ?? 0) + 1;
  if (!same && ++differences <= 10) {
    console.log(`differs: ${JSON.stringify(one)}\n  muster: ${JSON.stringify(ours[i])}\n  theirs: ${JSON.stringify(theirs)}`);
  }
});
console.log(`${cases.length} expressions: ${JSON.stringify(tally)}, ${differences} differences`);
process.exit(differences === 0 ? 0 : 1);
