// `muster gate` in real repositories: what is new access, what is not, and what it says when it cannot tell.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'muster-gate-'));
const failures = [];
const kEnvironment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
for (const name of ['GITHUB_BASE_REF', 'GITHUB_EVENT_BEFORE', 'GITHUB_ACTIONS']) {
  delete kEnvironment[name];
}

function expect(condition, message) {
  if (!condition) {
    failures.push(message);
  }
}

class Repository {
  constructor(name) {
    this.root = join(folder, name);
    mkdirSync(this.root);
    this.git('init', '-q', '-b', 'main');
  }

  git(...args) {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'protocol.file.allow=always'];
    return execFileSync('git', ['-C', this.root, ...identity, ...args], { encoding: 'utf8', env: kEnvironment, stdio: 'pipe' }).trim();
  }

  write(path, content) {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content, null, 2));
    return this;
  }

  commit(message = 'change') {
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  branch(name) {
    this.git('checkout', '-q', '-b', name);
    return this;
  }

  run(args = [], environment = {}) {
    const result = spawnSync(process.env.MUSTER, ['gate', this.root, ...args], { encoding: 'utf8', env: { ...kEnvironment, ...environment } });
    return { status: result.status, out: result.stdout, errors: result.stderr };
  }

  gate(args = [], environment = {}) {
    const { status, out, errors } = this.run([...args, '--json'], environment);
    try {
      return { status, errors, ...JSON.parse(out) };
    } catch {
      return { status, errors, result: 'no answer', subjects: [], not_covered: [] };
    }
  }
}

const policy = (...statements) => ({ Version: '2012-10-17', Statement: statements });
const allow = (action, resource = 'arn:aws:s3:::art/*', sid = 'Main') => ({ Sid: sid, Effect: 'Allow', Action: action, Resource: resource });
const trust = (sub) =>
  policy({
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': sub } },
  });

/// A repository whose branch `change` turns `before` into `after` (a path with null is removed).
function changed(name, before, after) {
  const repository = new Repository(name);
  for (const [path, content] of Object.entries(before)) {
    repository.write(path, content);
  }
  repository.commit('base');
  repository.branch('change');
  for (const [path, content] of Object.entries(after)) {
    if (content === null) {
      rmSync(join(repository.root, path));
    } else {
      repository.write(path, content);
    }
  }
  repository.commit();
  return repository;
}

const only = (answer) => answer.subjects.filter((subject) => subject.change !== 'unchanged');

