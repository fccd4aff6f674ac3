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
