// `muster paths`: words, JSON, destinations, mistakes, exit codes, the examples of the help, and names that are attacks.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert';

const { MUSTER: muster, MUSTER_SOURCE_DIR: source } = process.env;
const work = mkdtempSync(join(tmpdir(), 'muster-paths-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const example = (name) => join(source, 'examples', name);
const run = (...args) => spawnSync(muster, ['paths', ...args], { encoding: 'utf8', cwd: work, maxBuffer: 1 << 27 });
const json = (...args) => {
  const done = run('--json', ...args);
  return { ...done, answer: JSON.parse(done.stdout) };
};

// The flawed example reaches production by the rollback, which nobody approves.
{
  const done = run(example('sandbox-ecs/flawed'));
  assert.equal(done.status, 1, done.stderr);
  assert.match(done.stdout, /^OPEN {2}workflow_dispatch > rollback > sandbox-api-deploy > production$/m);
  assert.match(done.stdout, /^ {18}\.github\/workflows\/rollback\.yml:3:3$/m);
  assert.match(done.stdout, /needs a contributor, and nobody else/);
  assert.match(done.stdout, /reported by: workflow-ungated-path/);
  assert.doesNotMatch(done.stdout, /approves it/);
  assert.match(done.stdout, /^2 paths: 1 open, 1 elsewhere$/m);
}

// In the fixed one every path to production passes a reviewer.
{
  const { status, answer } = json(example('sandbox-ecs/fixed'), '--to', 'prod');
  assert.equal(status, 0);
  assert.equal(answer.to, 'prod');
  assert.deepEqual(answer.paths.map((path) => path.job).sort(), ['deploy', 'rollback']);
  for (const path of answer.paths) {
    assert.equal(path.verdict, 'held');
    assert.equal(path.actor, 'approver');
    assert.equal(path.rule, '');
    const approval = path.gates.find((gate) => gate.kind === 'approval');
    assert.deepEqual([approval.known, approval.holds_the_start, approval.assumes], [true, true, '']);
    assert.deepEqual(path.assumes, ['only maintainers get commits onto `refs/heads/main`']);
    assert.equal(path.role.admission, 'admitted');
    assert.equal(path.role.permissions, 'known');
    assert.equal(path.role.may[0].action, 'ecs:UpdateService');
    assert.deepEqual(path.steps.map((step) => step.kind).filter((kind, i, all) => kind !== all[i - 1]), ['event', 'job', 'gate', 'subject', 'role', 'permission', 'destination']);
    assert.ok(path.steps.every((step) => step.location.file && step.location.line > 0));
  }
}

// Destinations: an environment, a role by name or ARN, a resource that a role may change or not.
{
  const fixed = example('sandbox-ecs/fixed');
  const jobs = (to) => json(fixed, '--to', to).answer.paths.map((path) => path.job);
  assert.deepEqual(jobs('production-rollback'), ['rollback']);
  assert.deepEqual(jobs('sandbox-api-plan'), ['plan']);
  assert.deepEqual(jobs('arn:aws:iam::111122223333:role/sandbox-api-deploy'), ['deploy']);
  assert.deepEqual(jobs('arn:aws:ecs:eu-central-1:111122223333:service/sandbox/sandbox-api'), ['deploy', 'rollback']);
  assert.deepEqual(jobs('arn:aws:ecr:eu-central-1:111122223333:repository/sandbox-api'), ['deploy']);
  assert.deepEqual(jobs('arn:aws:s3:::somebody-else'), []);
  const unknown = run(fixed, '--to', 'prd');
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /`prd` is no environment, role or ARN that is known here/);
}

// A role that admits more than the workflows present: the rule that says so is named, and reports it alone.
{
  const { status, answer } = json(example('auraxis-ssm/flawed'), '--to', 'prod');
  assert.equal(status, 1);
  const made = answer.paths.filter((path) => path.job === '');
  assert.deepEqual(made.map((path) => [path.verdict, path.rule]), [['open', 'oidc-repository-any-context']]);
}

// What cannot be read is said, and open paths come first.
{
  const folder = join(work, 'broken');
  cpSync(example('sandbox-ecs/fixed'), folder, { recursive: true });
  writeFileSync(join(folder, '.github/workflows/broken.yml'), 'jobs: [\n');
  assert.equal(run(folder).status, 3);
  assert.match(run(folder).stderr, /broken\.yml/);
  cpSync(join(example('sandbox-ecs/flawed'), '.github/workflows/terraform.yml'), join(folder, '.github/workflows/terraform.yml'));
  rmSync(join(folder, 'iam/deploy-trust.json'));
  assert.equal(run(folder, '--to', 'prod').status, 3);
}

// Nothing to follow, and folders that are not there.
{
  mkdirSync(join(work, 'empty'));
  const done = run('empty');
  assert.deepEqual([done.status, done.stdout], [0, '0 paths\n']);
  assert.equal(run('nowhere').status, 3);
  assert.equal(run('--no-such-option').status, 2);
  assert.match(run('--help').stdout, /muster paths --to prod/);
}

// Names that are attacks on a terminal or a runner.
{
  const folder = join(work, 'hostile');
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  const name = '\u001b[31m::error::x \u202e';
  writeFileSync(
    join(folder, '.github/workflows/x.yml'),
    `name: ${JSON.stringify(name)}\non: workflow_dispatch\njobs:\n  deploy:\n    runs-on: x\n    environment: ${JSON.stringify(name)}\n    steps:\n      - run: aws ecs update-service --cluster prod --force-new-deployment\n        env: {AWS_ACCESS_KEY_ID: ${JSON.stringify('${{ secrets.A }}' + name)}}\n`,
  );
  const done = run('hostile');
  assert.equal(done.status, 0, done.stdout + done.stderr);
  assert.ok(!/[\u001b\u202e]/.test(done.stdout), 'control characters');
  assert.ok(!/^\s*::error/m.test(done.stdout), 'a command of the runner');
  JSON.parse(run('hostile', '--json').stdout);
}

// More jobs than paths are followed: the answer is bounded and says so.
{
  const folder = join(work, 'many');
  cpSync(example('sandbox-ecs/flawed'), folder, { recursive: true });
  const file = (name) => join(folder, `.github/workflows/${name}.yml`);
  const head = 'on: workflow_dispatch\npermissions: {id-token: write}\njobs:\n';
  const role = 'arn:aws:iam::111122223333:role/sandbox-api-deploy';
  const job = `    runs-on: x\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {role-to-assume: '${role}'}\n`;
  // One file may have 300 jobs.
  const jobs = Array.from({ length: 290 }, (_, i) => `  j${i}:\n${job}`);
  for (const name of ['rollback', 'rollback-a', 'rollback-b', 'rollback-c', 'rollback-d', 'rollback-e', 'rollback-f']) writeFileSync(file(name), head + jobs.join(''));
  const done = run('many');
  assert.equal(done.status, 1);
  assert.match(done.stdout, /^not covered: there are more than 2000 paths; the others are not shown$/m);
  assert.match(done.stdout, /^2000 paths: 2000 open$/m);
}
