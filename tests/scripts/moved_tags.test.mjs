// Tags that are moved between two audits: one of a real git repository, and one of an image that a service runs.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';

const muster = process.env.MUSTER;
const work = mkdtempSync(join(tmpdir(), 'muster-tags-'));
const repo = join(work, 'repo');
const facts = join(work, 'facts');
const account = '111122223333';
const region = 'eu-central-1';
const arn = `arn:aws:ecr:${region}:${account}:repository/shop`;
const digest = (number) => `sha256:${String(number).padStart(64, '0')}`;

const person = { NAME: 'a', EMAIL: 'a@example.com' };
const environment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' };
for (const [key, value] of Object.entries(person)) {
  environment[`GIT_AUTHOR_${key}`] = environment[`GIT_COMMITTER_${key}`] = value;
}
const git = (...words) => execFileSync('git', ['-C', repo, ...words], { encoding: 'utf8', env: environment, stdio: 'pipe' }).trim();

function commit(message) {
  git('add', '-A');
  git('commit', '-q', '-m', message);
  return git('rev-parse', 'HEAD');
}

/// The image that both tags name.
function image(number) {
  writeFileSync(
    join(facts, 'images.json'),
    JSON.stringify({
      imageDetails: [
        { registryId: account, repositoryName: 'shop', imageDigest: digest(number), imageTags: ['live', 'v1.0.0'],
          imagePushedAt: `2026-02-0${number}T08:00:00+00:00` },
      ],
      muster: { account, region },
    }),
  );
}

function audit(day) {
  const out = join(work, 'out');
  rmSync(out, { recursive: true, force: true });
  const run = spawnSync(muster, ['audit', repo, '--facts', facts, '--history', join(work, 'history.db'), '--out', out,
    '--format', 'json', '--as-of', day], { encoding: 'utf8' });
  assert.ok([0, 1, 3].includes(run.status), run.stderr);
  return JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
}

const found = (report, rule, kind) => report.outcomes.filter((one) => one.rule === rule && one.outcome === kind);
function only(report, rule, kind) {
  const all = found(report, rule, kind);
  assert.equal(all.length, 1, `${rule} ${kind}: ${JSON.stringify(all)}`);
  return all[0];
}

try {
  mkdirSync(join(repo, '.github/workflows'), { recursive: true });
  mkdirSync(facts);
  writeFileSync(join(repo, '.github/workflows/release.yml'),
    "name: release\non: {push: {tags: ['v*']}}\npermissions: {contents: read}\njobs:\n  build:\n    runs-on: ubuntu-latest\n" +
      '    timeout-minutes: 5\n    steps:\n      - run: make\n');
  writeFileSync(join(repo, 'muster.yaml'), 'version: 1\nrepository: acme/shop\n');
  const definition = `arn:aws:ecs:${region}:${account}:task-definition/shop:1`;
  writeFileSync(join(facts, 'service.json'), JSON.stringify({
    services: [{ serviceArn: `arn:aws:ecs:${region}:${account}:service/prod/shop`, status: 'ACTIVE', taskDefinition: definition }],
  }));
  writeFileSync(join(facts, 'task-definition.json'), JSON.stringify({
    taskDefinition: { taskDefinitionArn: definition, status: 'ACTIVE',
      containerDefinitions: [{ name: 'app', image: `${account}.dkr.ecr.${region}.amazonaws.com/shop:live` }] },
  }));
  execFileSync('git', ['init', '-q', '-b', 'main', repo], { env: environment });
  const first = commit('one');
  git('tag', '-a', '-m', 'v1.0.0', 'v1.0.0');
  git('tag', 'v1.0.1');
  image(1);

  let report = audit('2026-02-01');
  assert.equal(found(report, 'image-tag-moved', 'fail').length, 0);
  assert.equal(found(report, 'image-git-tag-moved', 'fail').length, 0);
  assert.equal(only(report, 'image-git-tag-lightweight', 'fail').asset.id, 'refs/tags/v1.0.1');
  assert.equal(only(report, 'image-git-tag-lightweight', 'pass').asset.id, 'refs/tags/v1.0.0');

  report = audit('2026-02-02');
  assert.equal(found(report, 'image-tag-moved', 'pass').length, 2);
  assert.equal(found(report, 'image-git-tag-moved', 'pass').length, 2);

  writeFileSync(join(repo, 'more.txt'), 'more\n');
  const second = commit('two');
  git('tag', '-f', '-a', '-m', 'again', 'v1.0.0');
  image(2);
  report = audit('2026-02-03');
  const moved = only(report, 'image-git-tag-moved', 'fail');
  for (const part of [first, second, '2026-02-02']) assert.ok(moved.message.includes(part), moved.message);
  assert.equal(moved.severity, 'high');
  assert.equal(only(report, 'image-git-tag-moved', 'pass').asset.id, 'refs/tags/v1.0.1');
  const images = found(report, 'image-tag-moved', 'fail');
  assert.deepEqual(images.map((one) => [one.asset.id, one.severity]), [[`${arn}:live`, 'high'], [`${arn}:v1.0.0`, 'medium']]);
  for (const part of [digest(1), digest(2), '2026-02-02']) assert.ok(images[0].message.includes(part), images[0].message);

  // Moving it back does not make the note about it true again.
  git('tag', '-f', '-a', '-m', 'back', 'v1.0.0', first);
  image(1);
  report = audit('2026-02-04');
  assert.ok(only(report, 'image-git-tag-moved', 'fail').message.includes('2026-02-03'));
  assert.equal(found(report, 'image-tag-moved', 'fail').length, 2);

  // A tag object in the place of a light tag, of the same commit: nothing has moved.
  git('tag', '-f', '-a', '-m', 'v1.0.1', 'v1.0.1', first);
  report = audit('2026-02-04');
  assert.equal(found(report, 'image-git-tag-lightweight', 'fail').length, 0);
  assert.equal(only(report, 'image-git-tag-moved', 'pass').asset.id, 'refs/tags/v1.0.1');
  assert.deepEqual(report.closed.filter((one) => one.rule === 'image-git-tag-lightweight').map((one) => one.close_reason), ['fixed']);

  git('tag', '-d', 'v1.0.0');
  report = audit('2026-02-05');
  assert.equal(found(report, 'image-git-tag-moved', 'fail').length, 0);
  assert.deepEqual(report.closed.filter((one) => one.rule === 'image-git-tag-moved').map((one) => one.close_reason), ['gone']);
  console.log('moved tags of git and of images are told with both targets and the day');
} finally {
  rmSync(work, { recursive: true, force: true });
}
