// `muster policy lint`: words, JSON in the shape of Access Analyzer, gate, types, catalogues, files that cannot be read.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'muster-policy-lint-'));
const failures = [];

function expect(condition, message) {
  if (!condition) {
    failures.push(message);
  }
}

function file(name, content) {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function lint(args, input = '') {
  const result = spawnSync(process.env.MUSTER, ['policy', 'lint', ...args], { encoding: 'utf8', input });
  return { status: result.status, out: result.stdout.replaceAll(folder + '/', ''), errors: result.stderr.replaceAll(folder + '/', '') };
}

function policy(...statements) {
  return { Version: '2012-10-17', Statement: statements };
}

const clean = file('clean.json', policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::art/*' }));
const redundant = file('redundant.json', policy({ Effect: 'Allow', Action: ['s3:GetObject', 's3:Get*'], Resource: '*' }));
const pass = file('pass.json', policy({ Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' }));
const broken = file('broken.json', '{"Version": "2012-10-17",\n "Statement": [}');
const deep = file('deep.json', '['.repeat(100));

function words() {
  const one = lint([redundant]);
  expect(one.status === 0, `a suggestion does not fail: ${one.status}`);
  expect(one.out.startsWith('redundant.json:1:66 REDUNDANT_ACTION `s3:Get*` covers `s3:GetObject`\n    Remove'), one.out);
  expect(one.out.endsWith('1 suggestion in 1 policy\n'), one.out);
  expect(lint([clean]).out === 'nothing found in 1 policy\n', 'a clean policy');
  const syntax = lint([broken]);
  expect(syntax.status === 1 && syntax.out.startsWith('broken.json:2:16 JSON_SYNTAX_ERROR '), syntax.out);
  expect(lint(['-'], readFileSync(pass, 'utf8')).out.startsWith('<stdin>:1:'), 'standard input');
  const evil = lint([file('evil.json', policy({ Effect: '\u001b[31m::error::x\n', Action: 's3:GetObject', Resource: '*' }))]);
  expect(!evil.out.includes('\u001b') && !/^::/m.test(evil.out), `control characters: ${JSON.stringify(evil.out)}`);
}

function gate() {
  expect(lint([pass]).status === 1, 'a security warning fails');
  expect(lint([pass, '--fail-on', 'error']).status === 0, 'but not a gate for errors');
  expect(lint([redundant, '--fail-on', 'suggestion']).status === 1, 'a gate for suggestions');
  expect(lint([redundant, '--fail-on', 'never']).status === 2, 'an unknown level');
  expect(lint([deep]).status === 3, 'a file beyond the limits');
  expect(lint([deep, pass]).status === 1, 'findings win over a file that cannot be read');
  expect(lint([join(folder, 'nowhere.json')]).status === 2, 'a file that is not there');
}

function json() {
  const { status, out } = lint([redundant, pass, '--json']);
  const answer = JSON.parse(out);
  expect(status === 1, 'exit code of --json');
  expect(/^\d{4}-\d\d-\d\d$/.test(answer.catalogue.date), 'date of the catalogue');
  expect(JSON.stringify(answer.files) === JSON.stringify([
    { file: 'redundant.json', policy_type: 'identity', findings: 1, undecided: 0 },
    { file: 'pass.json', policy_type: 'identity', findings: 1, undecided: 0 }]), JSON.stringify(answer.files));
  const [first, second] = answer.findings;
  expect(first.code === 'REDUNDANT_ACTION' && first.issueCode === first.code, 'codes');
  expect(first.severity === 'suggestion' && first.findingType === 'SUGGESTION', 'types');
  expect(JSON.stringify(first.path) === '["Statement",0,"Action",0]', JSON.stringify(first.path));
  expect(first.location.file === 'redundant.json' && first.location.column === 66, 'location');
  expect(JSON.stringify(first.locations[1].path) === '[{"value":"Statement"},{"index":0},{"value":"Action"},{"index":1}]', 'path steps');
  const { start, end } = first.locations[0].span;
  expect(readFileSync(redundant, 'utf8').slice(start.offset, end.offset) === '"s3:GetObject"', 'span');
  expect(start.line === 1 && start.column === start.offset, 'columns from 0');
  expect(second.learnMoreLink.endsWith('#access-analyzer-reference-policy-checks-security-warning-pass-role-with-star-in-resource'), second.learnMoreLink);
  expect(answer.findings.every((finding) => finding.message && finding.fix), 'words');
}

function types() {
  const trust = policy({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' });
  const path = file('trust.json', trust);
  expect(lint([path]).out === 'nothing found in 1 policy\n', 'a trust policy is recognised');
  expect(lint([path, '--type', 'identity']).out.includes('UNSUPPORTED_PRINCIPAL'), '--type wins');
  expect(lint([path, '--type', 'role']).status === 2, 'an unknown type');
}

function catalogues() {
  const own = join(process.env.MUSTER_SOURCE_DIR, 'rules/data/aws-actions.txt');
  expect(lint([clean, '--catalogue', own]).status === 0, 'another catalogue');
  const cut = file('cut.txt', readFileSync(own, 'utf8').slice(0, 20000));
  const refused = lint([clean, '--catalogue', cut]);
  expect(refused.status === 3 && refused.errors.includes('cut.txt'), `a cut catalogue: ${refused.status} ${refused.errors}`);
  expect(lint([clean, '--catalogue', join(folder, 'nowhere.txt')]).status === 2, 'a catalogue that is not there');
}

function redundant_flag() {
  const twice = file('twice.json', policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }, { Effect: 'Allow', Action: 's3:Get*', Resource: '*' }));
  expect(lint([twice]).out === 'nothing found in 1 policy\n', 'not without asking');
  const asked = lint([twice, '--redundant']);
  expect(asked.status === 0 && asked.out.includes('MUSTER_REDUNDANT_STATEMENT this statement changes nothing: statement 2 allows all that it allows'), asked.out);
  expect(lint([twice, '--redundant', '--fail-on', 'suggestion']).status === 1, 'it fails where suggestions do');
  expect(JSON.parse(lint([twice, '--redundant', '--json']).out).files[0].undecided === 0, 'what stayed open');
}

words();
redundant_flag();
gate();
json();
types();
catalogues();
rmSync(folder, { recursive: true });
for (const failure of failures) {
  console.error(failure);
}
process.exit(failures.length === 0 ? 0 : 1);