function changes() {
  const read = policy(allow('s3:GetObject'));
  const write = policy(allow('s3:GetObject'), allow('s3:PutObject', 'arn:aws:s3:::art/*', 'Write'));
  const other = policy(allow('sqs:SendMessage', '*'));
  const rows = [
    ['nothing', { 'a.json': read }, { 'b.txt': 'x' }, 0, []],
    ['reordered', { 'a.json': write }, { 'a.json': policy(...[...write.Statement].reverse()) }, 0, []],
    ['same-meaning', { 'a.json': policy(allow(['s3:GetObject', 's3:Get*'])) }, { 'a.json': policy(allow('s3:Get*')) }, 0, ['equal']],
    ['widened', { 'a.json': read }, { 'a.json': write }, 1, ['widened']],
    ['narrowed', { 'a.json': write }, { 'a.json': read }, 0, ['narrowed']],
    ['incomparable', { 'a.json': read }, { 'a.json': other }, 1, ['incomparable']],
    ['added', {}, { 'a.json': read }, 1, ['added']],
    ['added-deny', {}, { 'a.json': policy({ Effect: 'Deny', Action: '*', Resource: '*' }) }, 0, ['empty']],
    ['removed', { 'a.json': read, 'b.json': other }, { 'a.json': null }, 0, ['removed']],
    ['moved', { 'a/p.json': read }, { 'a/p.json': null, 'b/q.json': read }, 0, []],
    ['moved-wider', { 'a/p.json': read }, { 'a/p.json': null, 'b/p.json': write }, 1, ['widened']],
    ['broken', { 'a.json': read }, { 'a.json': '{"Statement": [{"Effect": "Allow",' }, 3, ['undecided']],
    ['trust-wider', { 'trust.json': trust('repo:acme/shop:ref:refs/heads/main') }, { 'trust.json': trust('repo:acme/*') }, 1, ['widened']],
    ['trust-same', { 'trust.json': trust('repo:acme/shop:*') }, { 'trust.json': trust('repo:acme/shop:**') }, 0, ['equal']],
    ['deny-dropped', { 'a.json': policy(allow('s3:*'), { Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' }) }, { 'a.json': policy(allow('s3:*')) }, 1, ['widened']],
    ['unknown-operator', { 'a.json': read }, { 'a.json': policy({ ...allow('s3:PutObject'), Condition: { StringIs: { k: 'v' } } }) }, 3, ['undecided']],
  ];
  for (const [name, before, after, status, expected] of rows) {
    const answer = changed(`change-${name}`, { README: 'x', ...before }, after).gate();
    const found = only(answer).map((subject) => subject.change);
    expect(answer.status === status, `${name}: status ${answer.status} instead of ${status} ${answer.errors}`);
    expect(JSON.stringify(found) === JSON.stringify(expected), `${name}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
    expect(answer.result === { 0: 'no-new-access', 1: 'new-access', 3: 'undecided' }[status], `${name}: result ${answer.result}`);
  }
}

function words() {
  const repository = changed('words', { 'iam/deploy.json': policy(allow('s3:GetObject')) }, { 'iam/deploy.json': policy(allow('s3:GetObject'), allow('s3:PutObject', 'arn:aws:s3:::art/*', 'Write')) });
  const { status, out } = repository.run();
  expect(status === 1, 'new access ends with 1');
  for (const part of ['NEW ACCESS', 'now possible: `s3:PutObject` on `arn:aws:s3:::art/', 'statement `Write` (iam/deploy.json:10:5)', 'before:       no statement allows it', 'to narrow:    take `s3:PutObject` out of statement `Write`']) {
    expect(out.includes(part), `the words lack ${part}: ${out}`);
  }
  const subject = only(repository.gate())[0];
  expect(subject.location.line === 10 && subject.location.file === 'iam/deploy.json', `place ${JSON.stringify(subject.location)}`);
  expect(subject.witness.action === 's3:PutObject' && subject.allowed_by.statement.sid === 'Write', 'witness and statement');
  const annotated = repository.run([], { GITHUB_ACTIONS: 'true' }).out;
  expect(annotated.includes('::error file=iam/deploy.json,line=10,title=New access::'), `annotation ${annotated}`);
}

function bases() {
  const repository = new Repository('bases');
  const first = repository.write('a.json', policy(allow('s3:GetObject'))).commit('one');
  const second = repository.write('a.json', policy(allow('s3:*'))).commit('two');
  expect(repository.gate().status === 0, 'on the default branch the working tree is compared with its commit');
  expect(repository.gate(['--base', first]).status === 1, 'an explicit commit');
  expect(repository.gate(['--base', 'HEAD~1']).base.commit === first, 'a name of a commit');
  expect(repository.gate([], { GITHUB_EVENT_BEFORE: first }).status === 1, 'what was there before a push');
  expect(repository.gate([], { GITHUB_EVENT_BEFORE: '0'.repeat(40) }).status === 0, 'a new branch has no before');
  repository.write('a.json', policy(allow('*', '*')));
  expect(repository.gate().status === 1, 'changes that are not committed count');
  repository.git('checkout', '-q', '--', '.');
  // The base branch moved on: what it gained is no news of the branch.
  repository.branch('change').write('b.txt', 'x').commit();
  repository.git('checkout', '-q', 'main');
  repository.write('a.json', policy(allow('s3:GetObject'))).commit('three');
  repository.git('checkout', '-q', 'change');
  expect(repository.gate().base.commit === second, 'the base is where the branch left');
  expect(repository.gate([], { GITHUB_BASE_REF: 'main' }).status === 0, 'the base branch of a pull request');
  const wrong = repository.gate(['--base', 'nowhere']);
  expect(wrong.status === 2 && wrong.errors.includes('there is no commit `nowhere` here; fetch it, or name another commit with --base'), `no such commit: ${wrong.errors}`);
  expect(repository.gate(['--base', '--output=/tmp/x']).status === 2, 'a base that looks like an option');
  expect(repository.gate([], { GITHUB_BASE_REF: '../../x' }).status === 2, 'a branch that is no branch');
}

function surroundings() {
  const bare = join(folder, 'no-repository');
  mkdirSync(bare);
  const outside = spawnSync(process.env.MUSTER, ['gate', bare], { encoding: 'utf8', env: { ...kEnvironment, GIT_CEILING_DIRECTORIES: folder } });
  expect(outside.status === 2 && outside.stderr.includes('is no git checkout'), `no repository: ${outside.status} ${outside.stderr}`);

  const origin = changed('origin', { 'a.json': policy(allow('s3:GetObject')) }, { 'a.json': policy(allow('s3:*')) });
  const shallow = new Repository('shallow');
  shallow.git('remote', 'add', 'origin', `file://${origin.root}`);
  shallow.git('fetch', '-q', '--depth', '1', 'origin', 'change');
  shallow.git('checkout', '-q', '-B', 'change', 'FETCH_HEAD');
  const cut = shallow.gate([], { GITHUB_BASE_REF: 'main' });
  expect(cut.status === 2 && cut.errors.includes('fetch-depth: 0'), `shallow clone: ${cut.status} ${cut.errors}`);

  const subfolder = changed('subfolder', { 'iam/a.json': policy(allow('s3:GetObject')), 'x/b.json': policy(allow('s3:GetObject')) }, { 'iam/a.json': policy(allow('s3:*')), 'x/b.json': policy(allow('*', '*')) });
  const part = spawnSync(process.env.MUSTER, ['gate', join(subfolder.root, 'iam'), '--json'], { encoding: 'utf8', env: kEnvironment });
  const subjects = JSON.parse(part.stdout).subjects;
  expect(part.status === 1 && subjects.length === 1 && subjects[0].file === 'a.json' && subjects[0].change === 'widened', `a folder inside: ${part.stdout}`);

  const parent = new Repository('parent');
  parent.write('a.json', policy(allow('s3:GetObject'))).commit('base');
  parent.branch('change');
  parent.git('submodule', 'add', '-q', origin.root, 'vendored');
  parent.commit();
  const nested = parent.gate();
  expect(nested.status === 0 && nested.not_covered.some((gap) => gap.what === 'vendored'), `submodule: ${nested.status} ${JSON.stringify(nested.not_covered)}`);
}

function hostile() {
  const names = ['a b.json', 'ü.json', "it's.json", '$(touch x).json', '-rf.json', 'a\nb.json', '::error::x.json', '"q".json', 'tab\there.json'];
  const before = Object.fromEntries(names.map((name) => [`iam/${name}`, policy(allow('s3:GetObject'))]));
  const quiet = changed('hostile', before, { README: 'x' }).gate();
  expect(quiet.status === 0 && quiet.subjects.length === names.length, `hostile names: ${quiet.status} ${quiet.subjects.length} ${quiet.errors}`);
  expect(quiet.subjects.every((subject) => subject.change === 'unchanged'), 'files with hostile names are found in the commit');
  const loud = changed('hostile-wider', before, { 'iam/a\nb.json': policy(allow('*', '*')), 'iam/::error::x.json': policy(allow('*', '*')) });
  const { status, out } = loud.run([], { GITHUB_ACTIONS: 'true' });
  expect(status === 1, 'a wider policy under a hostile name');
  expect(!out.split('\n').some((line) => line.startsWith('::error::x') || line.startsWith('b.json')), `a name starts a line: ${out}`);

  const large = changed('large', { 'big.json': '{"Statement": [' + ' '.repeat(11 << 20) + ']}', 'a.json': policy(allow('s3:GetObject')) }, { 'b.txt': 'x' });
  expect(large.gate().status === 0, 'a file that is too large and as it was');
  large.write('big.json', '{"Statement": [{"Effect": "Allow", ' + ' '.repeat(11 << 20) + '}]}').commit();
  const grown = large.gate();
  expect(grown.status === 3 && grown.not_covered.some((gap) => gap.what === 'big.json' && gap.blocks), `a changed file that is too large: ${grown.status} ${JSON.stringify(grown.not_covered)}`);
  const binary = changed('binary', { 'a.json': Buffer.from([0, 1, 2, 0xff]) }, { 'a.json': Buffer.from([0xff, 0, 1]) });
  expect(binary.gate().status === 0, 'binary files are no policies');
  const linked = changed('linked', { 'a.json': policy(allow('s3:GetObject')) }, {});
  symlinkSync('/etc/passwd', join(linked.root, 'link.json'));
  linked.commit();
  expect(linked.gate().status === 0, 'links are not followed');
}

function roles() {
  const intent = 'version: 1\nrepository: acme/shop\nroles:\n  deploy:\n    arn: arn:aws:iam::111122223333:role/deploy\n    permissions: [iam/a.json, iam/b.json]\n';
  const before = { 'muster.yaml': intent, 'iam/a.json': policy(allow('s3:*')), 'iam/b.json': policy(allow('sqs:*', '*')) };
  const within = changed('role-union', before, { 'iam/b.json': policy(allow('sqs:*', '*'), allow('s3:PutObject')) });
  expect(only(within.gate()).map((subject) => subject.change).join() === 'equal', 'the policies of a role are compared as one');
  const hidden = changed('role-hidden', { 'iam/a.json': policy(allow('s3:GetObject')) }, { 'iam/a.json': policy(allow('*', '*')), 'muster.yaml': 'version: 1\nrepository: acme/shop\nexclude: [iam/**]\n' });
  expect(hidden.gate().status === 1, 'a change cannot exclude its own files');
}

function template(actions, more = '') {
  return `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: deploy
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: ec2.amazonaws.com}}}
      Policies:
        - PolicyName: main
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - {Sid: Main, Effect: Allow, Action: [${actions}], Resource: !GetAtt Bucket.Arn}${more}
  Bucket: {Type: AWS::S3::Bucket}
`;
}

function infrastructure() {
  const wider = changed('template-wider', { 't.yaml': template("'s3:GetObject'") }, { 't.yaml': template("'s3:*'") }).gate();
  const subject = only(wider)[0];
  expect(wider.status === 1 && subject.change === 'widened' && subject.location.line === 12, `template: ${JSON.stringify(wider.subjects)}`);
  expect(changed('template-same', { 't.yaml': template("'s3:GetObject'") }, { 't.yaml': template("'s3:GetObject'") + '  Other: {Type: AWS::S3::Bucket}\n' }).gate().status === 0, 'another resource');
  const moved = changed('template-moved', { 't.yaml': template("'s3:GetObject'") }, { 't.yaml': null, 'infra/stack.yml': template("'s3:GetObject'") }).gate();
  expect(moved.status === 0, `a role is the same in another file: ${JSON.stringify(only(moved))}`);
  const open = "\n              - {Effect: Allow, Action: 's3:PutObject', Resource: !ImportValue x}";
  expect(changed('template-open', { 't.yaml': template("'s3:GetObject'", open) }, { 't.yaml': template("'s3:GetObject'", open) + '  Other: {Type: AWS::S3::Bucket}\n' }).gate().status === 0, 'the same unknown value on both sides');
  const more = changed('template-open-more', { 't.yaml': template("'s3:GetObject'") }, { 't.yaml': template("'s3:GetObject'", open) }).gate();
  expect(more.status === 3, `a new unknown value: ${more.status} ${JSON.stringify(only(more))}`);
  const elsewhere = (role) => `Resources:\n  P: {Type: AWS::IAM::ManagedPolicy, Properties: {Roles: [${role}], PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}}}\n`;
  expect(changed('attached-elsewhere', { 't.yaml': elsewhere('dev') }, { 't.yaml': elsewhere('prod') }).gate().status === 3, 'a policy that goes to another role is undecided');
  expect(changed('attached-same', { 't.yaml': elsewhere('dev') }, { 't.yaml': elsewhere('dev') + '  B: {Type: AWS::S3::Bucket}\n' }).gate().status === 0, 'a policy that stays with its role');
  const source = changed('terraform-source', { 'main.tf': 'resource "aws_iam_role" "r" {}\n' }, { 'main.tf': 'resource "aws_iam_role" "r" { name = "x" }\n' }).gate();
  expect(source.status === 3 && source.not_covered[0].why.includes('terraform show -json'), `terraform source: ${JSON.stringify(source.not_covered)}`);

  const resource = (action) => ({ address: 'aws_iam_role.r', mode: 'managed', type: 'aws_iam_role', name: 'r', values: { name: 'deploy', arn: 'arn:aws:iam::111122223333:role/deploy', inline_policy: [{ name: 'p', policy: JSON.stringify(policy(allow(action))) }] } });
  const module = (action) => ({ root_module: { resources: [resource(action)] } });
  const plan = (before, after) => ({ terraform_version: '1.9.0', planned_values: module(after), prior_state: { values: module(before) }, resource_changes: [] });
  const repository = changed('plan', { 'main.tf': 'resource "aws_iam_role" "r" {}\n' }, { 'main.tf': 'resource "aws_iam_role" "r" { name = "x" }\n' });
  repository.write('plan.json', plan('s3:GetObject', 's3:GetObject'));
  expect(repository.gate().status === 0, `a plan without change: ${JSON.stringify(repository.gate())}`);
  repository.write('plan.json', plan('s3:GetObject', 's3:*'));
  expect(repository.gate().status === 1, 'a plan is compared with the state that it starts from');
}

const trusted = '{Version: 2012-10-17, Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: ec2.amazonaws.com}}}';
const inline = (actions) => `{Version: 2012-10-17, Statement: {Sid: Main, Effect: Allow, Action: [${actions}], Resource: '*'}}`;

/// A role that a boundary limits, as a template.
function bounded(own, limit, attached = true) {
  return `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: deploy
      AssumeRolePolicyDocument: ${trusted}
${attached ? '      PermissionsBoundary: !Ref Limit\n' : ''}      Policies: [{PolicyName: main, PolicyDocument: ${inline(own)}}]
  Limit: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: ${inline(limit)}}}
`;
}

function members(groups) {
  return `Resources:
  Ann: {Type: AWS::IAM::User, Properties: {UserName: ann, Groups: [${groups}]}}
  Dev: {Type: AWS::IAM::Group, Properties: {GroupName: dev, Policies: [{PolicyName: p, PolicyDocument: ${inline("'s3:GetObject'")}}]}}
  Ops: {Type: AWS::IAM::Group, Properties: {GroupName: ops, Policies: [{PolicyName: p, PolicyDocument: ${inline("'ecs:*'")}}]}}
`;
}

const role = (name, action) => ({
  RoleName: name, Arn: `arn:aws:iam::111122223333:role/${name}`, AssumeRolePolicyDocument: trust('repo:acme/shop:environment:prod'),
  RolePolicyList: [{ PolicyName: 'p', PolicyDocument: policy(allow(action, '*')) }],
});
const snapshot = (scp, ...roles) => ({
  authorization_details: { RoleDetailList: roles },
  ...(scp ? { service_control_policies: { 111122223333: [[{ name: 'level', document: policy(allow(scp, '*')) }]] } } : {}),
});

/// What somebody may do grows or does not, whatever happens to the identity policies.
function effective() {
  const rows = [
    ['boundary-loosened', { 't.yaml': bounded("'s3:*', 'sqs:*'", "'s3:*'") }, { 't.yaml': bounded("'s3:*', 'sqs:*'", "'s3:*', 'sqs:*'") }, 1, 'sqs:'],
    ['boundary-loosened-idly', { 't.yaml': bounded("'s3:*'", "'s3:*'") }, { 't.yaml': bounded("'s3:*'", "'s3:*', 'sqs:*'") }, 0],
    ['boundary-tightened', { 't.yaml': bounded("'s3:*'", "'s3:*'") }, { 't.yaml': bounded("'s3:*'", "'s3:Get*'") }, 0],
    ['boundary-detached', { 't.yaml': bounded("'*'", "'s3:*'") }, { 't.yaml': bounded("'*'", "'s3:*'", false) }, 1, ''],
    ['boundary-detached-idly', { 't.yaml': bounded("'s3:Get*'", "'s3:*'") }, { 't.yaml': bounded("'s3:Get*'", "'s3:*'", false) }, 0],
    ['boundary-elsewhere-detached', { 't.yaml': bounded("'*'", "'s3:*'").replace('!Ref Limit', 'arn:aws:iam::111122223333:policy/limit') }, { 't.yaml': bounded("'*'", "'s3:*'", false) }, 3],
    ['group-joined', { 't.yaml': members('!Ref Dev') }, { 't.yaml': members('!Ref Dev, !Ref Ops') }, 1, 'ecs:'],
    ['group-left', { 't.yaml': members('!Ref Dev, !Ref Ops') }, { 't.yaml': members('!Ref Dev') }, 0],
    ['group-elsewhere', { 't.yaml': members('!Ref Dev') }, { 't.yaml': members('!Ref Dev, admins') }, 3],
    ['scp-loosened', { 'facts.json': snapshot('s3:*', role('deploy', '*')) }, { 'facts.json': snapshot(['s3:*', 'ec2:*'], role('deploy', '*')) }, 1, 'ec2:'],
    ['scp-loosened-idly', { 'facts.json': snapshot('s3:*', role('deploy', 's3:GetObject')) }, { 'facts.json': snapshot(['s3:*', 'ec2:*'], role('deploy', 's3:GetObject')) }, 0],
    ['scp-removed', { 'facts.json': snapshot('s3:*', role('deploy', '*')) }, { 'facts.json': snapshot(null, role('deploy', '*')) }, 1, ''],
    ['scp-of-nobody', { 'facts.json': snapshot('s3:*') }, { 'facts.json': snapshot(['s3:*', 'ec2:*']) }, 1, 'ec2:'],
    ['scp-holds-back', { 'facts.json': snapshot('s3:*', role('deploy', 's3:*')) }, { 'facts.json': snapshot('s3:*', role('deploy', '*')) }, 0],
  ];
  for (const [name, before, after, status, action] of rows) {
    const answer = changed(`effective-${name}`, { README: 'x', ...before }, after).gate();
    expect(answer.status === status, `${name}: status ${answer.status} instead of ${status} ${JSON.stringify(only(answer))}`);
    const grown = answer.subjects.filter((subject) => subject.new_access);
    expect(grown.length === (status === 1 ? 1 : 0), `${name}: ${grown.length} subjects with new access`);
    expect(status !== 1 || grown[0]?.witness.action.startsWith(action), `${name}: witness ${JSON.stringify(grown[0]?.witness)}`);
  }
  const held = changed('held-back', { 't.yaml': bounded("'s3:Get*'", "'s3:Get*'") }, { 't.yaml': bounded("'*'", "'s3:Get*'") });
  const subject = only(held.gate())[0];
  expect(subject.change === 'equal' && subject.held_back.by === 'the permissions boundary' && !subject.held_back.request.action.startsWith('s3:Get'), `held back: ${JSON.stringify(subject)}`);
  expect(held.run().out.includes('held back:    its policies newly allow'), 'what is held back is said in words');
}

/// What cannot be compared is said, and never passes.
function unreadable() {
  const read = policy(allow('s3:GetObject'));
  const rows = [
    ['binary-now', { 'a.json': read }, { 'a.json': Buffer.from([0xff, 0xfe, 0, 1]) }, 3],
    ['utf16-now', { 'a.json': read }, { 'a.json': Buffer.from('\ufeff' + JSON.stringify(policy(allow('*', '*'))), 'utf16le') }, 3],
    ['broken-template', { 't.yaml': template("'s3:GetObject'") }, { 't.yaml': template("'s3:GetObject'").replace('Version: 2012-10-17, ', '<<: *x, ') }, 3],
    ['broken-json-template', { 't.json': '{"Resources": {"R": {"Type": "AWS::IAM::Role"}}}' }, { 't.json': '{"Resources": {"R": {"Type": "AWS::IAM::' }, 3],
    ['no-policies-now', { 't.yaml': template("'s3:GetObject'") }, { 't.yaml': 'Resources:\n  Bucket: {Type: AWS::S3::Bucket}\n' }, 0],
    ['broken-before', { 'a.json': '{"Statement": [{"Effect": "Allow",' }, { 'a.json': read }, 3],
    ['broken-on-both-sides', { 'a.json': '{"Statement": [{"Effect": "Allow",' }, { README: 'y' }, 0],
    ['recreated', { 't.yaml': template("'s3:GetObject'") }, { 't.yaml': template("'s3:GetObject'").replace('  Role:', '  Again:') }, 0],
    ['recreated-without-name', { 't.yaml': template("'s3:GetObject'").replace('      RoleName: deploy\n', '') }, { 't.yaml': template("'s3:GetObject'").replace('      RoleName: deploy\n', '').replace('  Role:', '  Again:') }, 0],
    ['recreated-wider', { 't.yaml': template("'s3:GetObject'") }, { 't.yaml': template("'s3:*'").replace('  Role:', '  Again:') }, 1],
    ['macro', { 't.yaml': template("'s3:GetObject'") }, { 't.yaml': 'Transform: Acme\n' + template("'s3:GetObject'") }, 3],
    ['macro-on-both-sides', { 't.yaml': 'Transform: Acme\n' + template("'s3:GetObject'") }, { README: 'y' }, 0],
    ['first-snapshot', { 'a.json': read }, { 'facts.json': snapshot(null, role('deploy', '*')) }, 0],
    ['another-role-in-a-snapshot', { 'facts.json': snapshot(null, role('deploy', 's3:*')) }, { 'facts.json': snapshot(null, role('deploy', 's3:*'), role('more', '*')) }, 1],
  ];
  for (const [name, before, after, status] of rows) {
    const answer = changed(`unreadable-${name}`, { README: 'x', ...before }, after).gate();
    expect(answer.status === status, `${name}: status ${answer.status} instead of ${status} ${JSON.stringify(only(answer))} ${JSON.stringify(answer.not_covered)} ${answer.errors}`);
  }
  const linked = changed('became-link', { 'a.json': read }, { 'a.json': null });
  symlinkSync('/etc/hostname', join(linked.root, 'a.json'));
  expect(linked.gate().status === 3, 'a policy that became a link');
  const folded = changed('became-linked-folder', { 'iam/a.json': read, 'other/a.json.txt': 'x' }, { 'iam/a.json': null, '.venv/a.json': policy(allow('*', '*')) });
  rmSync(join(folded.root, 'iam'), { recursive: true, force: true });
  symlinkSync('.venv', join(folded.root, 'iam'));
  expect(folded.gate().status === 3, `a policy below a linked folder: ${JSON.stringify(folded.gate())}`);
  const first = changed('first-snapshot-words', { 'a.json': read }, { 'facts.json': snapshot(null, role('deploy', '*')) }).gate();
  expect(first.not_covered.some((gap) => gap.what === 'facts.json' && !gap.blocks && gap.why.includes('111122223333')), `a first snapshot is named: ${JSON.stringify(first.not_covered)}`);
}

function repositories() {
  const origin = changed('full', { 'a.json': policy(allow('s3:GetObject')) }, { 'a.json': policy(allow('s3:*')) });
  const bare = join(folder, 'bare.git');
  execFileSync('git', ['clone', '-q', '--bare', origin.root, bare], { env: kEnvironment, stdio: 'pipe' });
  for (const root of [bare, join(origin.root, '.git')]) {
    const answer = spawnSync(process.env.MUSTER, ['gate', root], { encoding: 'utf8', env: kEnvironment });
    expect(answer.status === 2 && answer.stderr.includes('has no working tree'), `bare: ${answer.status} ${answer.stdout} ${answer.stderr}`);
  }
  const tree = join(folder, 'linked-tree');
  origin.git('worktree', 'add', '-q', tree, 'main');
  const linked = spawnSync(process.env.MUSTER, ['gate', tree, '--base', 'change'], { encoding: 'utf8', env: kEnvironment });
  expect(linked.status === 0, `a linked working tree: ${linked.status} ${linked.stdout} ${linked.stderr}`);

  const shallow = join(folder, 'shallow-push');
  execFileSync('git', ['clone', '-q', '--depth', '1', '-b', 'change', `file://${origin.root}`, shallow], { env: kEnvironment, stdio: 'pipe' });
  const cut = spawnSync(process.env.MUSTER, ['gate', shallow], { encoding: 'utf8', env: { ...kEnvironment, GITHUB_EVENT_BEFORE: origin.git('rev-parse', 'main') } });
  expect(cut.status === 2 && cut.stderr.includes('git fetch --unshallow'), `shallow: ${cut.status} ${cut.stderr}`);

  const wide = join(folder, 'sha256');
  mkdirSync(wide);
  const git = (...args) => execFileSync('git', ['-C', wide, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { encoding: 'utf8', env: kEnvironment, stdio: 'pipe' });
  try {
    git('init', '-q', '-b', 'main', '--object-format=sha256');
  } catch {
    return;
  }
  writeFileSync(join(wide, 'a.json'), JSON.stringify(policy(allow('s3:GetObject'))));
  writeFileSync(join(wide, 'big.json'), '{"Statement": [' + ' '.repeat(11 << 20) + ']}');
  git('add', '-A');
  git('commit', '-q', '-m', 'x');
  const run = () => spawnSync(process.env.MUSTER, ['gate', wide], { encoding: 'utf8', env: { ...kEnvironment, GITHUB_EVENT_BEFORE: '0'.repeat(64) } });
  expect(run().status === 0, `sha256: ${run().status} ${run().stdout} ${run().stderr}`);
  writeFileSync(join(wide, 'a.json'), JSON.stringify(policy(allow('s3:*'))));
  expect(run().status === 1, 'sha256: new access');
}

try {
  for (const part of [changes, words, bases, surroundings, hostile, roles, infrastructure, effective, unreadable, repositories]) {
    part();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}
console.log('gate: changes, words, bases, surroundings, hostile files, roles, infrastructure, effective power, what is unreadable and kinds of repositories behave as said');
