// docs/waivers.schema.json and the program agree about entries: every waiver file of the golden cases is of the schema's form, the example
// of docs/waivers.md too, and what the schema refuses does not count for the program either.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needPackages } from './packages.mjs';

needPackages('ajv', 'js-yaml');
const { default: Ajv } = await import('ajv/dist/2020.js');
const { default: yaml } = await import('js-yaml');

const source = process.env.MUSTER_SOURCE_DIR;
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(join(source, 'docs', 'waivers.schema.json'), 'utf8')));
// Days stay text, as the program reads them.
const load = (text) => yaml.load(text, { schema: yaml.CORE_SCHEMA });
const failures = [];
let passed = 0;
const expect = (name, ok, detail = '') => (ok ? (passed += 1) : failures.push(`${name} ${detail}`));

const cases = join(source, 'tests', 'golden', 'workflow-waiver-reference');
for (const name of readdirSync(cases).filter((one) => !one.startsWith('undecided'))) {
  const file = join(cases, name, 'muster-waivers.yaml');
  if (existsSync(file)) expect(name, validate(load(readFileSync(file, 'utf8'))), JSON.stringify(validate.errors));
}
const page = readFileSync(join(source, 'docs', 'waivers.md'), 'utf8');
const example = load(/```yaml\n(- id:[^`]*)```/.exec(page)[1]);
expect('docs/waivers.md', validate(example), JSON.stringify(validate.errors));

const broken = {
  'no id': { id: undefined },
  'unknown key': { until: '2026-06-15' },
  'nothing matched': { match: {} },
  'short reason': { reason: 'because' },
  'no approver': { approver: undefined },
  'no day': { expires: 'in June' },
  'no count': { max_matches: 0 },
};
const work = mkdtempSync(join(tmpdir(), 'muster-waivers-'));
mkdirSync(join(work, '.github', 'workflows'), { recursive: true });
writeFileSync(join(work, '.github', 'workflows', 'deploy.yml'), readFileSync(join(cases, 'pass_entry_of_the_job', '.github', 'workflows', 'deploy.yml')));
const verdict = (entry) => {
  writeFileSync(join(work, 'muster-waivers.yaml'), JSON.stringify([entry]));
  const run = spawnSync(process.env.MUSTER, ['audit', work, '--json', '--as-of', '2026-06-01', '--history', join(work, 'h.db'), '--out', join(work, 'out')], { encoding: 'utf8' });
  return JSON.parse(run.stdout).outcomes.filter((one) => one.rule === 'workflow-waiver-reference').map((one) => one.outcome).join();
};
expect('the example counts', verdict(example[0]) === 'pass', verdict(example[0]));
for (const [name, change] of Object.entries(broken)) {
  const entry = JSON.parse(JSON.stringify({ ...example[0], ...change }));
  expect(`${name}: schema`, !validate([entry]));
  expect(`${name}: program`, verdict(entry) === 'fail', verdict(entry));
}
rmSync(work, { recursive: true });
console.log(`${passed} agreements`);
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}
