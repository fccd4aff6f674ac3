// Every witness of the prover in the core engine of @cloud-copilot/iam-simulate: "A is not within B" means that the other engine, too,
// allows the request under A and refuses it under B. Random pairs over all operators, and AWS managed policies. A difference
// must belong to a known class (tests/differential/deviations.mjs).
//   MUSTER_WITNESS_PAIRS     random pairs of policies (default 2000)
//   MUSTER_WITNESS_POLICIES  managed policies, every ordered pair (default 12)
//   MUSTER_DIFFERENTIAL_SEED default 1
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kDeviations } from '../differential/deviations.mjs';
import { policyCase, randomDocument } from '../differential/policy_cases.mjs';
import { Random } from '../differential/random.mjs';
import { needPackages } from './packages.mjs';

const program = process.env.MUSTER_WITNESSES;
const pairs = Number(process.env.MUSTER_WITNESS_PAIRS ?? 2000);
const most = Number(process.env.MUSTER_WITNESS_POLICIES ?? 12);
const seed = Number(process.env.MUSTER_DIFFERENTIAL_SEED ?? 1);
const folder = join(process.env.MUSTER_SHARED ?? '../shared', 'data', 'aws-managed-policies', 'documents');
const kPrincipal = 'arn:aws:iam::111122223333:user/ann';
const kAccount = '111122223333';

needPackages('@cloud-copilot/iam-simulate');

function run(command, args, input) {
  const result = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (result.error || result.status !== 0) {
    throw result.error ?? new Error(`${command} ended with ${result.status}: ${result.stderr.slice(0, 2000)}`);
  }
  return result.stdout.trimEnd().split('\n');
}

const listed = (value) => (Array.isArray(value) ? value : [value]);

/** The same document with one statement changed: a pair of which one nearly lies in the other. */
function nearby(random, document, request) {
  const statements = structuredClone(listed(document.Statement));
  const at = random.below(statements.length);
  const [other] = listed(randomDocument(random, request, false).Statement);
  const changes = [
    () => delete statements[at].Condition,
    () => (statements[at] = other),
    () => statements.push(other),
    () => (statements[at].Condition = other.Condition ?? {}),
  ];
  random.pick(changes)();
  return { ...document, Statement: statements };
}

function randomPair(random) {
  const { request } = policyCase(random);
  const first = randomDocument(random, request, false);
  return [first, random.chance(0.5) ? nearby(random, first, request) : randomDocument(random, request, false)];
}

/** Spread over all names, so that large and small ones are among them. */
function managedPolicies() {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const count = Math.min(most, names.length);
  return Array.from({ length: count }, (_, i) => JSON.parse(readFileSync(join(folder, names[Math.floor((i * names.length) / count)]), 'utf8')));
}

/** The sets of documents, each with the prover's answers about its ordered pairs. */
function ask(sets) {
  const lines = run(program, [], sets.map((set) => JSON.stringify(set)).join('\n') + '\n').map((line) => JSON.parse(line));
  let next = 0;
  return sets.map((set) => {
    const count = lines[next].error === undefined ? set.length * (set.length - 1) : 1;
    next += count;
    return { set, answers: lines.slice(next - count, next) };
  });
}

/** One request for each side of each witness. */
function replays(asked) {
  return asked.flatMap(({ set, answers }, number) =>
    answers
      .filter(({ witness }) => witness !== undefined)
      .flatMap((answer) =>
        ['a', 'b'].map((side) => ({
          number,
          index: answer[side],
          document: set[answer[side]],
          ours: answer[`${side}_decision`],
          request: { ...answer.witness, principal: kPrincipal, resource_account: kAccount },
        })),
      ),
  );
}

function oracle(asked, requests) {
  const lines = [];
  let current;
  for (const { number, index, request } of requests) {
    if (number !== current) {
      lines.push(JSON.stringify({ define: asked[number].set }));
      current = number;
    }
    lines.push(JSON.stringify({ policies: { identity: [index] }, request }));
  }
  return run(process.execPath, [fileURLToPath(new URL('../differential/simulate.mjs', import.meta.url))], lines.join('\n') + '\n');
}

function explain({ document, request, ours }) {
  return kDeviations.find(({ holds }) => holds({ policies: { identity: [document] }, request }, ours))?.name;
}

function tally(words) {
  const counts = {};
  for (const word of words) {
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

function print(counts) {
  for (const [name, n] of Object.entries(counts).sort((a, b) => b[1] - a[1])) {
    console.log(`  ${String(n).padStart(5)}  ${name}`);
  }
}

function compare(name, sets) {
  if (sets.length === 0 || sets[0].length === 0) {
    console.log(`${name}: skipped, no data`);
    return true;
  }
  const asked = ask(sets);
  const answers = asked.flatMap((one) => one.answers);
  const requests = replays(asked);
  const theirs = oracle(asked, requests);
  const classes = {};
  const unexplained = [];
  requests.forEach((replay, i) => {
    if (replay.ours !== theirs[i]) {
      const reason = explain(replay);
      if (reason === undefined) {
        unexplained.push({ ...replay, theirs: theirs[i] });
      } else {
        classes[reason] = (classes[reason] ?? 0) + 1;
      }
    }
  });
  const count = (word) => answers.filter(({ included }) => included === word).length;
  const witnesses = requests.length / 2;
  const known = Object.values(classes).reduce((sum, n) => sum + n, 0);
  console.log(
    `${name}: ${answers.length} questions, ${count('yes')} included, ${count('no')} not, ${count('undecided')} undecided; ` +
      `${witnesses} witnesses: ${requests.length - known - unexplained.length} of ${requests.length} decisions equal, ${known} different in a known way, ${unexplained.length} unexplained`,
  );
  print(classes);
  print(tally(answers.filter(({ reason }) => reason !== undefined).map(({ reason }) => 'undecided: ' + reason.replaceAll(/`[^`]*`/g, '…'))));
  for (const { document, request, ours, theirs: other } of unexplained.slice(0, 5)) {
    console.log(`\nUNEXPLAINED: ours ${ours}, theirs ${other}\n${JSON.stringify(request)}\n${JSON.stringify(document).slice(0, 3000)}`);
  }
  const refuted = answers.filter(({ included, a_decision, b_decision }) => included === 'no' && (a_decision !== 'allowed' || b_decision === 'allowed' || b_decision === 'undecided'));
  console.log(refuted.length === 0 ? `${name}: our evaluator confirms every witness` : `REFUTED by our evaluator: ${JSON.stringify(refuted[0])}`);
  return unexplained.length === 0 && refuted.length === 0 && witnesses > 0;
}

const random = new Random(seed);
const results = [compare('random pairs', Array.from({ length: pairs }, () => randomPair(random))), compare('managed policies', [managedPolicies()])];
process.exitCode = results.every(Boolean) ? 0 : 1;
