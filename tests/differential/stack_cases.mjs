// Random (stack, request) pairs: every layer, callers of the resource's account and of another, services, trust and key policies.
import { randomContext } from './conditions.mjs';
import { randomDocument } from './policy_cases.mjs';
import { oneOrList } from './random.mjs';

const kAccount = '111122223333';
const kOther = '444455556666';
const kUser = `arn:aws:iam::${kAccount}:user/ann`;
const kRole = `arn:aws:iam::${kAccount}:role/deploy`;
const kSession = `arn:aws:sts::${kAccount}:assumed-role/deploy/run1`;
const kFederated = `arn:aws:sts::${kAccount}:federated-user/ci`;
const kForeignUser = `arn:aws:iam::${kOther}:user/bob`;
const kForeignSession = `arn:aws:sts::${kOther}:assumed-role/ci/run1`;
const kLinked = `arn:aws:iam::${kAccount}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`;
const kService = 'ec2.amazonaws.com';

const kCallers = [
  ...Array(5).fill(kUser),
  ...Array(2).fill(kRole),
  ...Array(8).fill(kSession),
  ...Array(3).fill(kForeignUser),
  ...Array(4).fill(kForeignSession),
  kFederated,
  kService,
  '*',
];

const kTargets = [
  ...Array(4).fill({ action: 's3:GetObject', resource: 'arn:aws:s3:::art/app/1.tgz' }),
  { action: 's3:ListBucket', resource: 'arn:aws:s3:::art' },
  ...Array(2).fill({ action: 'sqs:SendMessage', resource: `arn:aws:sqs:eu-west-1:${kAccount}:deploys` }),
  { action: 'lambda:InvokeFunction', resource: `arn:aws:lambda:eu-west-1:${kAccount}:function:api:1` },
  { action: 'ec2:DescribeInstances', resource: '*' },
  ...Array(3).fill({ action: 'sts:AssumeRole', resource: `arn:aws:iam::${kAccount}:role/target`, needsPolicy: true, trust: true }),
  ...Array(3).fill({ action: 'kms:Decrypt', resource: `arn:aws:kms:eu-west-1:${kAccount}:key/k1`, needsPolicy: true }),
];

const isOfAccount = (caller) => caller.startsWith('arn:');
const kNames = [kUser, kRole, kSession, kFederated, kForeignUser, kForeignSession, `arn:aws:iam::${kAccount}:user/zoe`, kService, '*', kAccount, kOther, `arn:aws:iam::${kAccount}:root`];

/** The ways to name a caller that a resource's policy has; often the caller's own. */
function namesOf(caller) {
  const account = caller.split(':')[4];
  const role = caller.includes(':assumed-role/') ? [`arn:aws:iam::${account}:role/${caller.split('/')[1]}`] : [];
  return [caller, ...role, ...role, ...(account ? [account, `arn:aws:iam::${account}:root`] : []), '*'];
}

function principal(random, caller) {
  const names = random.some(1, 2, () => (random.chance(0.75) ? random.pick(namesOf(caller)) : random.pick(kNames)));
  if (names.includes('*') && random.chance(0.5)) {
    return '*';
  }
  const byType = {};
  for (const name of names) {
    (byType[name.endsWith('.amazonaws.com') ? 'Service' : 'AWS'] ??= []).push(name);
  }
  return Object.fromEntries(Object.entries(byType).map(([type, list]) => [type, oneOrList(random, list)]));
}

function plainStatement(random, request, { allows, who, trust }) {
  const [service] = request.action.split(':');
  const effect = random.chance(allows) ? 'Allow' : 'Deny';
  const negated = effect === 'Deny' && who !== undefined && !trust && who !== '*' && random.chance(0.15);
  return {
    Effect: effect,
    ...(who === undefined ? {} : { [negated ? 'NotPrincipal' : 'Principal']: negated ? { AWS: random.some(1, 3, () => random.pick(namesOf(request.principal).filter((name) => name !== '*').concat(kNames[6]))) } : who }),
    Action: random.pick([request.action, `${service}:*`, trust ? 'sts:*' : '*', effect === 'Deny' || random.chance(0.5) ? 'dynamodb:*' : request.action]),
    ...(trust ? {} : { Resource: random.pick(['*', request.resource, request.resource, 'arn:aws:s3:::elsewhere/*']) }),
    ...(random.chance(0.12) ? { Condition: { StringEquals: { 'aws:PrincipalOrgID': random.pick(['o-acme', 'o-else']) } } } : {}),
  };
}

function plainDocument(random, request, options) {
  const who = () => (options.names === undefined ? undefined : options.names());
  return { Version: '2012-10-17', Statement: random.some(1, 3, () => plainStatement(random, request, { ...options, who: who() })) };
}

const kEverything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

/** A document of a layer without principals; `open` is the chance that it lets everything through. */
function document(random, request, open) {
  if (random.chance(open)) {
    return kEverything;
  }
  return random.chance(0.2) ? randomDocument(random, request, false) : plainDocument(random, request, { allows: 0.85 });
}

function resourcePolicy(random, request, trust) {
  if (!trust && random.chance(0.15)) {
    return randomDocument(random, request, true);
  }
  return plainDocument(random, request, { allows: 0.85, trust, names: () => principal(random, request.principal) });
}

function levels(random, make) {
  return random.some(1, 3, () => random.some(1, 2, make));
}

function callersLayers(random, request) {
  const policies = {};
  if (random.chance(0.75)) {
    policies.identity = random.some(0, 2, () => document(random, request, 0.35));
  }
  if (random.chance(0.35)) {
    policies.boundary = document(random, request, 0.3);
  }
  const hasSession = /:assumed-role\/|:role\//.test(request.principal) ? 0.35 : request.principal.includes(':federated-user/') ? 0.8 : 0;
  if (random.chance(hasSession)) {
    policies.session = document(random, request, 0.3);
  }
  return policies;
}

/** One request line for `muster policy eval`. */
export function stackCase(random) {
  const { needsPolicy, trust, ...target } = random.pick(kTargets);
  const caller = random.chance(0.02) ? random.pick([kLinked, `arn:aws:iam::${kAccount}:root`]) : random.pick(kCallers);
  const context = random.chance(0.3) ? randomContext(random) : {};
  if (random.chance(0.5)) {
    context['aws:PrincipalOrgID'] = 'o-acme';
  }
  const request = { principal: caller, ...target, resource_account: kAccount, context };
  const policies = isOfAccount(caller) && !caller.endsWith(':root') ? callersLayers(random, request) : {};
  if (random.chance(needsPolicy ? 0.97 : 0.65)) {
    policies.resource = resourcePolicy(random, request, trust);
  }
  if (random.chance(0.35)) {
    policies.scp = levels(random, () => document(random, request, 0.6));
  }
  if (random.chance(0.25)) {
    policies.rcp = levels(random, () => plainDocument(random, request, { allows: 0.6, names: () => '*' }));
  }
  return { policies, request };
}
