// Evaluations per second of @cloud-copilot/iam-simulate, for bench_rivals: a process of its own, the package is never linked or
// shipped. Argument: a file {"documents":[…],"requests":[…],"seconds":n}. Documents and requests are prepared before the clock starts.
import { readFileSync } from 'node:fs';

const kRoot = new URL('../tests/node_modules/@cloud-copilot/', import.meta.url);
const load = (path) => import(new URL(path, kRoot));

const { loadPolicy } = await load('iam-policy/dist/esm/index.js');
const { authorize } = await load('iam-simulate/dist/esm/core_engine/CoreSimulatorEngine.js');
const { AwsRequestImpl } = await load('iam-simulate/dist/esm/request/request.js');
const { RequestContextImpl } = await load('iam-simulate/dist/esm/requestContext.js');
const { DiscoveryContextKeyConstraints } = await load('iam-simulate/dist/esm/context_keys/discoveryContextKeyConstraints.js');

const { documents, requests, seconds } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const kAll = (extra) => loadPolicy({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...extra } }, { name: 'all' });
const scps = [{ orgIdentifier: 'root', policies: [kAll({})] }];
const rcps = [{ orgIdentifier: 'root', policies: [kAll({ Principal: '*' })] }];
const policies = documents.map((document, i) => loadPolicy(document, { name: `policy${i}` }));
const asked = requests.map(
  ({ principal, action, resource, context }) =>
    new AwsRequestImpl(principal, { resource, accountId: '111122223333' }, action, new RequestContextImpl(context), resource === '*'),
);
const parameters = { simulationMode: 'Strict', discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) };

function evaluate(policy, request) {
  return authorize({ request, identityPolicies: [policy], serviceControlPolicies: scps, resourceControlPolicies: rcps, simulationParameters: parameters }).result;
}

function round() {
  let allowed = 0;
  for (const policy of policies) {
    for (const request of asked) {
      allowed += evaluate(policy, request) === 'Allowed' ? 1 : 0;
    }
  }
  return allowed;
}

// The first round warms the compiler up.
const allowed = round();
const begin = process.cpuUsage();
let rounds = 0;
do {
  round();
  rounds += 1;
} while (process.cpuUsage(begin).user / 1e6 < seconds);
const { user, system } = process.cpuUsage(begin);
console.log(`${rounds * policies.length * asked.length} ${(user + system) / 1e6} ${allowed}`);
