// Random condition blocks over typed keys. Values are drawn close to the request's, so that clauses are often decided by one
// detail: a bound, a mask, a letter.
import { oneOrList, recased, widened } from './random.mjs';

const kStrings = ['ops', 'dev', 'ops-1', 'Ops', 'o*s', '', 'a b', 'x/y:z'];
const kNumbers = ['5', '10', '10.0', '-1', '0', '99.5', '100'];
const kDates = ['2020-01-01T00:00:00Z', '2020-01-01T01:00:00+01:00', '2019-12-31T23:59:59Z', '2026-07-30T10:00:00.5Z', '2020-01-01'];
const kAddresses = ['203.0.113.9', '203.0.113.77', '10.1.2.3', '2001:db8::1', '2001:db8:8000::5'];
const kRanges = ['203.0.113.0/24', '203.0.113.77/30', '10.0.0.0/8', '203.0.113.9', '2001:db8::/32', '2001:db8::/33', '0.0.0.0/0', '::/0'];
const kBooleans = ['true', 'false', 'TRUE', 'False'];
const kArns = [
  'arn:aws:sns:eu-west-1:111122223333:deploy-x',
  'arn:aws:iam::111122223333:role/deploy',
  'arn:aws:lambda:eu-west-1:111122223333:function:api:1',
  'arn:aws:s3:::art',
];
const kBlobs = ['aGVsbG8=', 'aGVsbG9v', 'AAEC'];

const kTypes = {
  string: { values: kStrings, operators: ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike'] },
  number: { values: kNumbers, operators: ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals'] },
  date: { values: kDates, operators: ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'] },
  address: { values: kAddresses, operators: ['IpAddress', 'NotIpAddress'] },
  boolean: { values: kBooleans, operators: ['Bool'] },
  arn: { values: kArns, operators: ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'] },
  blob: { values: kBlobs, operators: ['BinaryEquals'] },
};

const kKeys = [
  { name: 'aws:PrincipalTag/team', type: 'string' },
  { name: 'aws:ResourceTag/team', type: 'string' },
  { name: 'aws:username', type: 'string' },
  { name: 's3:max-keys', type: 'number' },
  { name: 'aws:CurrentTime', type: 'date' },
  { name: 'aws:SourceIp', type: 'address' },
  { name: 'aws:SecureTransport', type: 'boolean' },
  { name: 'aws:SourceArn', type: 'arn' },
  { name: 'app:Blob', type: 'blob' },
  { name: 'aws:TagKeys', type: 'string', list: true },
  { name: 'app:Ports', type: 'number', list: true },
  { name: 'app:Sources', type: 'address', list: true },
];

/** A context object: each key is present more often than not. */
export function randomContext(random) {
  const context = {};
  for (const key of kKeys) {
    if (random.chance(0.65)) {
      const value = () => random.pick(kTypes[key.type].values);
      context[random.chance(0.1) ? recased(random, key.name) : key.name] = key.list ? random.some(0, 3, value) : value();
    }
  }
  return context;
}

function variable(random) {
  const key = random.pick(['aws:username', 'aws:PrincipalTag/team', 'app:None', 'aws:TagKeys']);
  return random.chance(0.3) ? '${' + key + ", 'ops'}" : '${' + key + '}';
}

/** Text for a String or Arn operator, or a resource: with wildcards, escapes and variables at times. */
export function decorated(random, text) {
  if (random.chance(0.35)) {
    return widened(random, text);
  }
  if (random.chance(0.12)) {
    return random.chance(0.5) ? variable(random) : text.slice(0, random.below(text.length + 1)) + variable(random);
  }
  return random.chance(0.05) ? text.replace('*', '${*}') + random.pick(['', '${*}', '${?}', '${$}']) : text;
}

function writtenValue(random, type, known) {
  const base = known !== undefined && random.chance(0.5) ? known : random.pick(kTypes[type].values);
  if (type === 'string') {
    return decorated(random, base);
  }
  if (type === 'arn') {
    const tail = base.lastIndexOf(':') + 1;
    return random.chance(0.04) ? random.pick(['*', 'arn:aws:iam:*']) : base.slice(0, tail) + decorated(random, base.slice(tail));
  }
  if (type === 'address') {
    return random.chance(0.6) ? random.pick(kRanges) : base;
  }
  return base;
}

/** The request's value of a key, whatever its case; of a list, one of its values. */
function knownValue(random, context, name) {
  const found = Object.keys(context).find((key) => key.toLowerCase() === name.toLowerCase());
  const value = found === undefined ? undefined : context[found];
  return Array.isArray(value) ? random.pick(value) : value;
}

function operatorName(random, key) {
  if (random.chance(0.01)) {
    return random.pick(['StringEqual', 'NumericBetween', 'ForAnyValue:StringIs']);
  }
  const base = random.pick(kTypes[key.type].operators) + (random.chance(0.2) ? 'IfExists' : '');
  const quantified = key.list ? random.chance(0.93) : random.chance(0.08);
  const name = quantified ? random.pick(['ForAllValues:', 'ForAnyValue:']) + base : base;
  return random.chance(0.05) ? recased(random, name) : name;
}

/** A condition block that a statement may carry. */
export function randomCondition(random, context) {
  const condition = {};
  for (let i = random.below(3); i >= 0; --i) {
    const key = random.pick(kKeys);
    const name = random.chance(0.1) ? recased(random, key.name) : key.name;
    if (random.chance(0.12)) {
      (condition.Null ??= {})[name] = oneOrList(random, random.some(1, 2, () => random.pick(['true', 'false'])));
      continue;
    }
    const written = random.some(1, 3, () => writtenValue(random, key.type, knownValue(random, context, key.name)));
    (condition[operatorName(random, key)] ??= {})[name] = oneOrList(random, written);
  }
  return condition;
}
