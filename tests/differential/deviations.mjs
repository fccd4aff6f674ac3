// The classes of pairs on which the oracle is known to differ, each a predicate over the pair, and over our decision where
// only some are meant. A difference that none of them covers fails the test. Reasons and counts: docs/decisions/0002-differences-from-iam-simulate.md.

const kArrayOf = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const kPrefixes = { 'forallvalues:': 'all', 'foranyvalue:': 'any' };

/** All statements of a pair with the version and layer of their document. */
function statementsOf({ policies }) {
  const documents = Object.entries(policies).flatMap(([layer, value]) => kArrayOf(value).flat().map((document) => ({ document, layer })));
  return documents.flatMap(({ document, layer }) => kArrayOf(document.Statement).map((statement) => ({ statement, layer, version: document.Version })));
}

function valueOf(context, key) {
  const found = Object.keys(context).find((name) => name.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : context[found];
}

function takeApart(operator) {
  let base = operator.toLowerCase();
  let quantifier = '';
  for (const [prefix, name] of Object.entries(kPrefixes)) {
    if (base.startsWith(prefix)) {
      quantifier = name;
      base = base.slice(prefix.length);
    }
  }
  const ifExists = base.endsWith('ifexists');
  base = ifExists ? base.slice(0, -'ifexists'.length) : base;
  return { base, quantifier, ifExists, negated: base.includes('not') };
}

/** All clauses of a pair, each with the request's value of its key. */
function clausesOf(pair) {
  return statementsOf(pair).flatMap(({ statement, version }) =>
    Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, written]) => ({
        ...takeApart(operator),
        version,
        written: kArrayOf(written).map(String),
        value: valueOf(pair.request.context ?? {}, key),
      })),
    ),
  );
}

const isAbsent = (value) => value === undefined || (Array.isArray(value) && value.length === 0);
const isList = (value) => Array.isArray(value);
const fields = (pattern) => pattern.replaceAll(/\$\{[^}]*\}/g, 'v').split(':').length;

function variablesOf(text) {
  return [...text.matchAll(/\$\{([^}]*)\}/g)]
    .map(([, inner]) => inner)
    .filter((inner) => !['*', '?', '$'].includes(inner))
    .map((inner) => ({ key: inner.split(',')[0].trim(), fallback: inner.includes(',') ? inner.split(',')[1].trim().slice(1, -1) : undefined }));
}

function isUnresolved(text, context) {
  return variablesOf(text).some(({ key, fallback }) => {
    const value = valueOf(context, key);
    return isAbsent(value) ? fallback === undefined : isList(value);
  });
}

const resourcesOf = (statement) => [...kArrayOf(statement.Resource), ...kArrayOf(statement.NotResource)];
const textsOf = (pair) => [
  ...statementsOf(pair).flatMap(({ statement, version }) => resourcesOf(statement).map((text) => ({ text, version }))),
  ...clausesOf(pair).flatMap(({ written, version }) => written.map((text) => ({ text, version }))),
];

const kFamilies = ['string', 'numeric', 'date', 'bool', 'binary', 'ipaddress', 'notipaddress', 'arn', 'null'];
const kOperatorEnd = /^(equals|notequals|like|notlike|equalsignorecase|notequalsignorecase|lessthan|lessthanequals|greaterthan|greaterthanequals)?$/;

function isKnownOperator(base) {
  return kFamilies.some((family) => base.startsWith(family) && kOperatorEnd.test(base.slice(family.length)));
}

const namesAccount = (name) => /^\d{12}$/.test(name) || name.endsWith(':root');

/** Whether a caller is named in part only by a NotPrincipal list. */
function partlyListed(statement, principal) {
  const listed = Object.values(statement.NotPrincipal ?? {}).flat();
  const account = principal.split(':')[4];
  return listed.some((name) => name === principal || name === account || name === `arn:aws:iam::${account}:root` || principal.includes('assumed-role'));
}

