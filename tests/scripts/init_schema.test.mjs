// What muster init writes, read by another YAML parser, against docs/muster.schema.json: as written for the examples, and with every
// switched-off key switched on, for an open question must be answerable by removing `# `.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needPackages } from './packages.mjs';

needPackages('ajv', 'js-yaml');
const { default: Ajv } = await import('ajv/dist/2020.js');
const { default: yaml } = await import('js-yaml');

const source = process.env.MUSTER_SOURCE_DIR;
const work = mkdtempSync(join(tmpdir(), 'muster-init-schema-'));
// The schema is printed from a table; ajv's strict hints about the order of its words say nothing here.
const validate = new Ajv({ allErrors: true, strict: false }).compile(JSON.parse(readFileSync(join(source, 'docs', 'muster.schema.json'), 'utf8')));
const failures = [];
let passed = 0;

function check(name, text) {
  let value;
  try {
    value = yaml.load(text);
  } catch (error) {
    failures.push(`${name}: ${error.message}`);
    return undefined;
  }
  if (validate(value)) {
    passed += 1;
  } else {
    failures.push(`${name}: ${JSON.stringify(validate.errors)}\n${text}`);
  }
  return value;
}

// Removes `# ` where a key or list item stands behind it, until nothing changes; prose stays.
function switchedOn(text) {
  const keys = /^( *)# ( *(?:- )*(?:"[^"]*"|[A-Za-z0-9_.-]+):(?: (?:[^ ]+|\[.*\]))?| *- (?:"[^"]*"|[^ ]+))$/;
  const nested = /^( *)# ( *# .*)$/;
  let lines = text.split('\n');
  for (let round = 0; round < 4; round += 1) {
    lines = lines.map((line) => (keys.test(line) ? line.replace(keys, '$1$2') : nested.test(line) ? line.replace(nested, '$1$2') : line));
  }
  return lines.join('\n');
}

function init(name, folder) {
  const result = spawnSync(process.env.MUSTER, ['init', folder, '--stdout'], { encoding: 'utf8' });
  if (result.status !== 0) {
    failures.push(`${name}: exit ${result.status}: ${result.stderr}`);
  }
  return result.stdout;
}

for (const example of readdirSync(join(source, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  for (const twin of ['flawed', 'fixed']) {
    const name = `${example.name}/${twin}`;
    const folder = join(work, example.name, twin);
    cpSync(join(source, 'examples', name), folder, { recursive: true });
    rmSync(join(folder, 'muster.yaml'));
    check(`${name} without a checkout`, init(name, folder));
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, '.git', 'config'), '[remote "origin"]\n\turl = git@github.com:acme/shop.git\n');
    const value = check(name, init(name, folder));
    if (value?.repository !== 'acme/shop') {
      failures.push(`${name}: the repository is ${value?.repository}`);
    }
  }
}

const folder = join(work, 'open');
mkdirSync(join(folder, '.github', 'workflows'), { recursive: true });
mkdirSync(join(folder, '.git'));
writeFileSync(join(folder, '.git', 'config'), '[remote "origin"]\n\turl = git@github.com:acme/shop.git\n');
writeFileSync(join(folder, '.github', 'workflows', 'deploy.yml'), `on:
  push: { branches: [main], tags: ['**'] }
  pull_request:
jobs:
  known:
    runs-on: x
    environment: strange
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: { role-to-assume: 'arn:aws:iam::111122223333:role/known', aws-region: x }
  unknown:
    runs-on: x
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: { role-to-assume: '\${{ vars.ROLE }}', aws-region: x }
`);
const text = init('open questions', folder);
check('open questions', text);
const on = check('open questions, switched on', switchedOn(text));
const expectations = {
  'the variable': on?.variables?.ROLE === 'arn:aws:iam::111122223333:role/NAME',
  'the class': on?.environments?.strange?.class === 'production',
  'the branches': on?.environments?.strange?.branches?.[0] === 'main',
  'the privilege': on?.roles?.known?.privilege === 'write',
  'the trust': on?.roles?.known?.trust === 'PATH',
  'the subjects of a known role': on?.roles?.known?.subjects?.length === 3,
  'the role behind a variable': on?.roles?.role?.subjects?.some((subject) => subject.pull_request === true),
};
for (const [what, holds] of Object.entries(expectations)) {
  if (!holds) {
    failures.push(`switched on, ${what} is not there:\n${switchedOn(text)}`);
  }
}

rmSync(work, { recursive: true });
console.log(`${passed} files valid`);
if (failures.length > 0) {
  console.log(failures.map((failure) => `FAILED: ${failure}`).join('\n'));
  process.exit(1);
}
