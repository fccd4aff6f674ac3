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
const many = (count) => Array.from({ length: count }, (_, i) => group(`g${i}`, allow('s3:PutObject', `arn:aws:s3:::bucket-${i}/*`)));
const groupArn = (name) => `arn:aws:iam::${home}:group/${name}`;
const policyArn = (name) => `arn:aws:iam::${home}:policy/${name}`;
/** A managed policy; lists among its statements are older versions. */
const managed = (name, ...parts) => [{
  PolicyName: name, Arn: policyArn(name),
  PolicyVersionList: [parts.filter((part) => !Array.isArray(part)), ...parts.filter(Array.isArray)]
    .map((statements, i) => ({ VersionId: `v${9 - i}`, IsDefaultVersion: i === 0, Document: policy(statements) })),
}];
const awsPolicy = (name) => `arn:aws:iam::aws:policy/${name}`;
const attachesAws = (name, more = {}) => allow('iam:AttachUserPolicy', userArn('ci'), { Condition: { ArnEquals: { 'iam:PolicyARN': awsPolicy(name) }, ...more } });
const attaches = (action, on, name) => allow(action, on, { Condition: { ArnEquals: { 'iam:PolicyARN': policyArn(name) } } });
const versioned = (name, ...parts) => ({ ...user(name, ...parts), AttachedManagedPolicies: [{ PolicyName: 'own', PolicyArn: policyArn('own') }] });
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

