// Small accounts with a known answer: does `ci` reach rights of an administrator? Each row is a trap
// of the policy language. The search from one start and the one towards administrators must agree.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert';

const muster = process.env.MUSTER;
const work = mkdtempSync(join(tmpdir(), 'muster-escalation-traps-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const empty = join(work, 'empty');
mkdirSync(empty);

const home = '111122223333';
const other = '444455556666';
const policy = (...statements) => ({ Version: '2012-10-17', Statement: statements.flat() });
const allow = (action, resource, more = {}) =>
  typeof resource === 'object' && !Array.isArray(resource) ? allow(action, '*', resource)
    : { Effect: 'Allow', Action: action, Resource: resource ?? '*', ...more };
const deny = (...args) => ({ ...allow(...args), Effect: 'Deny' });
const service = (name, more = {}) => ({ Effect: 'Allow', Principal: { Service: name }, Action: 'sts:AssumeRole', ...more });
const trusts = (principal, more = {}) => ({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole', ...more });
const roleArn = (name, account = home) => `arn:aws:iam::${account}:role/${name}`;
const userArn = (name) => `arn:aws:iam::${home}:user/${name}`;
const administrator = [{ PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }];
const boundary = `arn:aws:iam::${home}:policy/boundary`;

/** Statements and, last, options without `Effect`. */
function split(parts) {
  const options = parts.filter((part) => !part.Effect);
  const statements = parts.filter((part) => part.Effect);
  return [statements.length ? [{ PolicyName: 'own', PolicyDocument: { ...policy(statements), ...(options[0]?.v ? { Version: options[0].v } : {}) } }] : [], options[0] ?? {}];
}
const shared = ({ tags = {}, boundary: limit, admin }) => ({
  AttachedManagedPolicies: admin ? administrator : [], Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  ...(limit ? { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: limit } } : {}),
});
function role(name, trust, ...parts) {
  const [policies, options] = split(parts);
  const { path = '/', acct = home, profile } = options;
  return {
    Path: path, RoleName: name, Arn: `arn:aws:iam::${acct}:role${path}${name}`, AssumeRolePolicyDocument: policy(trust),
    InstanceProfileList: profile ? [{ Arn: `arn:aws:iam::${acct}:instance-profile/${name}` }] : [], RolePolicyList: policies, ...shared(options),
  };
}
function user(name, ...parts) {
  const [policies, options] = split(parts);
  return { Path: '/', UserName: name, Arn: userArn(name), UserPolicyList: policies, GroupList: options.groups ?? [], ...shared(options) };
}
function group(name, ...parts) {
  const [policies, options] = split(parts);
  return { Path: '/', GroupName: name, Arn: `arn:aws:iam::${home}:group/${name}`, GroupPolicyList: policies, ...shared(options) };
}
const bounds = (...statements) =>
  [{ PolicyName: 'boundary', Arn: boundary, PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: policy(statements) }] }];
const levels = (list) => list && { [home]: list.map((level) => level.map((document) => ({ name: 'p', document }))) };
const account = (users, roles = [], { groups = [], policies = [], inv = [], scp, rcp } = {}) => ({
  authorization_details: { UserDetailList: users, GroupDetailList: groups, RoleDetailList: roles, Policies: policies }, inventory: inv,
  ...(scp ? { service_control_policies: levels(scp) } : {}), ...(rcp ? { resource_control_policies: levels(rcp) } : {}),
});

const full = policy(allow('*'));
const builder = role('builder', service('lambda.amazonaws.com'), { admin: true });
const target = (trust) => role('target', trust, { admin: true });
const passes = allow('iam:PassRole', roleArn('builder'));
const runs = allow(['lambda:CreateFunction', 'lambda:InvokeFunction']);

// What it is about, the answer (`|`: either is right), the account.
const table = [
  ['boundary allows only functions ci-*, identity all', 'proven',
    account([user('ci', passes, runs, { boundary: boundary })], [builder], { policies: bounds(allow('iam:PassRole'), allow('lambda:*', 'arn:aws:lambda:*:*:function:ci-*')) })],
  ['identity app-*, boundary *-dev', 'proven',
    account([user('ci', passes, allow(['lambda:CreateFunction', 'lambda:InvokeFunction'], 'arn:aws:lambda:*:*:function:app-*'), { boundary: boundary })], [builder], { policies: bounds(allow('iam:PassRole'), allow('lambda:*', 'arn:aws:lambda:*:*:function:*-dev')) })],
  ['identity a-*, boundary b-*: none', 'none',
    account([user('ci', passes, allow(['lambda:CreateFunction', 'lambda:InvokeFunction'], 'arn:aws:lambda:*:*:function:a-*'), { boundary: boundary })], [builder], { policies: bounds(allow('iam:PassRole'), allow('lambda:*', 'arn:aws:lambda:*:*:function:b-*')) })],
  ['boundary without PassRole', 'none',
    account([user('ci', passes, runs, { boundary: boundary })], [builder], { policies: bounds(allow('lambda:*')) })],
  ['scp region: only eu-central-1', 'proven',
    account([user('ci', passes, runs)], [builder], { scp: [[full, policy({ Effect: 'Deny', NotAction: ['iam:*', 'sts:*'], Resource: '*', Condition: { StringNotEquals: { 'aws:RequestedRegion': ['eu-central-1'] } } })]] })],
  ['scp region like eu-*', 'proven',
    account([user('ci', passes, runs)], [builder], { scp: [[full, policy({ Effect: 'Deny', NotAction: ['iam:*', 'sts:*'], Resource: '*', Condition: { StringNotLike: { 'aws:RequestedRegion': ['eu-*'] } } })]] })],
  ['scp denies lambda', 'none',
    account([user('ci', passes, runs)], [builder], { scp: [[full, policy(deny('lambda:*'))]] })],
  ['scp deny spares ci by PrincipalArn', 'proven',
    account([user('ci', passes, runs)], [builder], { scp: [[full, policy(deny('lambda:*', { Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/ci' } } }))]] })],
  ['scp level without allow', 'none',
    account([user('ci', passes, runs)], [builder], { scp: [[full], [policy(allow('s3:*'))]] })],
  ['deny NotAction blocks', 'none',
    account([user('ci', passes, runs, { Effect: 'Deny', NotAction: ['lambda:*'], Resource: '*' })], [builder])],
  ['deny NotAction leaves both', 'proven',
    account([user('ci', passes, runs, { Effect: 'Deny', NotAction: ['lambda:*', 'iam:Pass*'], Resource: '*' })], [builder])],
  ['deny NotResource of function example*', 'proven',
    account([user('ci', passes, runs, { Effect: 'Deny', Action: 'lambda:*', NotResource: 'arn:aws:lambda:eu-west-1:*:function:blue-*' })], [builder])],
  ['deny of the name example', 'proven',
    account([user('ci', passes, runs, deny('lambda:*', 'arn:aws:lambda:*:*:function:ex*'))], [builder])],
  ['deny lambda in us-east-1 by arn', 'proven',
    account([user('ci', passes, runs, deny('lambda:*', 'arn:aws:lambda:us-east-1:*:function:*'))], [builder])],
  ['passrole by resource tag', 'proven',
    account([user('ci', allow('iam:PassRole', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'ci' } } }), runs)], [role('builder', service('lambda.amazonaws.com'), { admin: true, tags: { team: 'ci' } })])],
  ['passrole by resource tag, other', 'none',
    account([user('ci', allow('iam:PassRole', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'ci' } } }), runs)], [role('builder', service('lambda.amazonaws.com'), { admin: true, tags: { team: 'ops' } })])],
  ['tag of principal = tag of role', 'proven',
    account([user('ci', allow('iam:PassRole', { Condition: { StringEquals: { 'iam:ResourceTag/team': '${aws:PrincipalTag/team}' } } }), runs, { tags: { team: 'x' } })], [role('builder', service('lambda.amazonaws.com'), { admin: true, tags: { team: 'x' } })])],
  ['request tag must equal username', 'proven',
    account([user('ci', passes, allow(['lambda:CreateFunction', 'lambda:InvokeFunction'], { Condition: { StringEqualsIfExists: { 'aws:RequestTag/owner': '${aws:username}' }, Null: { 'aws:RequestTag/owner': 'false' } } }))], [builder])],
  ['request tag like and not equal', 'proven',
    account([user('ci', passes, allow('lambda:CreateFunction', { Condition: { StringLike: { 'aws:RequestTag/env': 'dev*' }, StringNotEquals: { 'aws:RequestTag/env': 'dev' } } }), allow('lambda:InvokeFunction'))], [builder])],
  ['two tag keys demanded', 'proven',
    account([user('ci', passes, allow('lambda:CreateFunction', { Condition: { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' }, 'ForAnyValue:StringLike': { 'aws:TagKeys': 'b*' } } }), allow('lambda:InvokeFunction'))], [builder])],
  ['variable in resource: function by user name', 'proven',
    account([user('ci', passes, allow(['lambda:CreateFunction', 'lambda:InvokeFunction'], 'arn:aws:lambda:*:*:function:${aws:username}-*'))], [builder])],
  ['variable in resource: tag', 'proven',
    account([user('ci', passes, allow(['lambda:CreateFunction', 'lambda:InvokeFunction'], 'arn:aws:lambda:*:*:function:${aws:PrincipalTag/team}-*'), { tags: { team: 'blue' } })], [builder])],
  ['variable in resource: tag missing', 'none',
    account([user('ci', passes, allow(['lambda:CreateFunction', 'lambda:InvokeFunction'], 'arn:aws:lambda:*:*:function:${aws:PrincipalTag/team}-*'))], [builder])],
  ['passrole by variable path', 'proven',
    account([user('ci', allow('iam:PassRole', 'arn:aws:iam::*:role/${aws:username}/*'), runs)], [role('builder', service('lambda.amazonaws.com'), { admin: true, path: '/ci/' })])],
  ['own policy by variable', 'proven',
    account([user('ci', allow('iam:PutUserPolicy', `arn:aws:iam::${home}:user/\${aws:username}`))])],
  ['variable under old version is literal', 'none',
    account([user('ci', allow('iam:PutUserPolicy', `arn:aws:iam::${home}:user/\${aws:username}`), { v: '2008-10-17' })])],
  ['PassedToService other', 'none',
    account([user('ci', allow('iam:PassRole', roleArn('builder'), { Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } } }), runs)], [builder])],
  ['PassedToService like', 'proven',
    account([user('ci', allow('iam:PassRole', roleArn('builder'), { Condition: { StringLike: { 'iam:PassedToService': 'lambda.*' } } }), runs)], [builder])],
  ['PassedToService not equals lambda', 'none',
    account([user('ci', allow('iam:PassRole', roleArn('builder'), { Condition: { StringNotEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } } }), runs)], [builder])],
  ['role path in PassRole', 'none',
    account([user('ci', allow('iam:PassRole', roleArn('builder')), runs)], [role('builder', service('lambda.amazonaws.com'), { admin: true, path: '/app/' })])],
  ['role path qualified', 'proven',
    account([user('ci', allow('iam:PassRole', roleArn('app/builder')), runs)], [role('builder', service('lambda.amazonaws.com'), { admin: true, path: '/app/' })])],
  ['role case', 'none',
    account([user('ci', allow('iam:PassRole', roleArn('Builder')), runs)], [builder])],
  ['action case', 'proven',
    account([user('ci', allow('IAM:passrole', roleArn('builder')), allow('LAMBDA:*'))], [builder])],
  ['action ?', 'proven',
    account([user('ci', allow('iam:Pass?ole', roleArn('builder')), allow('lambda:?reateFunction'), allow('lambda:Inv*'))], [builder])],
  ['trust user with ExternalId', 'proven',
    account([user('ci')], [target(trusts(userArn('ci'), { Condition: { StringEquals: { 'sts:ExternalId': 'abc' } } }))])],
  ['trust root, identity allows', 'proven',
    account([user('ci', allow('sts:AssumeRole', roleArn('target')))], [target(trusts(`arn:aws:iam::${home}:root`))])],
  ['trust root, identity silent', 'none',
    account([user('ci', allow('s3:*'))], [target(trusts(`arn:aws:iam::${home}:root`))])],
  ['trust root + PrincipalArn like', 'proven',
    account([user('ci', allow('sts:*'))], [target(trusts(home, { Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${home}:user/c*` } } }))])],
  ['trust root + PrincipalArn other', 'none',
    account([user('ci', allow('sts:*'))], [target(trusts(home, { Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${home}:user/d*` } } }))])],
  ['trust * + PrincipalTag', 'proven',
    account([user('ci', { tags: { team: 'x' } })], [target(trusts('*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } } }))])],
  ['trust NotPrincipal deny spares ci (user only)', 'proven',
    account([user('ci', allow('sts:*'))], [target([trusts(home), { Effect: 'Deny', NotPrincipal: { AWS: [userArn('ci'), `arn:aws:iam::${home}:root`] }, Action: 'sts:AssumeRole' }])])],
  ['trust deny ci by arn', 'none',
    account([user('ci', allow('sts:*'))], [target([trusts(home), { Effect: 'Deny', Principal: { AWS: userArn('ci') }, Action: 'sts:*' }])])],
  ['trust MFA', 'possible',
    account([user('ci', allow('sts:*'))], [target(trusts(home, { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }))])],
  ['trust MFA BoolIfExists false-deny', 'possible',
    account([user('ci', allow('sts:*'))], [target([trusts(home), { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole', Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } }])])],
  ['trust source ip', 'possible',
    account([user('ci')], [target(trusts(userArn('ci'), { Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }))])],
  ['trust session of a role', 'possible|proven',
    account([], [role('ci', service('ec2.amazonaws.com')), target(trusts(`arn:aws:sts::${home}:assumed-role/ci/deploy`))])],
  ['trust session of another role', 'none',
    account([], [role('ci', service('ec2.amazonaws.com'), allow('sts:*')), target(trusts(`arn:aws:sts::${home}:assumed-role/cix/deploy`))])],
  ['trust role with path', 'proven',
    account([], [role('ci', service('ec2.amazonaws.com'), { path: '/team/' }), target(trusts(`arn:aws:iam::${home}:role/team/ci`))])],
  ['chain of three', 'proven',
    account([user('ci', allow('sts:AssumeRole', roleArn('a')))], [role('a', trusts(home), allow('sts:AssumeRole', roleArn('b'))), role('b', trusts(roleArn('a')), allow('sts:AssumeRole', roleArn('target'))), target(trusts(roleArn('b')))])],
  ['chain broken by deny', 'none',
    account([user('ci', allow('sts:AssumeRole', roleArn('a')))], [role('a', trusts(home), deny('sts:AssumeRole', roleArn('b'))), role('b', trusts(roleArn('a'))), target(trusts(roleArn('b')))])],
  ['cross-account both sides', 'proven',
    account([], [role('ci', service('ec2.amazonaws.com'), allow('sts:AssumeRole', roleArn('target', other))), role('target', trusts(roleArn('ci')), { admin: true, acct: other })])],
  ['cross-account one side', 'none',
    account([], [role('ci', service('ec2.amazonaws.com')), role('target', trusts(roleArn('ci')), { admin: true, acct: other })])],
  ['RCP denies outsiders, home ci fine', 'proven',
    account([user('ci')], [target(trusts(userArn('ci')))], { rcp: [[policy(deny('sts:AssumeRole', { Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalAccount': home } } }))]] })],
  ['RCP denies assume', 'none',
    account([user('ci')], [target(trusts(userArn('ci')))], { rcp: [[policy(deny('sts:*', { Principal: '*' }))]] })],
  ['session name demanded', 'proven',
    account([user('ci')], [target(trusts(userArn('ci'), { Condition: { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } } }))])],
  ['token issue time: revoked sessions', 'proven',
    account([], [role('ci', service('ec2.amazonaws.com'), passes, runs, deny('*', { Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' } } })), builder])],
  ['allow only after a date', 'proven',
    account([user('ci', passes, allow(['lambda:CreateFunction', 'lambda:InvokeFunction'], { Condition: { DateGreaterThan: { 'aws:CurrentTime': '2025-01-01T00:00:00Z' } } }))], [builder])],
  ['allow until a past date', 'none',
    account([user('ci', passes, allow(['lambda:CreateFunction', 'lambda:InvokeFunction'], { Condition: { DateLessThan: { 'aws:CurrentTime': '2025-01-01T00:00:00Z' } } }))], [builder])],
  ['power by group', 'proven',
    account([user('ci', { groups: ['dev'] })], [builder], { groups: [group('dev', passes, runs)] })],
  ['group deny', 'none',
    account([user('ci', passes, runs, { groups: ['dev'] })], [builder], { groups: [group('dev', deny('iam:PassRole'))] })],
  ['put group policy on own group', 'proven',
    account([user('ci', allow('iam:PutGroupPolicy', `arn:aws:iam::${home}:group/dev`), { groups: ['dev'] })], [], { groups: [group('dev')] })],
  ['add self to admin group', 'proven',
    account([user('ci', allow('iam:AddUserToGroup', `arn:aws:iam::${home}:group/admins`))], [], { groups: [group('admins', { admin: true })] })],
  ['service-linked role cannot be passed', 'none',
    account([user('ci', allow('iam:PassRole'), allow('lambda:*'))], [role('AWSServiceRoleForLambda', service('lambda.amazonaws.com'), { admin: true, path: '/aws-service-role/lambda.amazonaws.com/' })])],
  ['service-linked trust cannot be rewritten', 'none',
    account([user('ci', allow(['iam:UpdateAssumeRolePolicy', 'sts:AssumeRole']))], [role('AWSServiceRoleForX', service('x.amazonaws.com'), { admin: true, path: '/aws-service-role/x.amazonaws.com/' })])],
  ['update trust then assume', 'proven',
    account([user('ci', allow(['iam:UpdateAssumeRolePolicy', 'sts:AssumeRole'], roleArn('target')))], [target(service('ec2.amazonaws.com'))])],
  ['attach policy limited to ReadOnly', 'none',
    account([user('ci', allow('iam:AttachUserPolicy', userArn('ci'), { Condition: { ArnEquals: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/ReadOnlyAccess' } } }))])],
  ['create access key for an admin user', 'proven',
    account([user('ci', allow('iam:CreateAccessKey')), { ...user('root2'), AttachedManagedPolicies: administrator }])],
  ['create access key for own path only', 'none',
    account([user('ci', allow('iam:CreateAccessKey', `arn:aws:iam::${home}:user/ci/*`)), { ...user('root2'), AttachedManagedPolicies: administrator }])],
  ['NotResource allow', 'proven',
    account([user('ci', { Effect: 'Allow', Action: ['iam:PassRole', 'lambda:CreateFunction', 'lambda:InvokeFunction'], NotResource: roleArn('other') })], [builder])],
  ['NotAction allow', 'proven',
    account([user('ci', { Effect: 'Allow', NotAction: 's3:*', Resource: '*' }, deny(['iam:Create*', 'iam:Put*', 'iam:Attach*', 'iam:Update*', 'iam:Add*', 'iam:Set*', 'iam:Delete*', 'iam:Upload*']))], [builder])],
  ['admin by two policies', 'proven|none',
    account([user('ci', allow('iam:*'), { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' })])],
  ['existing function, update code', 'proven|possible',
    account([user('ci', allow('lambda:UpdateFunctionCode', `arn:aws:lambda:eu-central-1:${home}:function:job`))], [builder], { inv: [{ type: 'aws_lambda_function', name: 'job', arn: `arn:aws:lambda:eu-central-1:${home}:function:job`, field: 'role', role: roleArn('builder') }] })],
  ['an account of the partition aws-us-gov', 'proven',
    JSON.parse(JSON.stringify(account([user('ci', passes, allow('lambda:*'))], [builder], { scp: [[policy(allow('*', 'arn:aws:*'))]] })).replaceAll('arn:aws:', 'arn:aws-us-gov:'))],
  ['resource of another partition', 'none',
    account([user('ci', allow('iam:PassRole', 'arn:aws-cn:iam::*:role/*'), runs)], [builder])],
  ['ssm by tag open', 'possible',
    account([user('ci', allow('ssm:SendCommand', ['arn:aws:ssm:*::document/AWS-RunShellScript']), allow('ssm:SendCommand', `arn:aws:ec2:*:${home}:instance/*`, { Condition: { StringEquals: { 'ssm:resourceTag/env': 'dev' } } }))], [role('host', service('ec2.amazonaws.com'), { admin: true, profile: true })], { inv: [{ type: 'aws_instance', name: 'web', arn: `arn:aws:ec2:eu-central-1:${home}:instance/i-1`, field: 'iam_instance_profile', role: roleArn('host') }] })],
  ['ssm unless tagged, tags unknown', 'possible',
    account([user('ci', allow('ssm:SendCommand', ['arn:aws:ssm:*::document/AWS-RunShellScript']), allow('ssm:SendCommand', `arn:aws:ec2:*:${home}:instance/*`, { Condition: { StringNotEquals: { 'ssm:resourceTag/env': 'prod' } } }))], [role('host', service('ec2.amazonaws.com'), { admin: true, profile: true })], { inv: [{ type: 'aws_instance', name: 'web', arn: `arn:aws:ec2:eu-central-1:${home}:instance/i-1`, field: 'iam_instance_profile', role: roleArn('host') }] })],
  ['codebuild with region literal in scp allow', 'proven',
    account([user('ci', allow('iam:PassRole'), allow('codebuild:*'))], [role('builder', service('codebuild.amazonaws.com'), { admin: true })], { scp: [[policy(allow('*', 'arn:aws:codebuild:eu-west-1:*:*'), allow('iam:*'))]] })],
  ['scp with all allowed only if tagged', 'proven',
    account([user('ci', passes, runs)], [builder], { scp: [[full, policy(deny('lambda:CreateFunction', { Condition: { Null: { 'aws:RequestTag/owner': 'true' } } }))]] })],
  ['lambda in a vpc demanded by condition', 'proven',
    account([user('ci', passes, allow('lambda:CreateFunction', { Condition: { 'ForAllValues:StringEquals': { 'lambda:SubnetIds': ['subnet-1'] }, Null: { 'lambda:SubnetIds': 'false' } } }), allow('lambda:InvokeFunction'))], [builder])],
  ['numeric less than with decimals', 'proven|possible',
    account([user('ci', passes, allow('lambda:CreateFunction'), allow('lambda:InvokeFunction', { Condition: { NumericGreaterThanIfExists: { 'aws:MultiFactorAuthAge': '0.5' } } }))], [builder])],
];

let folder = 0;
function ask(content, ...args) {
  const facts = join(work, `facts-${folder++}`);
  mkdirSync(facts);
  writeFileSync(join(facts, 'account.json'), JSON.stringify(content));
  const done = spawnSync(muster, ['escalations', '--facts', facts, '--json', ...args], { encoding: 'utf8', cwd: empty });
  assert.ok(done.status < 2, done.stderr);
  const paths = JSON.parse(done.stdout).paths.filter((path) => path.administrator && path.start.arn.endsWith('/ci'));
  return paths.some((path) => path.verdict === 'proven') ? 'proven' : paths.length ? 'possible' : 'none';
}
const wrong = [];
for (const [name, wanted, content] of table) {
  for (const [search, answer] of [['from ci', ask(content, '--from', 'ci')], ['to administrators', ask(content)]]) {
    if (!wanted.split('|').includes(answer)) wrong.push(`${name}, ${search}: ${answer} instead of ${wanted}`);
  }
}
assert.deepEqual(wrong, []);
