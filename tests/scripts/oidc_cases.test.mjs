// `muster trust test` and `muster trust explain` from outside: the labelled cases of trust policies, own cases that need
// no file from elsewhere, exit codes, bad claims lines, and every file form that `trust explain` takes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const muster = process.env.MUSTER;
const cases = join(process.env.MUSTER_SHARED ?? '../shared', 'reference', 'oidc-cases.json');
const folder = mkdtempSync(join(tmpdir(), 'muster-trust-'));
const failures = [];

const kHost = 'token.actions.githubusercontent.com';
const kProvider = `arn:aws:iam::111122223333:oidc-provider/${kHost}`;
const kOtherAccount = `arn:aws:iam::444455556666:oidc-provider/${kHost}`;

function expect(condition, message) {
  if (!condition) {
    failures.push(message);
  }
}

function write(name, content) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function run(args, input) {
  const result = spawnSync(muster, args, { encoding: 'utf8', input });
  return { status: result.status, out: result.stdout, errors: result.stderr.replaceAll(folder + '/', '') };
}

function statement(condition, extra = {}) {
  return { Effect: 'Allow', Principal: { Federated: kProvider }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: condition, ...extra };
}

function policy(...statements) {
  return { Version: '2012-10-17', Statement: statements };
}

/// Claims lines (objects or raw text) against a trust policy.
function test(trust, lines) {
  const text = lines.map((line) => (typeof line === 'string' || Buffer.isBuffer(line) ? line : JSON.stringify(line)));
  const claims = write('claims.jsonl', Buffer.concat(text.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])));
  const result = run(['trust', 'test', write('trust.json', JSON.stringify(trust)), '--claims', claims]);
  return { ...result, answers: result.out.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)) };
}

const kToken = { iss: `https://${kHost}`, aud: 'sts.amazonaws.com', sub: 'repo:acme/shop:environment:live', repository: 'acme/shop', environment: 'live' };
const kLive = policy(statement({ StringEquals: { [`${kHost}:sub`]: 'repo:acme/shop:environment:live' } }));

function labelledCases() {
  if (!existsSync(cases)) {
    console.log(`skipped the labelled cases: no ${cases}; set MUSTER_SHARED`);
    return false;
  }
  const labelled = JSON.parse(readFileSync(cases, 'utf8')).cases;
  for (const { id, trust_policy: trust, claims, request, admitted } of labelled) {
    const host = claims.iss?.replace('https://', '');
    const provider = host === undefined ? {} : { provider: `arn:aws:iam::111122223333:oidc-provider/${host}` };
    const { status, answers, errors } = test(trust, [{ ...claims, ...provider, ...(request === undefined ? {} : { request }) }]);
    expect(status === 0 && answers[0].admitted === admitted, `${id}: ${JSON.stringify(answers)} ${errors}, labelled ${admitted}`);
    expect(answers[0]?.because, `${id}: an answer says why`);
  }
  console.log(`${labelled.length} labelled cases`);
  return true;
}

function providers() {
  const foreign = policy({ ...kLive.Statement[0], Principal: { Federated: kOtherAccount } });
  const { status, answers } = test(foreign, [kToken, { ...kToken, provider: kProvider }]);
  expect(status === 0 && answers[0].admitted === true && answers[0].provider === kOtherAccount, 'the provider defaults to that of the trust policy');
  expect(answers[1].admitted === false, 'a provider of another account is another caller');

  const { iss, ...bare } = kToken;
  expect(test(kLive, [bare]).answers[0].admitted === true, 'without `iss` the only provider of the policy is meant');
  const two = policy(statement({}, { Principal: { Federated: [kProvider, 'arn:aws:iam::111122223333:oidc-provider/gitlab.com'] } }));
  const open = test(two, [bare]);
  expect(open.status === 2 && open.errors.includes('claims.jsonl:1:1: the line has neither `iss` nor `provider`'), `two providers: ${open.errors}`);
  const host = policy(statement({}, { Principal: { Federated: kHost } }));
  expect(test(host, [kToken]).answers[0].because.includes('AWS wants the ARN of the provider'), 'a bare host is named as the reason');
}

