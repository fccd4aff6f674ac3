// `muster policy compare`: the four relations, witnesses that `policy eval` confirms, words, exit codes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'muster-policy-compare-'));
const failures = [];

function expect(condition, message) {
  if (!condition) {
    failures.push(message);
  }
}

function file(name, statements) {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return path;
}

function run(args, input = '') {
  const result = spawnSync(process.env.MUSTER, ['policy', ...args], { encoding: 'utf8', input });
  return { status: result.status, out: result.stdout.replaceAll(folder + '/', ''), errors: result.stderr.replaceAll(folder + '/', '') };
}

function compare(a, b, ...options) {
  const { status, out } = run(['compare', a, b, '--json', ...options]);
  return { status, ...JSON.parse(out) };
}

/// The decision of `policy eval` about a witness.
function decide(statements, request) {
  const lines = join(folder, 'requests.jsonl');
  writeFileSync(lines, JSON.stringify({ policies: { identity: [{ Version: '2012-10-17', Statement: statements }] }, request }));
  return JSON.parse(run(['eval', '--request', lines]).out).decision;
}

const kRead = [{ Sid: 'Read', Effect: 'Allow', Action: 's3:Get*', Resource: 'arn:aws:s3:::art/*' }];
const kMore = [...kRead, { Sid: 'Write', Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::art/*', Condition: { StringLike: { 'aws:PrincipalTag/team': 'ship*' } } }];
const kOther = [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }];
const kOdd = [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition: { StringIs: { k: 'a' } } }];
const read = file('read.json', kRead);
const more = file('more.json', kMore);
const other = file('other.json', kOther);
const odd = file('odd.json', kOdd);

function relations() {
  const widened = compare(read, more);
  expect(widened.status === 0 && widened.relation === 'widened', `widened, not ${widened.relation}`);
  expect(widened.a_within_b === true && widened.b_within_a === false, 'the two answers of a widened policy');
  expect(widened.witness_a_not_b === null, 'no witness where there is no difference');
  const witness = widened.witness_b_not_a;
  expect(witness.action === 's3:PutObject' && witness.context['aws:principaltag/team'] === 'ship', `witness ${JSON.stringify(witness)}`);
  expect(decide(kMore, witness) === 'allowed' && decide(kRead, witness) === 'implicitDeny', 'policy eval confirms the witness');
  expect(widened.evidence_b_not_a.allowed_by.statement.sid === 'Write', 'the statement that allows it');
  const [grant] = widened.grants_b_not_a;
  expect(widened.grants_b_not_a.length === 1 && grant.statement.sid === 'Write' && grant.actions[0] === 's3:PutObject' && grant.escapes[0].in === 'action', `what is new by statement: ${JSON.stringify(grant)}`);
  expect(widened.grants_a_not_b.length === 0, 'nothing is gone');
  expect(compare(more, read).relation === 'narrowed', 'narrowed');
  expect(compare(read, read).relation === 'equal', 'equal');
  expect(compare(read, other).relation === 'incomparable', 'incomparable');
  const open = compare(odd, read);
  expect(open.status === 3 && open.relation === 'undecided' && open.a_within_b === 'undecided', 'undecided ends with 3');
  expect(open.reason_a_within_b.includes('`StringIs`') && open.candidate_a_not_b.action === 's3:GetObject', 'reason and candidate');
}

function words() {
  const { status, out } = run(['compare', read, more]);
  const expected = [
    'widened: more.json allows everything that read.json allows, and more',
    'Allowed by more.json and not by read.json, for example:',
    '  `s3:PutObject` on `arn:aws:s3:::art/example`, `aws:principaltag/team` = `ship`',
    '  more.json: statement `Write` (more.json:1:121) allows it',
    '  read.json: no statement allows it; nearest is statement `Read` (read.json:1:38): `Action` does not name `s3:PutObject`',
    'All of it, by statement of more.json:',
    '  statement `Write` (more.json:1:121): `s3:PutObject`',
    '    by its action: `s3:PutObject` on `arn:aws:s3:::art/example`, `aws:principaltag/team` = `ship`',
  ];
  expect(status === 0 && out === expected.join('\n') + '\n', `words:\n${out}`);
  const many = file('many.json', [{ Sid: 'Many', Effect: 'Allow', Action: Array.from({ length: 12 }, (_, i) => `sqs:A${i}`), Resource: '*' }]);
  expect(run(['compare', read, many]).out.includes('`sqs:A9` and 2 more\n'), 'long lists of actions are cut in words');
  expect(compare(read, many).grants_b_not_a[0].actions.length === 12, 'but not in JSON');
  const piped = run(['compare', '-', more], JSON.stringify({ Version: '2012-10-17', Statement: kMore }));
  expect(piped.out.startsWith('equal: <stdin> and more.json'), `standard input: ${piped.out}${piped.errors}`);
}

function trouble() {
  const missing = run(['compare', read, join(folder, 'none.json')]);
  expect(missing.status === 2 && missing.errors.includes('none.json'), `a file that is not there: ${missing.status} ${missing.errors}`);
  const broken = join(folder, 'broken.json');
  writeFileSync(broken, '{"Statement": [');
  const bad = run(['compare', read, broken]);
  expect(bad.status === 3 && bad.errors.includes('broken.json:1:'), `a broken file: ${bad.status} ${bad.errors}`);
}

function layers() {
  const all = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  const document = (Statement) => ({ Version: '2012-10-17', Statement });
  const stack = { identity: [document(all)], boundary: document(kRead), scp: [[document(all)]] };
  const layered = join(folder, 'stack.json');
  writeFileSync(layered, JSON.stringify(stack));
  expect(compare(layered, read).relation === 'equal', 'what a boundary leaves');
  const wider = compare(read, file('all.json', all));
  expect(wider.relation === 'widened' && wider.witness_b_not_a.action === 'iam:CreatePolicy', `a real action: ${JSON.stringify(wider.witness_b_not_a)}`);
  const narrower = compare(layered, more);
  expect(narrower.relation === 'widened' && narrower.evidence_b_not_a.refused_by.layer === 'boundary', 'the layer that refuses');
  const lines = join(folder, 'requests.jsonl');
  writeFileSync(lines, JSON.stringify({ policies: stack, request: narrower.witness_b_not_a }));
  expect(JSON.parse(run(['eval', '--request', lines]).out).decision === 'implicitDeny', 'policy eval confirms the witness against the layers');
  writeFileSync(layered, JSON.stringify({ ...stack, boundary: 'unknown' }));
  const open = compare(layered, read);
  expect(open.status === 3 && open.reason_a_within_b === 'boundary: not all of its documents are known', `an unknown layer: ${open.reason_a_within_b}`);
  writeFileSync(layered, JSON.stringify({ ...stack, rcp: [[document(all)]] }));
  const refused = run(['compare', layered, read]);
  expect(refused.status === 3 && refused.errors.includes('`rcp` belongs to a resource'), `a layer of the resource: ${refused.errors}`);
}

function reality() {
  const web = 'arn:aws:ecs:eu-central-1:111122223333:service/shop/web';
  const images = 'arn:aws:ecr:eu-central-1:111122223333:repository/shop';
  const allow = (Action, Resource) => ({ Effect: 'Allow', Action, Resource });
  const joined = file('joined.json', [allow(['ecr:*', 'ecs:UpdateService'], [web, images])]);
  const apart = file('apart.json', [allow('ecr:*', images), allow('ecs:UpdateService', web)]);
  const odd = compare(apart, joined);
  expect(odd.status === 0 && odd.relation === 'widened', 'what the text says decides');
  expect(odd.evidence_b_not_a.no_real_request === true && odd.evidence_b_not_a.only_new_actions === false, 'an action never has such a resource');
  expect(odd.grants_b_not_a.every((grant) => grant.escapes.every((escape) => escape.no_real_request)), 'no escape can occur');
  expect(run(['compare', apart, joined]).out.includes('no real request of this kind is known: the action never has such a resource (catalogue of 2'), 'said in words');
  const narrower = file('narrower.json', [allow('ecr:*', images), allow('ecs:Describe*', web)]);
  const real = compare(narrower, joined);
  expect(real.witness_b_not_a.action === 'ecs:UpdateService' && real.witness_b_not_a.resource === web, `what belongs together: ${JSON.stringify(real.witness_b_not_a)}`);
  expect(real.evidence_b_not_a.no_real_request === false, 'it can occur');
}

function readings() {
  const stacks = (name) => `arn:aws:cloudformation:*:*:stack/${name}/*`;
  const all = { Effect: 'Allow', Action: 'cloudformation:*', Resource: [stacks('a'), stacks('b')] };
  const noB = { Effect: 'Deny', Action: 'cloudformation:*', Resource: stacks('b') };
  const onlyA = file('only-a.json', [{ ...all, Resource: stacks('a') }]);
  const guarded = file('guarded.json', [all, noB]);
  const usual = compare(onlyA, guarded);
  expect(usual.status === 0 && usual.relation === 'equal' && usual.arn_mode === 'segment', `field by field: ${usual.relation}`);
  const odd = usual.other_readings.find((one) => one.arn_mode === 'trail');
  const holdsBoth = odd.witness.resource.includes('stack/a/') && odd.witness.resource.includes('stack/b/');
  expect(odd.question === 'a_within_b' && odd.answer === false && holdsBoth, JSON.stringify(usual.other_readings));
  expect(run(['compare', onlyA, guarded]).out.includes('note: with --arn-mode trail'), 'a note in words');
  const trail = compare(onlyA, guarded, '--arn-mode', 'trail');
  expect(trail.status === 0 && trail.a_within_b === false && trail.arn_mode === 'trail', 'the chosen reading decides');
  const safe = trail.other_readings.map((one) => [one.arn_mode, one.question, one.answer].join());
  expect(safe.includes('segment,a_within_b,true') && !safe.some((one) => one.startsWith('string')), `what the others say: ${safe}`);
  expect(run(['compare', onlyA, guarded, '--arn-mode', 'trail']).out.includes('note: with --arn-mode segment'), 'the note tells that the usual reading finds nothing');
  const lines = join(folder, 'odd.jsonl');
  writeFileSync(lines, JSON.stringify({ policies: { identity: [{ Version: '2012-10-17', Statement: [all, noB] }] }, request: odd.witness }));
  const decision = (...mode) => JSON.parse(run(['eval', '--request', lines, ...mode]).out).decision;
  expect(decision('--arn-mode', 'trail') === 'explicitDeny' && decision() === 'allowed', 'policy eval reads it likewise');
  expect(compare(read, more).other_readings.length === 0, 'no note where the readings agree');
  expect(run(['compare', read, more, '--arn-mode', 'glob']).status === 2, 'an unknown reading');
}

function catalogues() {
  const all = file('sqs.json', [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }]);
  const named = file('named.json', [{ Effect: 'Allow', Action: [...'ACDGLPRSTU'].map((letter) => `sqs:${letter}*`), Resource: '*' }]);
  expect(compare(named, all).evidence_b_not_a.only_new_actions === true, 'only actions that do not exist');
  expect(run(['compare', named, all]).out.includes('only for action names that do not exist today (catalogue of 2'), 'said in words');
  const missing = run(['compare', named, all, '--catalogue', join(folder, 'none.txt')]);
  expect(missing.status === 2, `a catalogue that is not there: ${missing.status}`);
  expect(run(['compare', named, all, '--budget', '0']).status === 2, 'a budget of nothing');
}

relations();
layers();
reality();
readings();
catalogues();
words();
trouble();
rmSync(folder, { recursive: true });
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}
