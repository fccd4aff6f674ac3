"""kill -9 of whole drills on a real blue/green host: at random moments, and at every write of the journal. Afterwards the watchdog, or
`muster drill resume`, has the baseline back, settled, and the journal says how each ended.

MUSTER_KILLS=300 random kills (default 6), MUSTER_JOBS=8 hosts at once (default 4), MUSTER_SEED repeats a run.
"""
import collections
import concurrent.futures
import os
import random
import shutil
import signal
import statistics
import sys
import time
import unittest

from rehearsal import Load, Rehearsal, kill_session, skip_without_tools

KILLS = int(os.environ.get('MUSTER_KILLS', '6'))
JOBS = int(os.environ.get('MUSTER_JOBS', '4'))
SEED = int(os.environ.get('MUSTER_SEED', str(random.randrange(2 ** 32))))
CLOSED = {'recovered', 'passed', 'failed', 'refused', 'superseded'}


class Campaign:
    """Kills, one after the other on one host; several campaigns share a queue."""

    def __init__(self, queue, expect):
        self.queue, self.expect = queue, expect
        self.outcomes, self.by, self.times, self.problems = collections.Counter(), collections.Counter(), [], []
        self.lost, self.sent, self.rows = [], 0, 0

    def run(self):
        with Rehearsal(expect=self.expect, soak='0.1') as r, Load(r.host, 50) as load:
            while self.queue and not self.problems:
                try:
                    number, delay, resume = self.queue.pop()
                except IndexError:
                    break
                self.kill_once(r, number, delay, resume)
            drills = r.drills()
            self.rows = sum(drill['chain']['rows'] for drill in drills)
            if r.json('status')['journal_problems']:
                self.problems.append('the journal is not whole')
        self.lost, self.sent = load.failed, load.sent

    def kill_once(self, r, number, delay, resume):
        plan = r.plan()
        known = len(r.drills())
        child = r.begin(plan)
        time.sleep(delay)
        kill_session(child.pid, child)
        died = time.monotonic()
        if resume:
            # The watchdog is killed too, some of the time in the middle of its work.
            time.sleep(random.Random(SEED + number).uniform(0, 0.8))
            for pid in r.watchdogs():
                kill_session(pid)
        self.by[r.wait_until_closed()] += 1
        self.times.append(time.monotonic() - died)
        drills = r.drills()
        outcome = drills[0]['outcome'] if len(drills) > known else 'not begun'
        self.outcomes[outcome] += 1
        if len(drills) > known and outcome not in CLOSED:
            self.problems.append(f'kill {number} after {delay:.3f} s: drill is {drills[0]}')
        if not r.host.settled_on('1.1.0'):
            self.problems.append(f'kill {number} after {delay:.3f} s ({"resume" if resume else "watchdog"}): state {r.host.state()}, '
                                 f'link {r.host.link()}, visitors get {r.host.version()}')


class Kills(unittest.TestCase):
    def test_random_moments(self):
        rng = random.Random(SEED)
        queue = [(i, rng.uniform(0, 4.5), rng.random() < 0.4) for i in range(KILLS)]
        campaigns = [Campaign(queue, expect=job % 2 == 0) for job in range(JOBS)]
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            list(pool.map(Campaign.run, campaigns))
        total = sum((campaign.outcomes for campaign in campaigns), collections.Counter())
        lost = [why for campaign in campaigns for why in campaign.lost]
        sent = sum(campaign.sent for campaign in campaigns)
        times = [seconds for campaign in campaigns for seconds in campaign.times]
        by = sum((campaign.by for campaign in campaigns), collections.Counter())
        print(f'seed {SEED}: {KILLS} kills, {dict(total)}, by {dict(by)}; recovery median {statistics.median(times):.2f} s, max {max(times):.2f} s; '
              f'{len(lost)} of {sent} requests lost; {sum(c.rows for c in campaigns)} journal rows')
        self.assertEqual([why for campaign in campaigns for why in campaign.problems], [])
        self.assertEqual(sum(total.values()), KILLS)
        self.assertEqual(lost, [])

    @unittest.skipUnless(shutil.which('strace'), 'no strace')
    def test_every_write_of_the_journal(self):
        points = list(range(24, 0, -1))
        campaigns = [Points(points) for _ in range(JOBS)]
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            list(pool.map(Points.run, campaigns))
        killed = sorted(point for campaign in campaigns for point in campaign.killed)
        by = sum((campaign.by for campaign in campaigns), collections.Counter())
        print(f'killed at each of the first {len(killed)} writes of the journal, put right by {dict(by)}; '
              f'{sum(c.sent for c in campaigns)} requests, {sum(len(c.lost) for c in campaigns)} lost')
        self.assertEqual([why for campaign in campaigns for why in campaign.problems], [])
        # Behind the last write a drill ends by itself.
        self.assertEqual(killed, list(range(1, len(killed) + 1)))
        self.assertGreater(len(killed), 8)
        self.assertLess(len(killed), 24)
        self.assertEqual([why for campaign in campaigns for why in campaign.lost], [])


class Points:
    """Kills at the writes of the journal that the queue names: strace ends the drill as it asks for the disk to be synced."""

    def __init__(self, queue):
        self.queue, self.killed, self.by, self.problems, self.lost, self.sent = queue, [], collections.Counter(), [], [], 0

    def run(self):
        with Rehearsal(soak='0.1') as r, Load(r.host, 50) as load:
            while self.queue and self.kill_at(r, self.queue.pop()):
                pass
            if r.json('status')['journal_problems']:
                self.problems.append('the journal is not whole')
        self.lost, self.sent = load.failed, load.sent

    def kill_at(self, r, point):
        child = r.begin(before=('strace', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e',
                                f'inject=fsync,fdatasync:signal=SIGKILL:when={point}'))
        r.host.wait_for(lambda: child.poll() is not None, 'the drill to end', 60)
        ended = child.poll()
        kill_session(child.pid, child)
        self.by[r.wait_until_closed()] += 1
        if not r.host.settled_on('1.1.0'):
            self.problems.append(f'killed at write {point}: {r.host.state()} {r.host.link()} {r.host.version()}')
        if ended == 0:
            return False
        if ended not in (-signal.SIGKILL, 128 + signal.SIGKILL):
            self.problems.append(f'at write {point} it ended with {ended}')
        self.killed.append(point)
        return not self.problems


if __name__ == '__main__':
    skip_without_tools()
    print(f'MUSTER_SEED={SEED}', file=sys.stderr)
    unittest.main(verbosity=0)
