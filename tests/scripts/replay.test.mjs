// Every command that a report offers as a replay is pasted into a shell, for every failing golden case: the trust policy must
// answer as the finding says. A finding whose evidence does not hold when it is asked again is a false alarm.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const golden = join(process.env.MUSTER_SOURCE_DIR, 'tests', 'golden');
const work = mkdtempSync(join(tmpdir(), 'muster-replay-'));
const environment = { ...process.env, PATH: `${dirname(process.env.MUSTER)}:${process.env.PATH}` };
// Their evidence is a token that a clause refuses: a Deny that hits everybody, a clause that an attacker can satisfy.
const kRefused = ['oidc-deny-kills-role', 'oidc-soft-boundary'];
const failures = [];
let replayed = 0;

function findings(folder) {
  const args = ['audit', folder, '--history', join(work, 'history.db'), '--out', join(work, 'out'), '--json'];
  const result = spawnSync(process.env.MUSTER, args, { encoding: 'utf8' });
  return JSON.parse(result.stdout).outcomes.filter((outcome) => outcome.witness?.replay);
}

function replay(name, folder, { rule, witness }) {
  const result = spawnSync('sh', ['-c', witness.replay], { cwd: folder, env: environment, encoding: 'utf8' });
  const answers = result.stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
  replayed += 1;
  if (result.status !== 0 || answers.length !== 1 || answers[0].admitted !== !kRefused.includes(rule)) {
    failures.push(`${name}: ${rule}: ${witness.replay}\n    ${result.stdout}${result.stderr}`);
  }
}

for (const rule of readdirSync(golden, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  for (const name of readdirSync(join(golden, rule.name)).filter((entry) => entry.startsWith('fail_'))) {
    const folder = join(golden, rule.name, name);
    const own = findings(folder).filter((outcome) => outcome.rule === rule.name);
    own.forEach((outcome) => replay(`${rule.name}/${name}`, folder, outcome));
  }
}
rmSync(work, { recursive: true });
if (replayed < 30) {
  failures.push(`only ${replayed} replays: the golden cases lost their witnesses`);
}
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}
console.log(`${replayed} witnesses replayed`);