function refusals() {
  const answer = (clause, token, effect = 'Allow') => test(effect === 'Deny' ? policy(statement({}), statement(clause, { Effect: 'Deny' })) : policy(statement(clause)), [token]).answers[0];
  const rows = [
    ['wildcard under StringEquals', answer({ StringEquals: { [`${kHost}:sub`]: 'repo:acme/shop:*' } }, kToken), '`StringEquals` on `sub` wants `repo:acme/shop:*`, the token carries `repo:acme/shop:environment:live` (`StringEquals` takes wildcards literally)'],
    ['case', answer({ StringLike: { [`${kHost}:sub`]: 'repo:Acme/shop:environment:live' } }, kToken), '`StringLike` on `sub` wants `repo:Acme/shop:environment:live`, the token carries `repo:acme/shop:environment:live` (they differ in case only)'],
    ['negated', answer({ StringNotLike: { [`${kHost}:sub`]: '*:environment:*' } }, kToken), '`StringNotLike` on `sub` wants none of `*:environment:*`, the token carries `repo:acme/shop:environment:live`'],
    ['unexposed claim', answer({ StringEquals: { [`${kHost}:event_name`]: 'push' } }, { ...kToken, event_name: 'push' }), '`StringEquals` on `event_name` wants `push`, AWS does not expose this claim, so it is never there'],
    ['wrong prefix', answer({ StringEquals: { [`https://${kHost}:sub`]: 'x' } }, kToken), `\`StringEquals\` on \`https://${kHost}:sub\` wants \`x\`, the key is never there: it does not begin with \`${kHost}:\``],
    ['absent claim', answer({ Null: { [`${kHost}:actor`]: 'false' } }, kToken), '`Null` on `actor` wants tokens with it, the token has no such claim'],
    ['denied', answer({ StringEquals: { [`${kHost}:environment`]: 'live' } }, kToken, 'Deny'), '`StringEquals` on `environment` denies `live`, the token carries `live`'],
    ['denied by negation', answer({ StringNotEquals: { [`${kHost}:environment`]: 'qa' } }, kToken, 'Deny'), '`StringNotEquals` on `environment` denies all but `qa`, the token carries `live`'],
    ['two clauses', answer({ StringEquals: { [`${kHost}:environment`]: 'qa', [`${kHost}:aud`]: 'x' } }, kToken), '`StringEquals` on `environment` wants `qa`, the token carries `live`; `StringEquals` on `aud` wants `x`, the token carries `sts.amazonaws.com`'],
  ];
  for (const [name, got, because] of rows) {
    expect(got.admitted === false && got.because === because, `${name}: ${JSON.stringify(got)}`);
    expect(got.refused_by[0].location.line === 1, `${name}: the clause has its place`);
  }
}

function requests() {
  const named = policy(statement({ StringEquals: { 'sts:RoleSessionName': 'deploy' } }));
  const { answers } = test(named, [kToken, { ...kToken, request: { extra_context: { 'sts:RoleSessionName': 'deploy' } } }]);
  expect(answers.map(({ admitted }) => admitted).join() === 'false,true', 'keys outside the token come from `extra_context`');
  const account = policy({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::444455556666:role/vendor' }, Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': 'e1' } } });
  const vendor = { action: 'sts:AssumeRole', principal: 'arn:aws:iam::444455556666:role/vendor' };
  const others = test(account, [{ request: { ...vendor, context: { 'sts:ExternalId': 'e1' } } }, { request: { ...vendor, context: {} } }]);
  expect(others.answers.map(({ admitted }) => admitted).join() === 'true,false', 'callers that are no OIDC provider');
  expect(others.answers[1].because === '`StringEquals` on `sts:ExternalId` wants `e1`, the request does not have this key', `a missing key: ${others.answers[1].because}`);
  expect(!('provider' in others.answers[0]), 'such a caller has no provider');
  const unknown = test(policy(statement({ StringEqual: { [`${kHost}:sub`]: 'x' } })), [kToken]);
  expect(unknown.status === 3 && unknown.answers[0].admitted === 'undecided', `an operator that IAM does not have: ${unknown.out}`);
}

function badLines() {
  const rows = [
    ['broken JSON', '{"sub":', /^muster: claims\.jsonl:2:8: /],
    ['no object', '["sub"]', /^muster: claims\.jsonl:2:1: a claims line must be an object/],
    ['duplicate claim', '{"sub":"a","sub":"b"}', /^muster: claims\.jsonl:2:12: /],
    ['subject is a number', { ...kToken, sub: 5 }, /^muster: claims\.jsonl:2:\d+: claim `sub` must be a string/],
    ['claim is an object', { ...kToken, repository: { name: 'shop' } }, /^muster: claims\.jsonl:2:\d+: claim `repository` must be text/],
    ['list in a list', { ...kToken, aud: [['x']] }, /^muster: claims\.jsonl:2:\d+: claim `aud` must be text/],
    ['wrapped claims', { claims: kToken }, /^muster: claims\.jsonl:2:2: put the claims directly into the line/],
    ['request is text', { ...kToken, request: 'x' }, /^muster: claims\.jsonl:2:\d+: `request` must be an object/],
    ['unknown member', { ...kToken, request: { contexts: {} } }, /^muster: claims\.jsonl:2:\d+: unknown member `contexts`/],
    ['action is a number', { ...kToken, request: { action: 1 } }, /^muster: claims\.jsonl:2:\d+: `action` must be a string/],
    ['context is a list', { ...kToken, request: { extra_context: [] } }, /^muster: claims\.jsonl:2:\d+: /],
    ['no provider ARN', { ...kToken, provider: 'github' }, /^muster: claims\.jsonl:2:\d+: `provider` must be the ARN/],
    ['five megabytes', { ...kToken, actor: 'x'.repeat(5 << 20) }, /^muster: claims\.jsonl:2:1: /],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0x73, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), /^muster: claims\.jsonl:2:7: /],
  ];
  for (const [name, line, error] of rows) {
    const { status, out, errors } = test(kLive, [kToken, line, '']);
    expect(status === 2, `${name}: ends with ${status}`);
    expect(out === '', `${name}: nothing is answered when a line is bad`);
    expect(error.test(errors) && errors.length < 300, `${name}: ${errors.slice(0, 300)}`);
  }
  const missing = run(['trust', 'test', write('trust.json', JSON.stringify(kLive)), '--claims', join(folder, 'none.jsonl')]);
  expect(missing.status === 2 && missing.errors.includes('none.jsonl'), 'a missing claims file ends with 2');
  expect(run(['trust', 'test', join(folder, 'none.json'), '--claims', join(folder, 'claims.jsonl')]).status === 2, 'a missing policy ends with 2');
  expect(test('{', [kToken]).status === 3, 'a policy that cannot be read ends with 3');
}

