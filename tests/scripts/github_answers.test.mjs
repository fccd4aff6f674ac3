// What the test server of tests/github answers is what GitHub's published description says that GitHub answers.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needPackages } from './packages.mjs';

const folder = join(process.env.MUSTER_SOURCE_DIR, 'tests', 'github');
needPackages('ajv', 'ajv-formats');
const { default: Ajv } = await import('ajv/dist/2020.js');
const { default: addFormats } = await import('ajv-formats');

const { answers, $defs } = JSON.parse(readFileSync(join(folder, 'answers.schema.json'), 'utf8'));
// OpenAPI writes members of a type beside a reference and formats that JSON Schema does not know.
const ajv = new Ajv({ strict: false, allErrors: true, formats: { repo: true, 'repo.nwo': true, int64: true } });
addFormats(ajv);

const made = spawnSync('python3', [join(folder, 'server.py')], { encoding: 'utf8', maxBuffer: 1 << 26 });
if (made.status !== 0) {
  console.error(made.stderr);
  process.exit(1);
}
const all = JSON.parse(made.stdout);
const failures = [];
for (const { endpoint, path, answer } of all) {
  const schema = answers[endpoint];
  if (!schema) {
    failures.push(`${path}: ${endpoint} is not described`);
    continue;
  }
  const validate = ajv.compile({ ...schema, $defs });
  if (!validate(answer)) {
    failures.push(`${path}: ${ajv.errorsText(validate.errors.slice(0, 5))}`);
  }
}
// A check that cannot fail tells nothing.
if (ajv.compile({ ...answers['/repos/{owner}/{repo}/actions/permissions/workflow'], $defs })({ default_workflow_permissions: 'none' })) {
  failures.push('a wrong answer is taken for a right one');
}
if (all.length < 30) {
  failures.push(`only ${all.length} answers were looked at`);
}
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}
console.log(`${all.length} answers are as GitHub describes them`);
