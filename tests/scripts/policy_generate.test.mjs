// `muster policy generate` for every role of the repaired examples: the three formats say the same,
// the examples hold what is printed, and mistakes are named.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert';

const muster = process.env.MUSTER;
const source = process.env.MUSTER_SOURCE_DIR;
const generate = (folder, ...more) =>
  execFileSync(muster, ['policy', 'generate', join(source, 'examples', folder), ...more], { encoding: 'utf8' });
const list = (value) => (Array.isArray(value) ? value : [value]);

/** Statements as comparable data: lists everywhere, conditions as [operator, key, values]. */
const flat = (document) =>
  document.Statement.map((s) => ({
    sid: s.Sid,
    actions: list(s.Action),
    resources: list(s.Resource),
    conditions: Object.entries(s.Condition ?? {})
      .flatMap(([op, keys]) => Object.entries(keys).map(([key, values]) => [op, key, list(values)]))
      .sort(),
  }));

/** The blocks that the Terraform output has: `statement`, in it `condition`, and `name = value`. */
function terraform(text) {
  const policies = {};
  let document, statement, condition, open;
  const value = (json) => JSON.parse(json.replaceAll('$${', '${').replaceAll('%%{', '%{'));
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const start = /^data "aws_iam_policy_document" "(\w+)" \{$/.exec(line);
    const set = /^(\w+)\s+= (.*)$/.exec(line);
    const target = condition ?? statement;
    if (start) document = policies[start[1]] = [];
    else if (line === 'statement {') document.push((statement = { conditions: [] }));
    else if (line === 'condition {') condition = {};
    else if (open && line === ']') open = undefined;
    else if (open) open.push(value(line.replace(/,$/, '')));
    else if (set && target && set[2] === '[') open = target[set[1]] = [];
    else if (set && target) target[set[1]] = value(set[2]);
    else if (line === '}' && condition) {
      statement.conditions.push([condition.test, condition.variable, condition.values]);
      condition = undefined;
    } else if (line === '}') statement = undefined;
  }
  return policies;
}

const roles = {
  'sandbox-ecs/fixed': ['deploy', 'rollback', 'plan'],
  'auraxis-ssm/fixed': ['build', 'deploy-dev', 'deploy-prod'],
  'blue-green/fixed': ['publish', 'deploy'],
  'atta-systemd/fixed': ['deploy', 'host'],
  'e11-ecs/fixed': ['build', 'dev', 'api', 'mcp', 'site', 'plan', 'apply'],
};
for (const [folder, names] of Object.entries(roles)) {
  for (const name of names) {
    const json = generate(folder, '--role', name);
    const document = JSON.parse(json);
    const hcl = Object.values(terraform(generate(folder, '--role', name, '--format', 'terraform')));
    assert.equal(hcl.length, 1);
    assert.deepEqual(
      hcl[0].map(({ sid, actions, resources, conditions }) => ({ sid, actions, resources, conditions: conditions.sort() })),
      flat(document),
    );
    const machine = JSON.parse(generate(folder, '--role', name, '--json')).policies;
    assert.equal(machine.length, 1);
    assert.deepEqual(machine[0].document, document);
    assert.equal(machine[0].characters, JSON.stringify(document).length);
    if (!folder.startsWith('auraxis')) {
      const file = join(source, 'examples', folder, 'iam', `${name}-permissions.json`);
      assert.equal(readFileSync(file, 'utf8'), json, `${file} is not what muster generates`);
    }
  }
  const all = JSON.parse(generate(folder));
  assert.equal(Object.keys(all).length, names.length);
}

const refused = (...args) => {
  const run = spawnSync(muster, ['policy', 'generate', ...args], { encoding: 'utf8' });
  assert.equal(run.stdout, '');
  assert.equal(run.status, 2);
  return run.stderr;
};
const example = join(source, 'examples/sandbox-ecs/fixed');
assert.match(refused(example, '--role', 'deplyo'), /no role is called `deplyo`; did you mean `deploy`\?/);
assert.match(refused(join(source, 'docs')), /there is no muster.yaml in/);
assert.match(refused(source), /no role declares `capabilities`/);
assert.match(refused(example, '--format', 'yaml'), /--format/);
console.log('every role of the examples');
