"""Somebody deploys for real while a drill runs, at random moments, without knowing of it. Their release stays, their deploy works, nobody loses a
request; where the deploy script does not compare `--expect`, a deploy that was overwritten in the last milliseconds is at least named.

MUSTER_RACES=300 races (default 8), MUSTER_JOBS=6 hosts at once (default 4), MUSTER_SEED repeats a run.
"""
import collections
import concurrent.futures
import json
import os
import random
import sys
import time
import unittest

from rehearsal import Load, Rehearsal, skip_without_tools

RACES = int(os.environ.get('MUSTER_RACES', '8'))
JOBS = int(os.environ.get('MUSTER_JOBS', '4'))
SEED = int(os.environ.get('MUSTER_SEED', str(random.randrange(2 ** 32))))


class Races:
    def __init__(self, queue, expect):
        self.queue, self.expect, self.turn = queue, expect, 0
        self.outcomes, self.problems, self.lost, self.sent = collections.Counter(), [], [], 0

    def run(self):
        with Rehearsal(expect=self.expect, soak='0.1') as r, Load(r.host, 50) as load:
            for version in ('2.0.0', '2.1.0', '2.2.0'):
                r.host.publish(f'counter:{version}', version)
            while self.queue and not self.problems:
                number, delay = self.queue.pop()
                self.race(r, number, delay)
            if r.json('status')['journal_problems']:
                self.problems.append('the journal is not whole')
        self.lost, self.sent = load.failed, load.sent

    def race(self, r, number, delay):
        self.turn += 1
        version = f'2.{self.turn % 3}.0'
        state = r.host.state()
        if state['release'] == state['previous']['release']:
            # Deployed twice after a race that ended stuck: there is nothing to go back to.
            r.host.deploy('counter:1.1.0')
        child = r.begin()
        time.sleep(delay)
        code = 10
        while code == 10:
            code = r.host.deploy(f'counter:{version}', '--run-id', f'human-{number}', check=False)
        out, _ = child.communicate(timeout=60)
        said = json.loads(out)
        what = f'race {number} after {delay:.3f} s: {said}, deploy ended with {code}, state {r.host.state()}'
        if code != 0:
            self.problems.append(what)
        if child.returncode == 4 and not self.expect:
            # Overwritten in the last milliseconds: named, and in order once it is deployed again.
            self.outcomes['stuck, named'] += 1
            if f'human-{number}' not in said['reason']:
                self.problems.append(what)
            r.host.deploy(f'counter:{version}', '--run-id', f'human-{number}-again')
            r.muster('resume')
        elif child.returncode != 4:
            self.outcomes['deploy came behind' if said['verdict'] == 'passed' else r.drills()[0]['outcome']] += 1
        if not r.host.settled_on(version) or any(drill['state'] != 'closed' for drill in r.drills()):
            self.problems.append(what)


class Test(unittest.TestCase):
    def test_the_real_deploy_stays(self):
        rng = random.Random(SEED)
        queue = [(i, rng.uniform(0, 4.5)) for i in range(RACES)]
        campaigns = [Races(queue, expect=job % 2 == 0) for job in range(JOBS)]
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            list(pool.map(Races.run, campaigns))
        total = sum((campaign.outcomes for campaign in campaigns), collections.Counter())
        lost = [why for campaign in campaigns for why in campaign.lost]
        print(f'seed {SEED}: {RACES} races, {dict(total)}; {len(lost)} of {sum(c.sent for c in campaigns)} requests lost')
        self.assertEqual([why for campaign in campaigns for why in campaign.problems], [])
        self.assertEqual(sum(total.values()), RACES)
        self.assertEqual(lost, [])


if __name__ == '__main__':
    skip_without_tools()
    print(f'MUSTER_SEED={SEED}', file=sys.stderr)
    unittest.main(verbosity=0)
