// `muster policy who-can`: principals of the account and outsiders, by both sides of the access.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert';

const muster = process.env.MUSTER;
const work = mkdtempSync(join(tmpdir(), 'muster-who-can-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const home = '111122223333';
const other = '444455556666';
const policy = (...statements) => ({ Version: '2012-10-17', Statement: statements });
const allow = (action, resource, more = {}) => ({ Effect: 'Allow', Action: action, Resource: resource, ...more });
const deny = (action, resource, more = {}) => ({ Effect: 'Deny', Action: action, Resource: resource, ...more });
const role = (name, trust, ...statements) => ({
  Path: '/', RoleName: name, Arn: `arn:aws:iam::${name.includes('@') ? other : home}:role/${name.replace('@', '')}`,
  AssumeRolePolicyDocument: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', ...trust }),
  InstanceProfileList: [], AttachedManagedPolicies: [], Tags: [],
  RolePolicyList: statements.length ? [{ PolicyName: 'own', PolicyDocument: policy(...statements) }] : [],
});
const service = { Principal: { Service: 'ecs-tasks.amazonaws.com' } };
const account = (roles, more = {}) => ({
  authorization_details: { UserDetailList: [], GroupDetailList: [], Policies: [], RoleDetailList: roles }, ...more,
});

const empty = join(work, 'empty');
mkdirSync(empty);
let folder = 0;
/** Runs the question against one account; `files` may hold several documents. */
function run(files, ...args) {
  const facts = join(work, `facts-${folder++}`);
  mkdirSync(facts);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(facts, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return spawnSync(muster, ['policy', 'who-can', ...args, '--facts', facts], { encoding: 'utf8', cwd: empty });
}
function ask(content, action, resource) {
  const done = run({ 'account.json': content }, action, ...(resource ? [resource] : []), '--json');
  assert.equal(done.status, 0, done.stderr);
  const answer = JSON.parse(done.stdout);
  return {
    ...answer,
    inside: Object.fromEntries(answer.principals.map((p) => [p.arn.split('/').pop(), p.verdict])),
    outside: Object.fromEntries(answer.outsiders.map((o) => [`${o.kind} ${o.name}`, o.verdict])),
  };
}

const bucket = 'arn:aws:s3:::acme-bundles';
const object = `${bucket}/prod/app.tar.gz`;
const roles = [role('reader', service, allow('s3:GetObject', `${bucket}/*`)), role('idle', service)];
const byBucket = (...statements) =>
  account(roles, { resource_policies: [{ arn: bucket, account: home, policy: statements.length ? policy(...statements) : null }] });
const everyone = (more) => ({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${bucket}/*`, ...more });

const table = [
  ['a resource without policy is for its own account', byBucket(), { reader: 'proven' }, {}],
  ['a policy may let in a role that has no permission itself',
    byBucket(everyone({ Principal: { AWS: `arn:aws:iam::${home}:role/idle` } })), { reader: 'proven', idle: 'proven' }, {}],
  ['the account delegates and lets nobody in', byBucket(everyone({ Principal: { AWS: home } })), { reader: 'proven' }, {}],
  ['a Deny of the policy counts',
    byBucket({ ...everyone(), Effect: 'Deny', Principal: { AWS: `arn:aws:iam::${home}:role/reader` } }), {}, {}],
  ['a Deny that spares one role', byBucket({
    ...everyone(), Effect: 'Deny',
    Condition: { ArnNotEquals: { 'aws:PrincipalArn': `arn:aws:iam::${home}:role/reader` } } }), { reader: 'proven' }, {}],
  ['everyone, strangers and calls without credentials included', byBucket(everyone()),
    { reader: 'proven', idle: 'proven' }, { 'everyone *': 'proven', 'anonymous *': 'proven' }],
  ['an organisation is not everyone, but no fact tells who is in it',
    byBucket(everyone({ Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-acme' } } })),
    { reader: 'proven', idle: 'possible' }, { 'everyone *': 'possible' }],
  ['everyone of one account is that account', byBucket(everyone({ Condition: { StringEquals: { 'aws:PrincipalAccount': other } } })),
    { reader: 'proven' }, { [`account ${other}`]: 'possible' }],
  ['everyone with a name in one account', byBucket(everyone({
    Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${other}:role/ci` } } })),
    { reader: 'proven' }, { [`principal arn:aws:iam::${other}:role/ci`]: 'possible' }],
  ['another account by its root', byBucket(everyone({ Principal: { AWS: `arn:aws:iam::${other}:root` } })),
    { reader: 'proven' }, { [`account ${other}`]: 'possible' }],
  ['a role of another account', byBucket(everyone({ Principal: { AWS: `arn:aws:iam::${other}:role/ci` } })),
    { reader: 'proven' }, { [`principal arn:aws:iam::${other}:role/ci`]: 'possible' }],
  ['another account that a Deny keeps out', byBucket(
    everyone({ Principal: { AWS: other } }),
    { ...everyone({ Principal: '*' }), Effect: 'Deny', Condition: { StringNotEquals: { 'aws:PrincipalAccount': home } } }),
    { reader: 'proven' }, {}],
  ['a service for one distribution', byBucket(everyone({
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Condition: { ArnEquals: { 'AWS:SourceArn': `arn:aws:cloudfront::${home}:distribution/E1` } } })),
    { reader: 'proven' }, { 'service cloudfront.amazonaws.com': 'proven' }],
  ['everyone, but only for a topic: that is the service', byBucket(everyone({
    Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:sns:eu-central-1:${home}:builds` } } })),
    { reader: 'proven' }, { 'service sns.amazonaws.com': 'proven' }],
  ['a statement about another action lets nobody in', byBucket(everyone({ Action: 's3:PutObject' })), { reader: 'proven' }, {}],
];
for (const [name, content, inside, outside] of table) {
  const answer = ask(content, 's3:GetObject', object);
  assert.deepEqual([answer.inside, answer.outside], [inside, outside], name);
  assert.notEqual(answer.resource_policy, 'unknown', name);
}

// What the facts do not hold is said, never taken for "nobody".
{
  const answer = ask(account(roles), 's3:GetObject', object);
  assert.deepEqual(answer.inside, { reader: 'proven' });
  assert.equal(answer.resource_policy, 'unknown');
  assert.match(answer.not_covered[0], /policy of `arn:aws:s3:::acme-bundles\/prod\/app.tar.gz` is not known.*could let others in/);
  assert.match(answer.not_covered[1], /which account owns/);
}
{
  const unlisted = { resource_policies: [{ arn: bucket, account: other, policy: policy(everyone({ Principal: { AWS: other } })) }] };
  const answer = ask({ ...account(roles), ...unlisted }, 's3:GetObject', object);
  assert.deepEqual([answer.inside, answer.outside], [{}, { [`account ${other}`]: 'possible' }], 'an account that is not listed');
}

// Across accounts both sides must allow.
{
  const queue = `arn:aws:sqs:eu-central-1:${other}:jobs`;
  const sender = role('sender', service, allow('sqs:SendMessage', '*'));
  const named = policy({ Effect: 'Allow', Principal: { AWS: home }, Action: 'sqs:SendMessage', Resource: queue });
  const asked = (resource_policies) => ask(account([sender, role('mute', service)], { resource_policies }), 'sqs:SendMessage', queue).inside;
  assert.deepEqual(asked([{ arn: queue, policy: named }]), { sender: 'proven' }, 'both sides allow');
  assert.deepEqual(asked([{ arn: queue, policy: null }]), {}, 'the other side has no policy');
  assert.deepEqual(asked([]), { sender: 'possible' }, 'the other side is not known');
}

// A key answers by its own policy alone.
{
  const key = `arn:aws:kms:eu-central-1:${home}:key/0a1b2c3d`;
  const user = role('user', service, allow('kms:Decrypt', '*'));
  const entry = (...statements) => account([user], { resource_policies: [{ arn: key, policy: policy(...statements) }] });
  const statement = (principal) => ({ Effect: 'Allow', Principal: principal, Action: 'kms:*', Resource: '*' });
  assert.deepEqual(ask(entry(statement({ AWS: `arn:aws:iam::${home}:root` })), 'kms:Decrypt', key).inside, { user: 'proven' });
  assert.deepEqual(ask(entry(statement({ AWS: `arn:aws:iam::${home}:user/ann` })), 'kms:Decrypt', key).inside, {});
  assert.deepEqual(ask(account([user]), 'kms:Decrypt', key).inside, { user: 'possible' });
}

// Trust policies: who can assume a role, and by which token.
{
  const issuer = `arn:aws:iam::${home}:oidc-provider/token.actions.githubusercontent.com`;
  const federated = role('deploy', {
    Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: issuer },
    Condition: { StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:acme/shop:ref:refs/heads/main' } } });
  const partner = role('partner', { Principal: { AWS: other }, Condition: { StringEquals: { 'sts:ExternalId': 'x' } } });
  const open = role('open', { Principal: { AWS: '*' } });
  const content = account([federated, partner, open, role('idle', service)]);
  const arn = (name) => `arn:aws:iam::${home}:role/${name}`;
  const token = ask(content, 'sts:AssumeRoleWithWebIdentity', arn('deploy'));
  assert.deepEqual(token.outside, { [`federated ${issuer}`]: 'proven' });
  assert.equal(token.outsiders[0].request.context['token.actions.githubusercontent.com:sub'], 'repo:acme/shop:ref:refs/heads/main');
  assert.deepEqual(ask(content, 'sts:AssumeRole', arn('deploy')).outside, {});
  assert.deepEqual(ask(content, 'sts:AssumeRole', arn('partner')).outside, { [`account ${other}`]: 'possible' });
  const all = ask(content, 'sts:AssumeRole', arn('open'));
  assert.deepEqual([all.inside, all.outside],
    [{ deploy: 'proven', partner: 'proven', idle: 'proven' }, { 'everyone *': 'proven' }], 'everyone by name');
  const any = ask(content, 'sts:AssumeRole');
  assert.equal(any.outsiders.length, 3, 'a partner, everyone and a service');
}

// Resource control policies of the owner bind whoever comes from outside.
{
  const queue = `arn:aws:sqs:eu-central-1:${home}:jobs`;
  const answer = ask(account([role('idle', service)], {
    resource_policies: [{ arn: queue, policy: policy({ Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: queue }) }],
    resource_control_policies: { [home]: [[{ name: 'ours', document: policy({
      ...deny('sqs:*', '*'), Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalAccount': home } } }) }]] },
  }), 'sqs:SendMessage', queue);
  assert.deepEqual([answer.inside, answer.outside], [{ idle: 'proven' }, {}]);
}

// Policies that infrastructure code declares.
const stack = (resources) => JSON.stringify({ Resources: resources });
const resource = (Type, Properties) => ({ Type, Properties });
const lets = (action, principal, more = {}) => policy({ Effect: 'Allow', Principal: principal, Action: action, Resource: '*', ...more });
const partner = { AWS: other };
const permission = (more) => ({ P: resource('AWS::Lambda::Permission', { FunctionName: 'job', Principal: 's3.amazonaws.com', Action: 'lambda:InvokeFunction', ...more }) });
const job = `arn:aws:lambda:eu-central-1:${home}:function:job`;
const plan = (resources, unknown = {}, configuration = []) => JSON.stringify({
  format_version: '1.2',
  planned_values: { root_module: { resources: resources.map(([type, values]) => ({ address: `${type}.x`, mode: 'managed', type, name: 'x', values })) } },
  resource_changes: resources.map(([type]) => ({ address: `${type}.x`, mode: 'managed', type, name: 'x', change: { actions: ['create'], after_unknown: unknown[type] ?? {} } })),
  configuration: { root_module: { resources: configuration } },
});
const text = (action, principal) => JSON.stringify(lets(action, principal));
const outsider = { [`account ${other}`]: 'possible' };
const nobody = [/policy of .* is not known/];
const declared = [
  ['a bucket policy by name', 's3:GetObject', object, { 't.json': stack({ P: resource('AWS::S3::BucketPolicy', { Bucket: 'acme-bundles', PolicyDocument: lets('s3:GetObject', partner) }) }) }, outsider],
  ['a bucket policy by reference', 's3:GetObject', object, { 't.json': stack({
    B: resource('AWS::S3::Bucket', { BucketName: 'acme-bundles' }),
    P: resource('AWS::S3::BucketPolicy', { Bucket: { Ref: 'B' }, PolicyDocument: lets('s3:GetObject', partner, { Resource: { 'Fn::Sub': '${B.Arn}/*' } }) }) }) }, outsider],
  ['the policy of another bucket', 's3:GetObject', object, { 't.json': stack({ P: resource('AWS::S3::BucketPolicy', { Bucket: 'other', PolicyDocument: lets('s3:GetObject', partner) }) }) }, {}, nobody],
  ['a bucket of a parameter without default', 's3:GetObject', object, { 't.json': JSON.stringify({ Parameters: { Name: { Type: 'String' } },
    Resources: { P: resource('AWS::S3::BucketPolicy', { Bucket: { Ref: 'Name' }, PolicyDocument: lets('s3:GetObject', partner) }) } }) }, {},
  [/not known/, /account owns/, /^the policy at .*t\.json:1:\d+.* is for a resource that is not known: .*Name/]],
  ['a queue by the reference to it', 'sqs:SendMessage', `arn:aws:sqs:eu-central-1:${home}:jobs`, { 't.json': stack({
    Q: resource('AWS::SQS::Queue', { QueueName: 'jobs' }),
    P: resource('AWS::SQS::QueuePolicy', { Queues: [{ Ref: 'Q' }], PolicyDocument: lets('sqs:SendMessage', partner, { Resource: { 'Fn::GetAtt': ['Q', 'Arn'] } }) }) }) }, outsider,
  [/account and region of what .*t\.json:1:\d+.* declares are not known: taken for those of `arn:aws:sqs/]],
  ['the account itself is no outsider', 'sqs:SendMessage', `arn:aws:sqs:eu-central-1:${home}:jobs`, { 't.json': stack({
    P: resource('AWS::SQS::QueuePolicy', { Queues: [`https://sqs.eu-central-1.amazonaws.com/${home}/jobs`], PolicyDocument: lets('sqs:SendMessage', { AWS: { Ref: 'AWS::AccountId' } }) }) }) }, {}],
  ['a topic', 'sns:Publish', `arn:aws:sns:eu-central-1:${home}:builds`, { 't.json': stack({
    T: resource('AWS::SNS::Topic', { TopicName: 'builds' }),
    P: resource('AWS::SNS::TopicPolicy', { Topics: [{ Ref: 'T' }], PolicyDocument: lets('sns:Publish', partner) }) }) }, outsider, [/taken for/]],
  ['a secret, with the suffix that AWS makes', 'secretsmanager:GetSecretValue', `arn:aws:secretsmanager:eu-central-1:${home}:secret:db-AbCdEf`, { 't.json': stack({
    S: resource('AWS::SecretsManager::Secret', { Name: 'db' }),
    P: resource('AWS::SecretsManager::ResourcePolicy', { SecretId: { Ref: 'S' }, ResourcePolicy: lets('secretsmanager:GetSecretValue', partner) }) }) }, outsider, [/taken for/]],
  ['a repository', 'ecr:BatchGetImage', `arn:aws:ecr:eu-central-1:${home}:repository/app`, { 't.json': stack({
    R: resource('AWS::ECR::Repository', { RepositoryName: 'app', RepositoryPolicyText: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: partner, Action: 'ecr:*' }] } }) }) }, outsider, [/taken for/]],
  ['a permission for a bucket', 'lambda:InvokeFunction', job, { 't.json': stack(permission({ SourceArn: bucket, SourceAccount: home })) }, { 'service s3.amazonaws.com': 'proven' }, [/taken for/]],
  ['a permission for everybody', 'lambda:InvokeFunction', job, { 't.json': stack(permission({ Principal: '*' })) }, { 'everyone *': 'proven' }, [/taken for/]],
  ['a permission for an organisation', 'lambda:InvokeFunction', job, { 't.json': stack(permission({ Principal: '*', PrincipalOrgID: 'o-acme' })) }, { 'everyone *': 'possible' }, [/taken for/]],
  ['a permission for another account', 'lambda:InvokeFunction', job, { 't.json': stack(permission({ Principal: other })) }, outsider, [/taken for/]],
  ['a permission of another function', 'lambda:InvokeFunction', job, { 't.json': stack(permission({ FunctionName: 'jobs' })) }, {}, nobody],
  ['a permission for a URL is none to invoke', 'lambda:InvokeFunction', job, { 't.json': stack(permission({ Principal: '*', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' })) }, {}, [/taken for/]],
  ['a permission whose source is imported', 'lambda:InvokeFunction', job, { 't.json': stack(permission({ SourceArn: { 'Fn::ImportValue': 'x' } })) }, {}, [/taken for/, /is not known .*another stack.*could let others in/]],
  ['two permissions, one of them open', 'lambda:InvokeFunction', job, { 't.json': stack({ ...permission({ Principal: other }), Q: resource('AWS::Lambda::Permission', { FunctionName: 'job', Principal: 'sns.amazonaws.com', Action: 'lambda:InvokeFunction', SourceArn: { 'Fn::ImportValue': 'x' } }) }) }, outsider, [/taken for/, /not known/]],
  ['what SAM lets in for an event', 'lambda:InvokeFunction', job, { 't.json': JSON.stringify({ Transform: 'AWS::Serverless-2016-10-31', Resources: { F: resource('AWS::Serverless::Function', { FunctionName: 'job', Events: { Up: { Type: 'S3' }, In: { Type: 'SQS' } } }) } }) }, {}, [/taken for/, /event `Up` is not worked out/]],
  ['a bucket policy of a plan', 's3:GetObject', object, { 'plan.json': plan([['aws_s3_bucket_policy', { bucket: 'acme-bundles', policy: text('s3:GetObject', partner) }]]) }, outsider],
  ['a bucket policy of a plan, known after apply', 's3:GetObject', object, { 'plan.json': plan([['aws_s3_bucket_policy', { bucket: 'acme-bundles' }]], { aws_s3_bucket_policy: { policy: true } }) }, {}, [/`policy` of `aws_s3_bucket_policy\.x` is known only after apply/]],
  ['a queue of a plan by what it refers to', 'sqs:SendMessage', `arn:aws:sqs:eu-central-1:${home}:jobs`, { 'plan.json': plan(
    [['aws_sqs_queue', { name: 'jobs' }], ['aws_sqs_queue_policy', { policy: text('sqs:SendMessage', partner) }]],
    { aws_sqs_queue: { arn: true, url: true, policy: true }, aws_sqs_queue_policy: { queue_url: true } },
    [{ address: 'aws_sqs_queue_policy.x', expressions: { queue_url: { references: ['aws_sqs_queue.x.id', 'aws_sqs_queue.x'] } } }]) }, outsider, [/taken for/]],
  ['a key of a state', 'kms:Decrypt', `arn:aws:kms:eu-central-1:${home}:key/1`, { 'plan.json': plan([['aws_kms_key_policy', { key_id: `arn:aws:kms:eu-central-1:${home}:key/1`, policy: text('kms:*', partner) }]]) }, outsider],
  ['a permission of a plan', 'lambda:InvokeFunction', job, { 'plan.json': plan([['aws_lambda_permission', { function_name: job, principal: 'events.amazonaws.com', action: 'lambda:InvokeFunction', source_account: home }]]) }, { 'service events.amazonaws.com': 'proven' }],
  ['a permission of a plan whose source is open', 'lambda:InvokeFunction', job, { 'plan.json': plan([['aws_lambda_permission', { function_name: job, principal: 'events.amazonaws.com', action: 'lambda:InvokeFunction' }]], { aws_lambda_permission: { source_arn: true } }) }, {}, [/`source_arn` of `aws_lambda_permission\.x` is known only after apply/]],
  ['what is deployed counts before what is declared', 's3:GetObject', object, {
    'account.json': JSON.stringify(byBucket(everyone({ Principal: { AWS: '999988887777' } }))),
    't.json': stack({ P: resource('AWS::S3::BucketPolicy', { Bucket: 'acme-bundles', PolicyDocument: lets('s3:GetObject', partner) }) }) },
  { 'account 999988887777': 'possible' }, [/another policy of `arn:aws:s3:::acme-bundles` stands at .*t\.json:1:\d+/]],
];
const ours = account([role('idle', service)]);
for (const [name, action, asked, files, outside, gaps = []] of declared) {
  const done = run({ 'account.json': ours, ...files }, action, asked, '--json');
  assert.equal(done.status, 0, `${name}: ${done.stderr}`);
  const answer = JSON.parse(done.stdout);
  assert.deepEqual(Object.fromEntries(answer.outsiders.map((o) => [`${o.kind} ${o.name}`, o.verdict])), outside, name);
  const missing = gaps.filter((gap) => !answer.not_covered.some((one) => gap.test(one)));
  assert.deepEqual(missing, [], `${name}: ${answer.not_covered.join('\n')}`);
}
{
  // Without a resource: every policy that is declared.
  const files = { 'account.json': ours, 't.json': stack({ P: resource('AWS::S3::BucketPolicy', { Bucket: 'acme-bundles', PolicyDocument: lets('s3:GetObject', partner) }) }) };
  const answer = JSON.parse(run(files, 's3:GetObject', '--json').stdout);
  assert.deepEqual(answer.outsiders.map((o) => [o.name, o.request.resource.startsWith(bucket)]), [[other, true]]);
  assert.match(answer.outsiders[0].statement.file, /t\.json$/);
}

// Words, without a resource, and mistakes.
{
  const words = run({ 'account.json': byBucket(everyone()) }, 's3:GetObject', object);
  assert.equal(words.status, 0);
  assert.match(words.stdout, /PROVEN {4}outside: whoever has an AWS account\n/);
  assert.match(words.stdout, /2 of 2 principals, 2 outside\n$/);
  const any = ask(byBucket(everyone()), 's3:GetObject');
  assert.deepEqual([any.inside, any.outside], [{ reader: 'proven', idle: 'proven' }, { 'everyone *': 'proven', 'anonymous *': 'proven' }]);
  assert.match(any.not_covered[0], /resources of `s3` whose policies/);
}
const wrong = [
  ['an action that does not exist', {}, ['s3:GetObjekt'], 2, /no action `s3:GetObjekt`/],
  ['a resource that is no ARN', {}, ['s3:GetObject', 'acme-bundles'], 2, /`acme-bundles` is no ARN/],
  ['no facts', {}, ['s3:GetObject'], 3, /no users and roles were found/],
  ['no action', {}, [], 2, /action is required/],
  ['a policy that cannot be read', { 'account.json': account(roles, {
    resource_policies: [{ arn: bucket, policy: policy({ Effect: 'Perhaps' }) }] }) }, ['s3:GetObject', object], 3, /account\.json:1:\d+: /],
  ['a declared policy that cannot be read', { 'account.json': ours, 't.yaml': 'Resources:\n  P:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: acme-bundles\n      PolicyDocument: {Statement: [{Effect: Perhaps, Principal: "*", Action: "s3:*", Resource: "*"}]}\n' },
    ['s3:GetObject', object], 3, /t\.yaml:6:\d+: /],
  ['a policy of a plan that cannot be read', { 'account.json': ours, 'plan.json': plan([['aws_s3_bucket_policy', { bucket: 'acme-bundles', policy: '{"Statement": 1' }]]) },
    ['s3:GetObject', object], 3, /plan\.json:1:\d+: /],
  ['an entry without policy', { 'account.json': account(roles, { resource_policies: [{ arn: bucket }] }) },
    ['s3:GetObject', object], 3, /has no `policy`; `null` says/],
];
for (const [name, files, args, status, message] of wrong) {
  const done = run(files, ...args);
  assert.equal(done.status, status, `${name}: ${done.stderr}`);
  assert.match(done.stderr, message, name);
}

// The examples of the help work as printed.
{
  const help = spawnSync(muster, ['policy', 'who-can', '--help'], { encoding: 'utf8' }).stdout;
  const facts = join(empty, 'facts');
  mkdirSync(facts);
  writeFileSync(join(facts, 'account.json'), JSON.stringify(byBucket()));
  const commands = [...help.matchAll(/^ {2}(muster policy who-can .*)$/gm)].map((m) => m[1]);
  assert.ok(commands.length >= 2, help);
  for (const command of commands) {
    const done = spawnSync('bash', ['-c', command.replace('muster', '"$MUSTER"')], { cwd: empty, encoding: 'utf8' });
    assert.equal(done.status, 0, `${command}: ${done.stderr}`);
  }
}