// What it is about, the answer (`|`: either is right), the account, and what a near miss says.
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
  ['join a group that may pass an administrator', 'proven',
    account([user('ci', allow('iam:AddUserToGroup', groupArn('dev')))], [builder], { groups: [group('dev', passes, runs)] })],
  ['join it, within a boundary without PassRole', 'none',
    account([user('ci', allow('iam:AddUserToGroup', groupArn('dev')), { boundary })], [builder], { groups: [group('dev', passes, runs)], policies: bounds(allow('iam:AddUserToGroup'), allow('lambda:*')) }),
    /after it joins a group \(`arn:aws:iam::111122223333:group\/dev`\): `iam:PassRole` on .*boundary/],
  ['join it, and its own Deny stays', 'none',
    account([user('ci', allow('iam:AddUserToGroup', groupArn('dev')), deny('lambda:*'))], [builder], { groups: [group('dev', passes, runs)] }),
    /after it joins a group .*statement `1` denies it/],
  ['join it, and the Deny of a group that it is in stays', 'none',
    account([user('ci', allow('iam:AddUserToGroup', groupArn('dev')), { groups: ['held-back'] })], [builder], { groups: [group('dev', passes, runs), group('held-back', deny('iam:PassRole'))] })],
  ['join another group than that', 'none',
    account([user('ci', allow('iam:AddUserToGroup', groupArn('ops')))], [builder], { groups: [group('dev', passes, runs), group('ops', allow('s3:GetObject'))] })],
  ['join it under a condition that is false', 'none',
    account([user('ci', allow('iam:AddUserToGroup', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'ops' } } }), { tags: { team: 'dev' } })], [builder], { groups: [group('dev', passes, runs)] }),
    /`iam:AddUserToGroup` on `arn:aws:iam::111122223333:group\/dev`: .*aws:PrincipalTag\/team/],
  ['join it with MFA', 'possible',
    account([user('ci', allow('iam:AddUserToGroup', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }))], [builder], { groups: [group('dev', passes, runs)] })],
  ['join a group by name of the user', 'proven',
    account([user('ci', allow('iam:AddUserToGroup', `arn:aws:iam::${home}:group/\${aws:username}-*`))], [builder], { groups: [group('ci-dev', passes, runs), group('other', allow('s3:*'))] })],
  ['join a group that lets another be joined', 'proven',
    account([user('ci', allow('iam:AddUserToGroup', groupArn('a')))], [builder], { groups: [group('a', allow('iam:AddUserToGroup', groupArn('b'))), group('b', allow('iam:AddUserToGroup', groupArn('c'))), group('c', passes, runs)] })],
  ['the same chain with a gap', 'none',
    account([user('ci', allow('iam:AddUserToGroup', groupArn('a')))], [builder], { groups: [group('a', allow('iam:AddUserToGroup', groupArn('x'))), group('b', allow('iam:AddUserToGroup', groupArn('c'))), group('c', passes, runs)] })],
  ['two groups, each with half', 'proven',
    account([user('ci', allow('iam:AddUserToGroup'))], [builder], { groups: [group('a', passes), group('b', runs), group('c', allow('s3:*'))] })],
  ['one of the halves denies the other', 'none',
    account([user('ci', allow('iam:AddUserToGroup'))], [builder], { groups: [group('a', passes, deny('lambda:*')), group('b', runs)] })],
  ['two groups that deny, not what counts', 'proven|possible',
    account([user('ci', allow('iam:AddUserToGroup'))], [builder], { groups: [group('a', passes, deny('s3:*')), group('b', runs, deny('sqs:*'))] })],
  ['one group of sixty counts', 'proven',
    account([user('ci', allow('iam:AddUserToGroup'))], [builder], { groups: [...many(60), group('dev', passes, runs)] })],
  ['more groups than are looked at', 'possible',
    account([user('ci', allow('iam:AddUserToGroup'))], [builder], { groups: many(300) })],
  ['groups that all lead nowhere', 'none',
    account([user('ci', allow('iam:AddUserToGroup'))], [builder], { groups: many(60) })],
  ['join a group that may write policies of users', 'proven',
    account([user('ci', allow('iam:AddUserToGroup'))], [], { groups: [group('dev', allow('iam:PutUserPolicy', userArn('*')))] })],
  ['join a group that may assume the role', 'proven',
    account([user('ci', allow('iam:AddUserToGroup'))], [target(trusts(home))], { groups: [group('dev', allow('sts:AssumeRole', roleArn('target')))] })],
  ['join a group that may, of a role that trusts another', 'none',
    account([user('ci', allow('iam:AddUserToGroup'))], [target(trusts(userArn('ops')))], { groups: [group('dev', allow('sts:AssumeRole', roleArn('target')))] })],
  ['join a group without rights and write its policy', 'proven',
    account([user('ci', allow(['iam:AddUserToGroup', 'iam:PutGroupPolicy'], groupArn('dev')))], [], { groups: [group('dev')] })],
  ['join one group and write the policy of another', 'none',
    account([user('ci', allow('iam:AddUserToGroup', groupArn('dev')), allow('iam:PutGroupPolicy', groupArn('ops')))], [], { groups: [group('dev'), group('ops')] })],
  ['a role cannot join', 'none',
    account([], [role('ci', service('ec2.amazonaws.com'), allow('iam:AddUserToGroup')), builder], { groups: [group('dev', passes, runs)] })],
  ['make a user join administrators and take its key', 'proven',
    account([user('bob')], [role('ci', service('ec2.amazonaws.com'), allow('iam:AddUserToGroup', groupArn('admins')), allow('iam:CreateAccessKey', userArn('bob')))], { groups: [group('admins', { admin: true })] })],
  ['the same, within a boundary of that user', 'none',
    account([{ ...user('bob'), PermissionsBoundary: { PermissionsBoundaryArn: boundary } }], [role('ci', service('ec2.amazonaws.com'), allow('iam:AddUserToGroup', groupArn('admins')), allow('iam:CreateAccessKey', userArn('bob')))], { groups: [group('admins', { admin: true })], policies: bounds(allow('s3:*')) })],
  ['attach a policy that passes an administrator', 'proven',
    account([user('ci', attaches('iam:AttachUserPolicy', userArn('ci'), 'deployer'))], [builder], { policies: managed('deployer', passes, runs) })],
  ['attach it to the role', 'proven',
    account([], [role('ci', service('ec2.amazonaws.com'), attaches('iam:AttachRolePolicy', roleArn('ci'), 'deployer')), builder], { policies: managed('deployer', passes, runs) })],
  ['attach it to its group', 'proven',
    account([user('ci', attaches('iam:AttachGroupPolicy', groupArn('dev'), 'deployer'), { groups: ['dev'] })], [builder], { groups: [group('dev')], policies: managed('deployer', passes, runs) })],
  ['attach it to a group of others', 'none',
    account([user('ci', attaches('iam:AttachGroupPolicy', groupArn('dev'), 'deployer'))], [builder], { groups: [group('dev')], policies: managed('deployer', passes, runs) })],
  ['attach another policy', 'none',
    account([user('ci', attaches('iam:AttachUserPolicy', userArn('ci'), 'other'))], [builder], { policies: [...managed('deployer', passes, runs), ...managed('other', allow('s3:*'))] }),
    /`iam:AttachUserPolicy` on .*iam:PolicyARN/],
  ['attach it, within a boundary without functions', 'none',
    account([], [role('ci', service('ec2.amazonaws.com'), attaches('iam:AttachRolePolicy', roleArn('ci'), 'deployer'), { boundary }), builder], { policies: [...managed('deployer', passes, runs), ...bounds(allow('iam:*'))] }),
    /after it attaches a policy to the role \(`arn:aws:iam::111122223333:policy\/deployer`\): `lambda:CreateFunction`/],
  ['attach it, and an own Deny stays', 'none',
    account([user('ci', attaches('iam:AttachUserPolicy', userArn('ci'), 'deployer'), deny('iam:PassRole'))], [builder], { policies: managed('deployer', passes, runs) })],
  ['anything but administrators, by ArnNotEquals', 'proven',
    account([user('ci', allow('iam:AttachUserPolicy', userArn('ci'), { Condition: { ArnNotEquals: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' } } }))], [builder], { policies: managed('deployer', passes, runs) })],
  ['attach IAMFullAccess, which no fact tells of', 'proven',
    account([user('ci', attachesAws('IAMFullAccess'))])],
  ['the same in the partition aws-us-gov', 'proven',
    JSON.parse(JSON.stringify(account([user('ci', attachesAws('IAMFullAccess'))])).replaceAll('arn:aws:', 'arn:aws-us-gov:'))],
  ['attach IAMFullAccess of another partition', 'none',
    JSON.parse(JSON.stringify(account([user('ci', attachesAws('IAMFullAccess'))])).replaceAll('arn:aws:', 'arn:aws-us-gov:')
      .replaceAll('arn:aws-us-gov:iam::aws:', 'arn:aws:iam::aws:'))],
  ['attach IAMFullAccess, and a boundary without IAM stays', 'none',
    account([user('ci', attachesAws('IAMFullAccess'), { boundary })], [], { policies: bounds(allow('iam:AttachUserPolicy'), allow('s3:*')) })],
  ['attach PowerUserAccess and assume an administrator', 'proven',
    account([user('ci', attachesAws('PowerUserAccess'))], [target(trusts(`arn:aws:iam::${home}:root`))])],
  ['attach PowerUserAccess, which passes no role, where functions are not listed', 'possible',
    account([user('ci', attachesAws('PowerUserAccess'))], [builder])],
  ['attach a policy and write its next version', 'proven',
    account([user('ci', attaches('iam:AttachUserPolicy', userArn('ci'), 'empty'), allow('iam:CreatePolicyVersion', policyArn('empty')))], [], { policies: managed('empty', allow('s3:ListBucket')) })],
  ['attach one and write the next version of another', 'none',
    account([user('ci', attaches('iam:AttachUserPolicy', userArn('ci'), 'empty'), allow('iam:CreatePolicyVersion', policyArn('other')))], [], { policies: [...managed('empty', allow('s3:ListBucket')), ...managed('other', allow('s3:ListBucket'))] })],
  ['an older version that passes an administrator', 'proven',
    account([versioned('ci', allow('iam:SetDefaultPolicyVersion', policyArn('own')))], [builder], { policies: managed('own', allow('s3:*'), [passes, runs]) })],
  ['an older version that does not', 'none',
    account([versioned('ci', allow('iam:SetDefaultPolicyVersion', policyArn('own')))], [builder], { policies: managed('own', passes, [runs]) })],
  ['an older version without the Deny of this one', 'proven',
    account([versioned('ci', allow('iam:SetDefaultPolicyVersion', policyArn('own')), passes, runs)], [builder], { policies: managed('own', deny('lambda:*'), [allow('s3:*')]) })],
  ['an older version, under a boundary', 'none',
    account([{ ...versioned('ci', allow('iam:SetDefaultPolicyVersion', policyArn('own'))), PermissionsBoundary: { PermissionsBoundaryArn: boundary } }], [builder], { policies: [...managed('own', allow('s3:*'), [passes, runs]), ...bounds(allow('iam:Set*'), allow('lambda:*'))] })],
  ['write a policy under a boundary that lets it pass', 'proven',
    account([user('ci', allow('iam:PutUserPolicy', userArn('ci')), { boundary })], [builder], { policies: bounds(allow('iam:Put*'), allow('iam:PassRole'), allow('lambda:*')) })],
  ['write a policy under a boundary that does not', 'none',
    account([user('ci', allow('iam:PutUserPolicy', userArn('ci')), { boundary })], [builder], { policies: bounds(allow('iam:Put*'), allow(['lambda:CreateFunction', 'lambda:InvokeFunction'])) }),
    /limits whatever it is granted/],
  ['write a policy, then shed the boundary', 'proven',
    account([user('ci', allow('iam:PutUserPolicy', userArn('ci')), { boundary })], [], { policies: bounds(allow(['iam:PutUserPolicy', 'iam:DeleteUserPermissionsBoundary'])) })],
  ['write a policy, and an own Deny keeps the boundary', 'none',
    account([user('ci', allow('iam:PutUserPolicy', userArn('ci')), deny('iam:DeleteUserPermissionsBoundary'), { boundary })], [], { policies: bounds(allow(['iam:PutUserPolicy', 'iam:DeleteUserPermissionsBoundary'])) })],
  ['shed a boundary that holds back PassRole', 'proven',
    account([user('ci', passes, runs, allow('iam:DeleteUserPermissionsBoundary', userArn('ci')), { boundary })], [builder], { policies: bounds(allow('iam:Delete*'), allow('lambda:*')) })],
  ['a boundary that nobody knows', 'possible',
    account([user('ci', allow('iam:PutUserPolicy', userArn('ci')), { boundary })], [builder])],
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

// Of all changes that are allowed a path names those that it needs, in an order that works.
const needed = [
  ['two groups, each with half', ['iam-add-user-to-group b', 'iam-add-user-to-group a', 'lambda-create-function ']],
  ['one group of sixty counts', ['iam-add-user-to-group dev', 'lambda-create-function ']],
  ['join a group that lets another be joined', ['iam-add-user-to-group a', 'iam-add-user-to-group b', 'iam-add-user-to-group c', 'lambda-create-function ']],
  ['write a policy, then shed the boundary', ['iam-put-user-policy ci', 'iam-delete-user-boundary ci']],
  ['join a group without rights and write its policy', ['iam-add-user-to-group dev', 'iam-put-group-policy dev']],
  ['make a user join administrators and take its key', ['iam-create-access-key ', 'iam-add-user-to-group admins']],
];

let folder = 0;
function run(content, ...args) {
  const facts = join(work, `facts-${folder++}`);
  mkdirSync(facts);
  writeFileSync(join(facts, 'account.json'), JSON.stringify(content));
  const done = spawnSync(muster, ['escalations', '--facts', facts, '--json', ...args], { encoding: 'utf8', cwd: empty });
  assert.ok(done.status < 2, done.stderr);
  return done;
}
function ask(content, ...args) {
  const done = run(content, ...args);
  const paths = JSON.parse(done.stdout).paths.filter((path) => path.administrator && path.start.arn.endsWith('/ci'));
  return paths.some((path) => path.verdict === 'proven') ? 'proven' : paths.length ? 'possible' : 'none';
}
function stopped(content) {
  const done = run(content, '--from', 'ci', '--blocked');
  return JSON.parse(done.stdout).blocked.flatMap((edge) => edge.because).join('\n');
}
const wrong = [];
for (const [name, wanted, content, blocker] of table) {
  if (blocker && !blocker.test(stopped(content))) wrong.push(`${name}: stopped by ${stopped(content)}`);
  for (const [search, answer] of [['from ci', ask(content, '--from', 'ci')], ['to administrators', ask(content)]]) {
    if (!wanted.split('|').includes(answer)) wrong.push(`${name}, ${search}: ${answer} instead of ${wanted}`);
  }
}
for (const [name, wanted] of needed) {
  for (const args of [[], ['--from', 'ci']]) {
    const { paths } = JSON.parse(run(table.find((row) => row[0] === name)[2], ...args).stdout);
    const steps = paths.filter((path) => path.administrator && path.start.arn.endsWith('/ci'))[0].steps;
    const found = steps.map((step) => `${step.way} ${step.over.split('/').pop()}`);
    if (found.join() !== wanted.join()) wrong.push(`${name} ${args}: by ${found}`);
  }
}
assert.deepEqual(wrong, []);
