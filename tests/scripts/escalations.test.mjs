// `muster escalations`: words, JSON, mistakes, exit codes, and the examples of the help.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert';

const muster = process.env.MUSTER;
const work = mkdtempSync(join(tmpdir(), 'muster-escalations-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const empty = join(work, 'empty');
mkdirSync(empty);

const home = '111122223333';
const arn = (kind, name) => `arn:aws:iam::${home}:${kind}/${name}`;
const policy = (...statements) => ({ Version: '2012-10-17', Statement: statements });
const allow = (action, resource) => ({ Effect: 'Allow', Action: action, Resource: resource });
const inline = (statements) => (statements.length ? [{ PolicyName: 'own', PolicyDocument: policy(...statements) }] : []);
const role = (name, trust, ...statements) => ({
  Path: '/', RoleName: name, Arn: arn('role', name), InstanceProfileList: [], AttachedManagedPolicies: [], Tags: [],
  AssumeRolePolicyDocument: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', ...trust }), RolePolicyList: inline(statements),
});
const user = (name, ...statements) => ({
  Path: '/', UserName: name, Arn: arn('user', name), GroupList: [], AttachedManagedPolicies: [], Tags: [], UserPolicyList: inline(statements),
});
const trusts = (service) => ({ Principal: { Service: service } });
const admin = (name, service) => ({
  ...role(name, trusts(service)),
  AttachedManagedPolicies: [{ PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
});
const github = {
  Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: arn('oidc-provider', 'token.actions.githubusercontent.com') },
  Condition: { StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:acme/shop:ref:refs/heads/main' } },
};
const account = (users, roles, more = {}) => ({
  authorization_details: { UserDetailList: users, GroupDetailList: [], Policies: [], RoleDetailList: roles }, ...more,
});
const deploys = (name) => [allow('iam:PassRole', arn('role', name)), allow(['lambda:CreateFunction', 'lambda:InvokeFunction'], '*')];

let folder = 0;
function run(files, ...args) {
  const facts = join(work, `facts-${folder++}`);
  mkdirSync(facts);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(facts, name), typeof content === 'string' ? content : JSON.stringify(content, null, 1));
  }
  return spawnSync(muster, ['escalations', '--facts', facts, ...args], { encoding: 'utf8', cwd: empty });
}

// Every kind of principal is a start, whoever gets to be it.
const starts = account(
  [user('ci', ...deploys('builder')), user('ann', allow('iam:PutUserPolicy', arn('user', 'ann'))), user('idle')],
  [admin('builder', 'lambda.amazonaws.com'), role('deploy', github, ...deploys('builder')),
    role('host', trusts('ec2.amazonaws.com'), ...deploys('builder')),
    role('partner', { Principal: { AWS: '444455556666' } }, allow('sts:AssumeRole', arn('role', 'hop'))),
    role('hop', { Principal: { AWS: arn('role', 'partner') } }, ...deploys('builder'))]);
{
  const keys = { AccessKeyMetadata: [{ UserName: 'ci', AccessKeyId: 'AKIAEXAMPLE000000001', Status: 'Active', CreateDate: '2024-03-01T09:30:00Z' }] };
  const done = run({ 'account.json': starts, 'keys.json': keys }, '--json');
  assert.equal(done.status, 1, done.stderr);
  const answer = JSON.parse(done.stdout);
  const found = answer.paths.map((p) => [p.start.arn.split('/').pop(), p.start.entrances.map((e) => e.kind).join(), p.steps.map((s) => s.way).join(' '), p.verdict]);
  assert.deepEqual(found, [
    ['deploy', 'pipeline', 'lambda-create-function', 'proven'],
    ['hop', '', 'lambda-create-function', 'proven'],
    ['host', '', 'lambda-create-function', 'proven'],
    ['partner', 'other-account', 'sts-assume-role lambda-create-function', 'proven'],
    ['ann', '', 'iam-put-user-policy', 'proven'],
    ['ci', 'access-key', 'lambda-create-function', 'proven'],
  ]);
  assert.deepEqual([answer.principals, answer.administrators], [8, 1]);
  for (const path of answer.paths) {
    assert.ok(path.administrator);
    for (const step of path.steps) {
      for (const request of step.requests) {
        assert.ok(request.request.action && request.request.resource && request.statement, JSON.stringify(step));
      }
    }
  }
  const words = run({ 'account.json': starts, 'keys.json': keys });
  assert.equal(words.status, 1);
  assert.match(words.stdout, /^PROVEN {4}role `deploy` -> role `builder`: rights of an administrator\n {2}open to: tokens of arn:aws:iam::111122223333:oidc-provider\/token/);
  assert.match(words.stdout, /user `ci` -> role `builder`: rights of an administrator\n {2}open to: whoever holds its access key\n/);
  assert.match(words.stdout, /\n6 path\(s\): 6 proven, 0 possible; 8 principals, ways of \d{4}-\d\d-\d\d\n$/);
  assert.doesNotMatch(words.stdout, /\x1b/);
}

// From one principal, by name and by ARN; what is blocked and by what.
{
  const done = run({ 'account.json': starts }, '--from', 'partner', '--json');
  assert.deepEqual(JSON.parse(done.stdout).paths.map((p) => p.target.arn), [arn('role', 'hop'), arn('role', 'builder')]);
  const byArn = run({ 'account.json': starts }, '--from', arn('role', 'partner'), '--json');
  const anywhere = (text) => text.replaceAll(/facts-\d+/g, 'facts');
  assert.equal(anywhere(byArn.stdout), anywhere(done.stdout));
  const clean = run({ 'account.json': starts }, '--from', 'idle');
  assert.equal(clean.status, 0);
  assert.match(clean.stdout, /^0 path\(s\)/);
  const denied = account([user('ci', ...deploys('builder'), { Effect: 'Deny', Action: 'iam:PassRole', Resource: '*', Sid: 'NoPass' })],
    [admin('builder', 'lambda.amazonaws.com')]);
  const blocked = run({ 'account.json': denied }, '--from', 'ci', '--blocked');
  assert.equal(blocked.status, 0);
  assert.match(blocked.stdout, /BLOCKED {3}what comes close\n.*lambda-create-function\]/s);
  assert.match(blocked.stdout, /stopped: `iam:PassRole` on .*NoPass/);
  assert.equal(JSON.parse(run({ 'account.json': denied }, '--blocked', '--json').stdout).paths.length, 0);
}

// Mistakes and gaps.
const wrong = [
  ['no such principal', { 'account.json': starts }, ['--from', 'nobody'], 2, /no user or role `nobody` in the account facts/],
  ['a name that two have', { 'account.json': account([user('ci')], [role('ci', trusts('ec2.amazonaws.com'))]) }, ['--from', 'ci'], 2,
    /`ci` names several principals; give its ARN/],
  ['a time that is none', { 'account.json': starts }, ['--as-of', 'yesterday'], 2, /--as-of `yesterday` is no time/],
  ['an unknown option', { 'account.json': starts }, ['--to', 'x'], 2, /--to/],
  ['no facts', {}, [], 3, /no users and roles were found/],
  ['facts that are no JSON', { 'account.json': '{"authorization_details": {"UserDetailList": [}' }, [], 3, /account\.json:1:\d+: /],
  ['an entry without type', { 'account.json': account([user('idle')], [], { inventory: [{ arn: 'arn:aws:ec2:x' }] }) }, [], 3,
    /an entry of the inventory has no `type`/],
];
for (const [name, files, args, status, message] of wrong) {
  const done = run(files, ...args);
  assert.equal(done.status, status, `${name}: ${done.stdout}${done.stderr}`);
  assert.match(done.stderr, message, name);
}
// Both: a path counts more than a gap.
assert.equal(run({ 'account.json': starts, 'more.json': { inventory: [{ arn: 'arn:aws:ec2:x' }] } }).status, 1);

// The examples of the help work as printed.
{
  const help = spawnSync(muster, ['escalations', '--help'], { encoding: 'utf8' }).stdout;
  mkdirSync(join(empty, 'facts'));
  writeFileSync(join(empty, 'facts', 'account.json'), JSON.stringify(starts));
  const commands = [...help.matchAll(/^ {2}(muster escalations .*)$/gm)].map((m) => m[1]);
  assert.equal(commands.length, 3, help);
  const jq = spawnSync('jq', ['--version']).status === 0;
  for (const command of commands.filter((text) => jq || !text.includes('| jq'))) {
    const done = spawnSync('bash', ['-c', command.replace('muster', '"$MUSTER"')], { cwd: empty, encoding: 'utf8' });
    assert.equal(done.status, command.includes('| jq') ? 0 : 1, `${command}: ${done.stderr}`);
    assert.match(done.stdout, /proven/i, command);
  }
}
