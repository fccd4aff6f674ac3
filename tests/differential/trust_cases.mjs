// Random (OIDC trust policy, claims) pairs for GitHub's issuer: the request is the call that the token makes.
import { oneOrList, recased, widened } from './random.mjs';

const kIssuer = 'token.actions.githubusercontent.com';
const kProvider = `arn:aws:iam::111122223333:oidc-provider/${kIssuer}`;
const kRepositories = ['acme/shop', 'acme/shop-infra', 'acme/api', 'evil/shop'];
const kRefs = ['refs/heads/main', 'refs/heads/release/1', 'refs/tags/v1.0', 'refs/pull/7/merge'];
const kEnvironments = ['production', 'staging'];

function randomClaims(random) {
  const repository = random.pick(kRepositories);
  const ref = random.pick(kRefs);
  const environment = random.chance(0.4) ? random.pick(kEnvironments) : undefined;
  const context = environment ? `environment:${environment}` : ref.startsWith('refs/pull/') ? 'pull_request' : `ref:${ref}`;
  return {
    sub: `repo:${repository}:${context}`,
    aud: random.chance(0.85) ? 'sts.amazonaws.com' : 'https://github.com/acme',
    repository,
    ref,
    ...(environment ? { environment } : {}),
    repository_owner: repository.split('/')[0],
    actor: random.pick(['ann', 'dependabot[bot]']),
  };
}

function subjectPattern(random, claims) {
  const repository = random.chance(0.6) ? claims.repository : random.pick(kRepositories);
  const shapes = [
    claims.sub,
    `repo:${repository}:*`,
    `repo:${repository.split('/')[0]}/*`,
    `repo:${repository}:ref:refs/heads/main`,
    `repo:${repository}:ref:refs/heads/*`,
    `repo:${repository}:environment:${random.pick(kEnvironments)}`,
    `repo:${repository}:pull_request`,
    `repo:${repository}*`,
    widened(random, claims.sub),
  ];
  return random.pick(shapes);
}

const kStringOperators = ['StringEquals', 'StringLike', 'StringLike', 'StringNotEquals', 'StringNotLike', 'StringEqualsIgnoreCase'];

function randomClause(random, claims) {
  const claim = random.pick(['sub', 'sub', 'sub', 'aud', 'aud', 'repository', 'ref', 'environment', 'repository_owner', 'actor']);
  const prefix = random.pick(['', '', '', '', '', '', 'ForAnyValue:', 'ForAllValues:']);
  const suffix = random.chance(0.15) ? 'IfExists' : '';
  const other = { aud: 'sts.amazonaws.com', repository: 'acme/shop', ref: 'refs/heads/main', environment: 'production', repository_owner: 'acme', actor: 'ann' };
  const value = () => {
    const text = claim === 'sub' ? subjectPattern(random, claims) : (random.chance(0.6) && claims[claim]) || other[claim];
    return random.chance(0.1) ? widened(random, text) : random.chance(0.04) ? recased(random, text) : text;
  };
  return { operator: prefix + random.pick(kStringOperators) + suffix, key: `${kIssuer}:${claim}`, values: oneOrList(random, random.some(1, 3, value)) };
}

function randomCondition(random, claims) {
  const condition = {};
  for (const clause of random.some(1, 3, () => randomClause(random, claims))) {
    (condition[clause.operator] ??= {})[random.chance(0.05) ? recased(random, clause.key) : clause.key] = clause.values;
  }
  if (random.chance(0.08)) {
    condition.Null = { [`${kIssuer}:environment`]: random.pick(['true', 'false']) };
  }
  return condition;
}

function randomStatement(random, claims) {
  const statement = {
    Effect: random.chance(0.82) ? 'Allow' : 'Deny',
    Principal: random.pick([
      { Federated: kProvider },
      { Federated: kProvider },
      { Federated: kProvider },
      { Federated: [kProvider, 'arn:aws:iam::111122223333:oidc-provider/gitlab.com'] },
      { Federated: 'arn:aws:iam::111122223333:oidc-provider/gitlab.com' },
      { AWS: '111122223333' },
      '*',
    ]),
    Action: random.pick(['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole*', 'sts:*', 'sts:assumerolewithwebidentity', ['sts:AssumeRole', 'sts:TagSession']]),
  };
  if (random.chance(0.93)) {
    statement.Condition = randomCondition(random, claims);
  }
  return statement;
}

/** One request line for `muster policy eval`; `trust` and `claims` are the same pair in the shape of `muster trust test`. */
export function trustCase(random) {
  const claims = randomClaims(random);
  const trust = { Version: '2012-10-17', Statement: random.some(1, 3, () => randomStatement(random, claims)) };
  const context = Object.fromEntries(Object.entries(claims).map(([claim, value]) => [`${kIssuer}:${claim}`, value]));
  const request = { principal: kProvider, action: 'sts:AssumeRoleWithWebIdentity', resource: 'arn:aws:iam::111122223333:role/deploy', resource_account: '111122223333', context };
  return { policies: { resource: trust }, request, claims: { iss: `https://${kIssuer}`, ...claims } };
}