function explain(args, input) {
  const words = run(['trust', 'explain', ...args], input);
  const json = run(['trust', 'explain', ...args, '--json'], input);
  return { ...words, json: json.status === 2 ? undefined : JSON.parse(json.out) };
}

function explanations() {
  const file = write('explained.json', JSON.stringify(kLive));
  const bare = explain([file]);
  expect(bare.status === 0, `explain ends with ${bare.status}`);
  expect(bare.out.includes('environment `live`, such as `repo:acme/shop:environment:live`'), `the admitted environment is told: ${bare.out}`);
  expect(bare.out.includes('other repositories of `acme` and other accounts, such as `repo:acme/other:'), `the refused strangers are told: ${bare.out}`);
  const [provider] = bare.json.trusts[0].providers;
  const kind = (who, context) => provider.kinds.find((one) => one.who === who && one.context === context);
  expect(provider.guard === 'accepted' && provider.dead === false, 'guard and death are told');
  expect(kind('repository', 'environment').values.join() === 'live' && kind('repository', 'environment').complete, 'the environments are listed');
  expect(kind('outsider', 'branch').refused_by[0].values[0] === 'repo:acme/shop:environment:live', 'the refusing clause is told');

  const named = policy(statement({ StringLike: { [`${kHost}:sub`]: 'repo:acme/*', 'sts:RoleSessionName': 'deploy-*' } }));
  for (const trust of [kLive, named]) {
    const { kinds } = explain(['-'], JSON.stringify(trust)).json.trusts[0].providers[0];
    const { answers } = test(trust, kinds.map((one) => one.example));
    expect(kinds.every((one, i) => answers[i].admitted === one.admitted), 'every example is a claims line that gets its answer');
  }

  const role = { Role: { RoleName: 'deploy', Arn: 'arn:aws:iam::111122223333:role/deploy', AssumeRolePolicyDocument: kLive } };
  expect(explain(['-'], JSON.stringify(role)).out.startsWith('arn:aws:iam::111122223333:role/deploy\n'), 'the output of get-role is read from a pipe');
  role.Role.AssumeRolePolicyDocument = encodeURIComponent(JSON.stringify(kLive));
  expect(explain(['-'], JSON.stringify(role)).out.includes('environment `live`'), 'URL-encoded trust policies are read');

  const service = write('ec2.json', JSON.stringify(policy({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' })));
  const other = explain([service]);
  expect(other.status === 0 && other.out.includes('names no OIDC provider') && other.out.includes('ec2.amazonaws.com'), `a service role: ${other.out}`);
  expect(other.json.trusts[0].allowed_callers.join() === 'ec2.amazonaws.com', 'its callers are in the JSON');
  expect(explain([file, service]).json.trusts.length === 2, 'several files');
  expect(explain([file, '--provider', kOtherAccount]).out.includes('no token at all'), 'a provider that is not named gets nothing in');
  expect(explain([file, '--provider', 'github']).status === 2, 'a provider is an ARN');
  expect(explain([join(folder, 'none.json')]).status === 2, 'a missing file ends with 2');

  const config = write('muster.yaml', 'version: 1\nrepository: acme/shop\nrepository_id: 880000123\nowner_id: 4400001\nsubject_format: immutable\n');
  const declared = explain([file, '--config', config]);
  expect(declared.out.includes('no token'), `the declared subject form counts: ${declared.out}${declared.errors}`);
}

let complete = false;
try {
  complete = labelledCases();
  providers();
  refusals();
  requests();
  badLines();
  explanations();
} finally {
  rmSync(folder, { recursive: true });
}
failures.forEach((failure) => console.log(`FAILED: ${failure}`));
process.exitCode = failures.length > 0 ? 1 : complete ? 0 : 77;
