// Random (policy, request) pairs: identity documents of one caller, or one resource policy.
import { decorated, randomCondition, randomContext } from './conditions.mjs';
import { oneOrList, recased, widened } from './random.mjs';

const kAccount = '111122223333';
const kUser = `arn:aws:iam::${kAccount}:user/ann`;
const kRole = `arn:aws:iam::${kAccount}:role/deploy`;
const kSession = `arn:aws:sts::${kAccount}:assumed-role/deploy/run1`;
const kForeign = 'arn:aws:iam::444455556666:user/bob';

const kTargets = [
  { action: 's3:GetObject', resource: 'arn:aws:s3:::art/app/1.tgz' },
  { action: 's3:ListBucket', resource: 'arn:aws:s3:::art' },
  { action: 'sqs:SendMessage', resource: `arn:aws:sqs:eu-west-1:${kAccount}:deploys` },
  { action: 'lambda:InvokeFunction', resource: `arn:aws:lambda:eu-west-1:${kAccount}:function:api:1` },
  { action: 'ecs:UpdateService', resource: `arn:aws:ecs:eu-west-1:${kAccount}:service/prod/web` },
  { action: 'iam:PassRole', resource: kRole },
  { action: 'ec2:DescribeInstances', resource: '*' },
];

function actionPattern(random, action) {
  const [service, name] = action.split(':');
  const shape = random.below(10);
  if (shape < 3) {
    return random.chance(0.2) ? recased(random, action) : action;
  }
  if (shape < 6) {
    return `${service}:${widened(random, name)}`;
  }
  if (shape < 8) {
    return random.pick(['*', `${service}:*`]);
  }
  return random.chance(0.05) ? random.pick(['*:*', `${service[0]}*:*`]) : random.pick(kTargets).action;
}

function resourcePattern(random, resource) {
  if (resource === '*' || random.chance(0.15)) {
    return random.chance(0.7) ? '*' : random.pick(kTargets).resource;
  }
  if (random.chance(0.04)) {
    return resource.split(':').slice(0, 2 + random.below(3)).join(':') + random.pick(['', ':*', '*']);
  }
  const parts = resource.split(':');
  for (const field of [1, 3, 4]) {
    parts[field] = random.chance(0.15) ? random.pick(['*', widened(random, parts[field])]) : parts[field];
  }
  const tail = parts.slice(5).join(':');
  // The oracle takes no wildcard before the first separator of the last field; keep most patterns clear of that.
  const fixed = parts[2] === 's3' || random.chance(0.05) ? 0 : tail.search(/[:/]/) + 1;
  return [...parts.slice(0, 5), tail.slice(0, fixed) + decorated(random, tail.slice(fixed))].join(':');
}

function randomPrincipal(random, caller) {
  if (random.chance(0.12)) {
    return '*';
  }
  const listed = random.some(1, 2, () =>
    random.pick([caller, caller, kUser, kRole, kSession, kForeign, '*', kAccount, '444455556666', `arn:aws:iam::${kAccount}:root`]),
  );
  const principal = {};
  for (const name of listed) {
    const type = name.endsWith('.amazonaws.com') ? 'Service' : 'AWS';
    (principal[type] ??= []).push(name);
  }
  return Object.fromEntries(Object.entries(principal).map(([type, names]) => [type, oneOrList(random, names)]));
}

function randomStatement(random, request, withPrincipal) {
  const statement = { Effect: random.chance(0.72) ? 'Allow' : 'Deny' };
  if (withPrincipal) {
    const negated = statement.Effect === 'Deny' && random.chance(0.1);
    statement[negated ? 'NotPrincipal' : 'Principal'] = randomPrincipal(random, request.principal);
  }
  const actions = random.some(1, 3, () => actionPattern(random, request.action));
  statement[random.chance(0.1) ? 'NotAction' : 'Action'] = oneOrList(random, actions);
  const resources = random.some(1, 3, () => resourcePattern(random, request.resource));
  statement[random.chance(0.1) ? 'NotResource' : 'Resource'] = oneOrList(random, resources);
  if (random.chance(0.5)) {
    statement.Condition = randomCondition(random, request.context);
  }
  return statement;
}

/** A document about the request; `withPrincipal` for the policy of a resource. */
export function randomDocument(random, request, withPrincipal) {
  const statements = random.some(1, 3, () => randomStatement(random, request, withPrincipal));
  const version = random.chance(0.93) ? { Version: '2012-10-17' } : random.chance(0.5) ? { Version: '2008-10-17' } : {};
  return { ...version, Statement: statements.length === 1 && random.chance(0.5) ? statements[0] : statements };
}

/** One request line for `muster policy eval`. */
export function policyCase(random) {
  const target = random.pick(kTargets);
  const withResource = random.chance(0.35);
  const callers = withResource ? [kUser, kRole, kSession, kForeign, 'ec2.amazonaws.com', '*'] : [kUser, kRole, kSession];
  const request = {
    principal: random.pick(callers),
    action: random.chance(0.1) ? recased(random, target.action) : target.action,
    resource: target.resource,
    resource_account: kAccount,
    context: randomContext(random),
  };
  const policies = withResource
    ? { resource: randomDocument(random, request, true) }
    : { identity: random.some(1, 2, () => randomDocument(random, request, false)) };
  return { policies, request };
}