/** Names that the Allow statements of the resource's policy list under `AWS`. */
function allowedByResource(pair) {
  return statementsOf(pair)
    .filter(({ statement, layer }) => layer === 'resource' && statement.Effect === 'Allow')
    .flatMap(({ statement }) => (statement.Principal === '*' ? ['*'] : kArrayOf(statement.Principal?.AWS)));
}

// Of the services that the generators use, those that the Organizations User Guide lists.
const kRcpServices = ['s3', 'sqs', 'sts', 'kms'];

export const kDeviations = [
  {
    name: 'session-policy-and-a-grant-to-the-session-or-everyone',
    holds: (pair, ours) => ['allowed', 'undecided'].includes(ours) && pair.policies.session !== undefined && allowedByResource(pair).some((name) => name === '*' || (name === pair.request.principal && !name.includes(':role/'))),
  },
  {
    name: 'scp-and-a-service',
    holds: (pair) => pair.policies.scp !== undefined && pair.request.principal.endsWith('.amazonaws.com'),
  },
  {
    name: 'service-linked-role',
    holds: (pair) => (pair.policies.scp ?? pair.policies.rcp) !== undefined && pair.request.principal.includes(':role/aws-service-role/'),
  },
  {
    name: 'rcp-and-a-service-without-support',
    holds: (pair, ours) => ['undecided', 'implicitDeny'].includes(ours) && pair.policies.rcp !== undefined && !kRcpServices.includes(pair.request.action.split(':')[0].toLowerCase()),
  },
  {
    name: 'federated-user-without-session-policy',
    holds: (pair, ours) => ['implicitDeny', 'undecided'].includes(ours) && pair.request.principal.includes(':federated-user/') && pair.policies.session === undefined,
  },
  {
    name: 'user-behind-a-federated-user',
    holds: (pair, ours) =>
      ['undecided', 'implicitDeny'].includes(ours) &&
      pair.request.principal.includes(':federated-user/') &&
      statementsOf(pair).some(({ statement, layer }) => layer === 'resource' && kArrayOf((statement.Principal ?? statement.NotPrincipal)?.AWS).some((name) => /:iam::\d+:user\//.test(name))),
  },
  {
    name: 'root-user',
    holds: (pair) => pair.request.principal.endsWith(':root'),
  },
  {
    name: 'policy-of-the-role-or-key-not-given',
    holds: (pair, ours) => ours === 'undecided' && pair.policies.resource === undefined && /:role\/|:key\//.test(pair.request.resource) && /^(sts|kms):/.test(pair.request.action),
  },
  {
    name: 'variables-under-the-old-version',
    holds: (pair) => textsOf(pair).some(({ text, version }) => version !== '2012-10-17' && text.includes('${')),
  },
  {
    name: 'range-of-everything',
    holds: (pair) => clausesOf(pair).some(({ base, written }) => base.includes('ipaddress') && written.some((text) => text.endsWith('/0'))),
  },
  {
    name: 'address-of-the-other-family',
    holds: (pair) =>
      clausesOf(pair).some(
        ({ base, written, value }) => base === 'notipaddress' && written.some((text) => !text.includes('/') && kArrayOf(value).some((address) => address.includes(':') !== text.includes(':'))),
      ),
  },
  {
    name: 'any-value-if-exists-without-a-value',
    holds: (pair) => clausesOf(pair).some(({ quantifier, ifExists, value }) => quantifier === 'any' && ifExists && isAbsent(value)),
  },
  {
    name: 'plain-operator-on-a-list',
    holds: (pair) => clausesOf(pair).some(({ base, quantifier, value }) => base !== 'null' && quantifier === '' && isList(value)),
  },
  {
    name: 'null-on-an-empty-list',
    holds: (pair) => clausesOf(pair).some(({ base, value }) => base === 'null' && isList(value) && value.length === 0),
  },
  {
    name: 'negated-operator-with-an-unresolved-variable',
    holds: (pair) => clausesOf(pair).some(({ negated, written, value }) => negated && !isAbsent(value) && written.some((text) => isUnresolved(text, pair.request.context))),
  },
  {
    name: 'not-resource-with-an-unresolved-variable',
    holds: (pair) => statementsOf(pair).some(({ statement }) => kArrayOf(statement.NotResource).some((text) => isUnresolved(text, pair.request.context))),
  },
  {
    name: 'variable-with-an-empty-value',
    holds: (pair) => textsOf(pair).some(({ text }) => variablesOf(text).some(({ key }) => valueOf(pair.request.context, key) === '')),
  },
  {
    name: 'escape-in-an-exact-operator',
    holds: (pair) => clausesOf(pair).some(({ base, written }) => /^string.*equals/.test(base) && written.some((text) => /\$\{[*?$]\}/.test(text))),
  },
  {
    name: 'default-of-a-multivalued-variable',
    holds: (pair) => textsOf(pair).some(({ text }) => variablesOf(text).some(({ key, fallback }) => fallback !== undefined && isList(valueOf(pair.request.context, key)))),
  },
  {
    name: 'unknown-operator',
    holds: (pair) => clausesOf(pair).some(({ base }) => !isKnownOperator(base)),
  },
  {
    name: 'arn-pattern-star-alone',
    holds: (pair) => clausesOf(pair).some(({ base, written }) => base.startsWith('arn') && written.includes('*')),
  },
  {
    name: 'negated-arn-operator-with-a-short-pattern',
    holds: (pair) => clausesOf(pair).some(({ base, negated, written }) => base.startsWith('arn') && negated && written.some((text) => fields(text) < 6)),
  },
  {
    name: 'negated-arn-operator-on-a-value-that-is-no-arn',
    holds: (pair) => clausesOf(pair).some(({ base, negated, value }) => base.startsWith('arn') && negated && kArrayOf(value).some((text) => !text.startsWith('arn:'))),
  },
  {
    name: 'wildcard-character-in-the-requested-resource',
    holds: (pair) => pair.request.resource !== '*' && /[*?]/.test(pair.request.resource),
  },
  {
    name: 'wildcard-in-the-service-of-an-action',
    holds: (pair) =>
      statementsOf(pair).some(({ statement }) => [...kArrayOf(statement.Action), ...kArrayOf(statement.NotAction)].some((action) => action !== '*' && /[*?]/.test(action.split(':')[0]))),
  },
  {
    name: 'wildcard-before-the-first-separator-of-the-resource',
    holds: (pair) =>
      statementsOf(pair).some(({ statement }) =>
        resourcesOf(statement).some((text) => fields(text) >= 6 && !text.startsWith('arn:aws:s3:::') && /[*?$].*[:/]/.test(text.split(':').slice(5).join(':'))),
      ),
  },
  {
    name: 'short-arn-in-not-resource',
    holds: (pair) => statementsOf(pair).some(({ statement }) => kArrayOf(statement.NotResource).some((text) => text !== '*' && fields(text) < 6)),
  },
  {
    name: 'short-arn-without-wildcard-outside-identity-policies',
    holds: (pair) => statementsOf(pair).some(({ statement, layer }) => layer !== 'identity' && resourcesOf(statement).some((text) => fields(text) < 6 && !text.includes('*'))),
  },
  {
    name: 'resource-pattern-that-is-no-arn',
    holds: (pair) => statementsOf(pair).some(({ statement }) => resourcesOf(statement).some((text) => text !== '*' && !text.startsWith('arn:'))),
  },
  {
    name: 'account-named-and-the-caller-is-a-provider',
    holds: (pair) =>
      pair.request.principal.includes('-provider/') &&
      statementsOf(pair).some(({ statement }) => statement.Effect === 'Deny' && kArrayOf(statement.Principal?.AWS).some(namesAccount)),
  },
  {
    name: 'not-principal-listed-in-part',
    holds: (pair, ours) => ['undecided', 'implicitDeny'].includes(ours) && statementsOf(pair).some(({ statement }) => partlyListed(statement, pair.request.principal)),
  },
];
