// report.json of the examples, first and second run, against docs/report.schema.json; the schema itself refuses what it should;
// and the numbers of report.json agree with its lists, with --json and with the summary on the terminal.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needPackages } from './packages.mjs';

const source = process.env.MUSTER_SOURCE_DIR;
const work = mkdtempSync(join(tmpdir(), 'muster-schema-'));
const failures = [];

needPackages('ajv', 'ajv-formats');

function expect(condition, message) {
  if (!condition) {
    failures.push(message);
  }
}

async function compiledSchema() {
  const { default: Ajv } = await import('ajv/dist/2020.js');
  const { default: addFormats } = await import('ajv-formats');
  // `required` and nullability stand beside a $ref or in another branch here and there: ajv's strict hints about that say nothing.
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  addFormats(ajv);
  return ajv.compile(JSON.parse(readFileSync(join(source, 'docs', 'report.schema.json'), 'utf8')));
}

function audit(folder, history, extra = []) {
  const out = join(work, 'out');
  const result = spawnSync(process.env.MUSTER, ['audit', folder, '--history', history, '--out', out, ...extra], { encoding: 'utf8' });
  return { ...result, report: JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) };
}

function countsAgree(name, { report, stdout }) {
  const { summary, outcomes, run } = report;
  const count = (test) => outcomes.filter(test).length;
  for (const kind of ['pass', 'fail', 'undecided']) {
    expect(count((o) => o.outcome === kind) === summary.by_outcome[kind], `${name}: ${kind} is counted otherwise than listed`);
  }
  const column = { pass: 'passed', fail: 'failed', waived: 'waived', undecided: 'undecided' };
  for (const [kind, key] of Object.entries(column)) {
    const covered = run.coverage.reduce((sum, rule) => sum + rule[key], 0);
    expect(covered === summary.by_outcome[kind], `${name}: coverage counts ${covered} ${kind}`);
  }
  for (const [severity, number] of Object.entries(summary.by_severity)) {
    expect(count((o) => o.outcome === 'fail' && o.severity === severity) === number, `${name}: ${severity} is counted otherwise than listed`);
  }
  for (const state of ['new', 'reopened', 'persisting']) {
    expect(count((o) => o.state === state) === summary[state], `${name}: ${state} is counted otherwise than listed`);
  }
  const fingerprints = outcomes.map((o) => o.fingerprint);
  expect(new Set(fingerprints).size === fingerprints.length, `${name}: a fingerprint stands twice`);
  const line = summary.by_outcome.fail === 0 ? 'No findings.' : `${summary.by_outcome.fail} finding`;
  expect(stdout.includes(line), `${name}: the terminal does not say "${line}"`);
  expect(stdout.includes(`posture ${summary.score?.toFixed(1)} %`), `${name}: the terminal gives another posture than ${summary.score}`);
}

function check(name, validate, answer) {
  expect(validate(answer.report), `${name}: ${JSON.stringify(validate.errors, null, 1)}`);
  countsAgree(name, answer);
  const dated = answer.report.tool.data.find((file) => file.name === 'aws-actions.txt');
  expect(/^\d{4}-\d{2}-\d{2}$/.test(dated?.date), `${name}: the date of the action catalogue is missing`);
}

function examples(validate) {
  for (const example of ['sandbox-ecs', 'auraxis-ssm']) {
    for (const twin of ['flawed', 'fixed']) {
      const folder = join(source, 'examples', example, twin);
      const history = join(work, `${example}-${twin}.db`);
      const first = audit(folder, history);
      check(`${example}/${twin}, first run`, validate, first);
      expect(first.status === (twin === 'flawed' ? 1 : 0), `${example}/${twin} ends with ${first.status}`);
      const second = audit(folder, history);
      check(`${example}/${twin}, second run`, validate, second);
      const { summary, run } = second.report;
      expect(run.previous === first.report.run.id, `${example}/${twin}: the second run does not name the first`);
      expect(summary.new === 0 && summary.persisting === summary.by_outcome.fail, `${example}/${twin}: the second run calls old findings new`);
      const printed = spawnSync(process.env.MUSTER, ['audit', folder, '--history', history, '--out', join(work, 'json'), '--json'], { encoding: 'utf8' });
      expect(printed.stdout === readFileSync(join(work, 'json', 'report.json'), 'utf8'), `${example}/${twin}: --json is not report.json`);
    }
  }
}

// Both twins are one repository: after the repair everything is closed, and fixed is not the same as gone.
function repaired(validate) {
  const history = join(work, 'repaired.db');
  const flawed = audit(join(source, 'examples/sandbox-ecs/flawed'), history);
  const fixed = audit(join(source, 'examples/sandbox-ecs/fixed'), history);
  check('repaired', validate, fixed);
  const { summary, closed } = fixed.report;
  expect(summary.closed === closed.length, 'closed is counted otherwise than listed');
  expect(summary.fixed === closed.filter((past) => past.close_reason === 'fixed').length, 'fixed is counted otherwise than listed');
  expect(summary.closed + summary.not_rechecked === flawed.report.summary.by_outcome.fail, 'a finding got lost in the repair');
}

// A schema that accepts everything would pass all of the above.
function refusals(validate) {
  const { report } = audit(join(source, 'examples/sandbox-ecs/flawed'), join(work, 'refusals.db'));
  const rows = {
    'unknown key at the top': (r) => (r.extra = 1),
    'unknown key in an outcome': (r) => (r.outcomes[0].extra = 1),
    'missing summary': (r) => delete r.summary,
    'unknown severity': (r) => (r.outcomes[0].severity = 'urgent'),
    'unknown verdict': (r) => (r.summary.verdict = 'ok'),
    'negative count': (r) => (r.summary.new = -1),
    'score above all': (r) => (r.summary.score = 100.1),
    'local time': (r) => (r.run.as_of = '2026-02-19T06:00:00+01:00'),
    'no such day': (r) => (r.run.as_of = '2026-02-31T06:00:00Z'),
    'short fingerprint': (r) => (r.outcomes[0].fingerprint = 'abc'),
    'fail without a witness': (r) => (r.outcomes[0].witness = null),
    'fail without a state': (r) => (r.outcomes[0].state = null),
    'pass with a state': (r) => (r.outcomes.at(-1).state = 'new'),
    'undecided without a reason': (r) => Object.assign(r.outcomes.at(-1), { outcome: 'undecided', reason: '' }),
    'another version': (r) => (r.schema_version = '2.0'),
  };
  for (const [name, spoil] of Object.entries(rows)) {
    const spoiled = structuredClone(report);
    spoil(spoiled);
    expect(!validate(spoiled), `the schema accepts: ${name}`);
  }
}

const validate = await compiledSchema();
examples(validate);
repaired(validate);
refusals(validate);
rmSync(work, { recursive: true });
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}
console.log('report.json follows its schema');
