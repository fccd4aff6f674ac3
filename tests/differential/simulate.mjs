// The oracle process: reads request lines from standard input, writes one decision per line. A line `{"define":[…]}` gives
// documents that later lines name by their number, in the place of an identity policy; it has no answer. Runs the core engine of
// @cloud-copilot/iam-simulate, whose public entry points drop OIDC keys and refuse synthetic names. The package stays in
// this process: nothing of it is linked into muster or shipped.
import { createInterface } from 'node:readline';

const kRoot = new URL('../node_modules/@cloud-copilot/iam-simulate/dist/esm/', import.meta.url);
const load = (path) => import(new URL(path, kRoot));

const { loadPolicy } = await import('@cloud-copilot/iam-policy');
const { authorize } = await load('core_engine/CoreSimulatorEngine.js');
const { AwsRequestImpl } = await load('request/request.js');
const { RequestContextImpl } = await load('requestContext.js');
const { DiscoveryContextKeyConstraints } = await load('context_keys/discoveryContextKeyConstraints.js');
const { anonymousPrincipal } = await load('index.js');

const kWords = { Allowed: 'allowed', ExplicitlyDenied: 'explicitDeny', ImplicitlyDenied: 'implicitDeny' };

const kEverything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const kEverythingForAll = { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' } };

/** Levels of an organisation; one that lets everything through where there is none. */
function levels(given, none, always) {
  return (given ?? [[none]]).map((level, i) => ({ orgIdentifier: `level${i}`, policies: [...level, ...always].map((document, j) => loadPolicy(document, { name: `level${i}.${j}` })) }));
}

let defined = [];

function decide({ policies, request }) {
  const loaded = (document, name) => (typeof document === 'number' ? defined[document] : loadPolicy(document, { name }));
  const named = (document, name) => (document === undefined ? undefined : loaded(document, name));
  const awsRequest = new AwsRequestImpl(
    request.principal === '*' ? anonymousPrincipal : request.principal,
    { resource: request.resource, accountId: request.resource_account },
    request.action,
    new RequestContextImpl(request.context ?? {}),
    request.resource === '*',
  );
  const analysis = authorize({
    request: awsRequest,
    sessionPolicy: named(policies.session, 'session'),
    identityPolicies: (policies.identity ?? []).map((document, i) => named(document, `identity${i}`)),
    serviceControlPolicies: levels(policies.scp, kEverything, []),
    // RCPFullAWSAccess is attached to every level.
    resourceControlPolicies: levels(policies.rcp, kEverythingForAll, [kEverythingForAll]),
    resourcePolicy: named(policies.resource, 'resource'),
    permissionBoundaries: policies.boundary === undefined ? undefined : [named(policies.boundary, 'boundary')],
    vpcEndpointPolicies: undefined,
    simulationParameters: { simulationMode: 'Strict', discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) },
  });
  return kWords[analysis.result] ?? analysis.result;
}

const answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const { define, ...asked } = JSON.parse(line);
    if (define !== undefined) {
      defined = define.map((document, i) => loadPolicy(document, { name: `defined${i}` }));
      continue;
    }
    answers.push(decide(asked));
  } catch (error) {
    answers.push(`threw: ${error.message}`);
  }
}
process.stdout.write(answers.join('\n') + '\n');
