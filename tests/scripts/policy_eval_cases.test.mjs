// `muster policy eval` on the labelled evaluation cases: every case must carry its label. Also the contract of exit codes, of
// the layers in an answer, and of bad lines.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const muster = process.env.MUSTER;
const cases = join(process.env.MUSTER_SHARED ?? '../shared', 'reference', 'iam-cases.json');
const folder = mkdtempSync(join(tmpdir(), 'muster-policy-eval-'));
const failures = [];

function expect(condition, message) {
  if (!condition) {
    failures.push(message);
  }
}

function evaluate(text) {
  const file = join(folder, 'requests.jsonl');
  writeFileSync(file, text);
  const result = spawnSync(muster, ['policy', 'eval', '--request', file, '--json'], { encoding: 'utf8' });
  const lines = result.stdout.split('\n').filter((line) => line !== '');
  return { status: result.status, answers: lines.map((line) => JSON.parse(line)), errors: result.stderr.replaceAll(folder + '/', '') };
}

function line(policies, extra = {}) {
  return JSON.stringify({ policies, request: { principal: 'arn:aws:iam::111122223333:user/ann', action: 's3:GetObject', resource: 'arn:aws:s3:::art/x', ...extra } });
}

const kAllow = { Version: '2012-10-17', Statement: [{ Sid: 'Read', Effect: 'Allow', Action: 's3:Get*', Resource: '*' }] };

function exitCodes() {
  const decided = evaluate(line({ identity: [kAllow] }) + '\n\n' + line({ identity: [] }) + '\n');
  expect(decided.status === 0, `decided lines end with 0, not ${decided.status}`);
  expect(decided.answers.map(({ decision }) => decision).join() === 'allowed,implicitDeny', 'one answer per request line, in order');
  expect(decided.answers[0].statements[0].sid === 'Read', 'the deciding statement carries its Sid');
  expect(decided.answers[0].statements[0].location.line === 1, 'the deciding statement carries its place');

  const open = evaluate(line({ identity: [kAllow], boundary: 'unknown' }) + '\n' + line({ identity: [kAllow] }));
  expect(open.status === 3, `an undecided line ends with 3, not ${open.status}`);
  expect(open.answers.length === 2 && open.answers[0].layer === 'boundary', 'the open layer is named as the reason');
}

const kDeny = { Version: '2012-10-17', Statement: [{ Sid: 'No', Effect: 'Deny', Action: '*', Resource: '*' }] };

/** The members that a script reads: which layers took part, which of them decided, and where. */
function layersOfAnswers() {
  const { answers } = evaluate(
    [
      line({ identity: [kAllow], boundary: kAllow, session: [kAllow], scp: [[kAllow], [kAllow]], rcp: [[]] }),
      line({ identity: [kAllow], scp: [[kAllow], [kAllow, kDeny]] }),
      line({ identity: [kAllow], boundary: { Statement: [] } }),
      line({}),
    ].join('\n'),
  );
  const [allowed, denied, blocked, nothing] = answers;
  expect(allowed.layers.map(({ layer }) => layer).join() === 'identity,boundary,session,scp,rcp', `layers in order: ${JSON.stringify(allowed.layers)}`);
  expect(allowed.layer === 'identity' && allowed.statements.map(({ layer }) => layer).join() === 'identity,boundary,session,scp,scp', 'every layer that allowed is shown');
  const [found] = denied.statements;
  expect(denied.decision === 'explicitDeny' && denied.layer === 'scp', 'the layer that denies is named');
  expect(denied.statements.length === 1 && found.layer === 'scp' && found.level === 1 && found.policy === 1 && found.sid === 'No', `the Deny is shown with its level: ${JSON.stringify(found)}`);
  expect(blocked.layer === 'boundary' && blocked.layers[1].allows === 'no', 'the layer that stands in the way is named');
  expect(nothing.decision === 'implicitDeny' && nothing.layer === 'identity' && nothing.layers.length === 0, `no layer is given: ${JSON.stringify(nothing)}`);
}

function badLines() {
  const bad = evaluate(line({ identity: [kAllow] }) + '\n{"policies":{}\n' + line({ identity: [{ Statement: { effect: 'Allow' } }] }) + '\n');
  expect(bad.status === 2, `a bad line ends with 2, not ${bad.status}`);
  expect(bad.answers.length === 0, 'nothing is printed when a line is bad');
  expect(bad.errors.includes('requests.jsonl:2:'), `the syntax error carries line 2: ${bad.errors}`);
  expect(/requests\.jsonl:3:\d+: unknown statement element `effect`; did you mean `Effect`\?/.test(bad.errors), `the model error carries line 3: ${bad.errors}`);
  const missing = spawnSync(muster, ['policy', 'eval', '--request', join(folder, 'none.jsonl')], { encoding: 'utf8' });
  expect(missing.status === 2 && missing.stderr.includes('none.jsonl'), 'a missing file ends with 2 and is named');
}

function labelledCases() {
  if (!existsSync(cases)) {
    console.log(`skipped the labelled cases: no ${cases}; set MUSTER_SHARED`);
    return;
  }
  const labelled = JSON.parse(readFileSync(cases, 'utf8')).cases;
  const { answers } = evaluate(labelled.map((entry) => JSON.stringify(entry)).join('\n'));
  expect(answers.length === labelled.length, `${answers.length} answers for ${labelled.length} cases`);
  labelled.forEach(({ id, decision }, i) => expect(answers[i].decision === decision, `${id}: ${answers[i].decision}, labelled ${decision}`));
  console.log(`${labelled.length} labelled cases decided as labelled: ${labelled.filter(({ decision }, i) => answers[i].decision === decision).length}`);
}

try {
  exitCodes();
  layersOfAnswers();
  badLines();
  labelledCases();
} finally {
  rmSync(folder, { recursive: true });
}
failures.forEach((failure) => console.log(`FAILED: ${failure}`));
process.exitCode = failures.length === 0 ? 0 : 1;
