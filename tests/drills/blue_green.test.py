"""`muster drill` on a real blue/green host: nginx, app processes, the deploy script. Each fault has its outcome.

MUSTER_DRILL_RUNS=20 repeats the clean drill so often (default 1).
"""
import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
import unittest

from rehearsal import MUSTER, Load, Rehearsal, kill_session, row, run_at_once, skip_without_tools

RUNS = int(os.environ.get('MUSTER_DRILL_RUNS', '1'))
PASSED, FAILED, REFUSED, UNPROVEN, STUCK = range(5)


class Clean(unittest.TestCase):
    def test_a_drill_under_load_loses_nothing_and_tells_its_time(self):
        with Rehearsal() as r, Load(r.host, 200) as load:
            times = []
            for _ in range(RUNS):
                code, said = r.run()
                self.assertEqual(code, PASSED, said)
                m = said['metrics']
                times.append(m['rto_ms'])
                self.assertEqual(m['lost'], 0)
                self.assertEqual(m['sent'], m['ok'] + m['retry_safe'])
                self.assertLessEqual(abs(m['rto_ms'] - m['t_act_ms'] - m['t_converge_ms'] - m['t_verify_ms']), 3)  # each is rounded up
                self.assertEqual(set(m['by_version']), {'1.0.0', '1.1.0'})
                self.assertTrue(r.host.settled_on('1.1.0'))
            self.assertEqual(load.failed, [])
            state = r.host.state()
            self.assertEqual(state['previous']['release'], 'counter:1.0.0')
            self.assertTrue(state['run_id'].endswith('.2'))
            self.assertEqual(len(r.host.apps()), 1, 'a process of the other color is left')
            self.assertEqual(r.json('status')['journal_problems'], [])
            print(f'{RUNS} drills: recovery median {statistics.median(times):.0f} ms, max {max(times)} ms, '
                  f'{load.sent} requests beside them, none lost')

    def test_a_plan_touches_nothing(self):
        with Rehearsal() as r:
            before = r.host.state()
            first, again = r.plan(), r.plan()
            self.assertEqual(first, again)
            self.assertEqual(r.host.state(), before)
            self.assertEqual(r.drills(), [])


class Refusals(unittest.TestCase):
    """Nothing is touched: same state, same processes, exit 2 (or 3 where somebody else is at work)."""

    def setUp(self):
        self.r = Rehearsal()
        self.addCleanup(self.r.__exit__)
        self.host = self.r.host

    def refused(self, plan, why, code=REFUSED):
        before, apps = self.host.state(), self.host.apps()
        got, said = self.r.run(plan)
        self.assertEqual(got, code, said)
        self.assertIn(why, said['reason'])
        self.assertIn('nothing was touched', said['reason'])
        self.assertEqual((self.host.state(), self.host.apps()), (before, apps))
        row(self, got, self.host)

    def no_plan(self, why, *more):
        done = self.r.muster('plan', 'counter', *more)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(why, done.stderr)

    def test_the_same_image_under_another_name(self):
        self.host.publish('counter:1.0.9', '1.1.0', content='counter:1.1.0')
        self.no_plan('changes nothing', '--to', 'counter:1.0.9')

    def test_a_tag_that_is_gone(self):
        plan = self.r.plan()
        os.remove(os.path.join(self.host.root, 'registry/tags/counter_1.0.0'))
        self.no_plan('no digest of `counter:1.0.0`')
        self.refused(plan, 'no digest of `counter:1.0.0`')

    def test_a_tag_that_was_moved(self):
        plan = self.r.plan()
        self.host.publish('counter:1.0.0', '1.0.0', content='built again')
        self.refused(plan, 'another image')

    def test_a_deploy_since_the_plan(self):
        plan = self.r.plan()
        self.host.publish('counter:1.2.0', '1.2.0')
        self.host.deploy('counter:1.2.0')
        self.refused(plan, 'make a new plan')

    def test_a_script_that_was_changed_since_the_plan(self):
        plan = self.r.plan()
        with open(os.path.join(self.host.root, 'deploy.sh'), 'a') as f:
            f.write('# better\n')
        self.refused(plan, 'was changed since the plan')

    def test_a_link_moved_by_hand(self):
        plan = self.r.plan()
        link = os.path.join(self.host.root, 'active_upstream.conf')
        os.remove(link)
        os.symlink('upstream.green.conf', link)
        self.refused(plan, 'the link says')

    def test_a_state_that_is_cut(self):
        plan = self.r.plan()
        keep = self.host.state()
        self.host.write('state.json', '')
        done = self.r.muster('run', plan, '--json')
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn('is empty', done.stdout)
        row(self, REFUSED, self.host)
        self.host.write('state.json', json.dumps(keep))

    def test_the_stop_file(self):
        plan = self.r.plan()
        self.host.write('stop-drills', '')
        self.refused(plan, 'told to stop')

    def test_a_deploy_that_is_under_way(self):
        plan = self.r.plan()
        with subprocess.Popen(['flock', '--no-fork', os.path.join(self.host.root, 'deploy.lock'), 'sleep', '4']) as holder:
            self.host.wait_for(lambda: self.host.deploy('counter:1.1.0', check=False) == 10, 'the lock')
            self.refused(plan, 'holds the deploy lock', UNPROVEN)
            holder.terminate()

    def test_a_second_drill(self):
        plan = self.r.plan()
        child = self.r.begin(plan)
        try:
            self.r.wait_for_step('baseline', 'intent')
            code, said = self.r.run(plan)
            self.assertEqual(code, UNPROVEN, said)
            self.assertIn('another drill', said['reason'])
            row(self, code, self.host)
        finally:
            out, _ = child.communicate(timeout=60)
        self.assertEqual(child.returncode, PASSED, out)

    def test_a_service_that_is_ill_already(self):
        plan = self.r.plan()
        self.host.write(f'flags/{self.host.state()["color"]}/unhealthy', '')
        self.refused(plan, '/healthz')


class Faults(unittest.TestCase):
    """Something goes wrong on the way: the service is back on its baseline, or on what somebody deployed."""

    def setUp(self):
        self.r = Rehearsal(timeout=5 if 'hangs' in self._testMethodName else 30)
        self.addCleanup(self.r.__exit__)
        self.host = self.r.host

    def ends(self, code, why, plan=None):
        with Load(self.host) as load:
            got, said = self.r.run(plan)
        self.assertEqual(got, code, said)
        self.assertIn(why, said['reason'])
        self.assertEqual(load.failed, [])
        row(self, got, self.host)

    def test_the_old_version_is_not_healthy(self):
        plan = self.r.plan()
        self.host.write('flags/green/unhealthy' if self.host.state()['color'] == 'blue' else 'flags/blue/unhealthy', '')
        self.ends(FAILED, 'it ended with 12', plan)
        self.assertTrue(self.host.settled_on('1.1.0'))

    def test_an_image_that_tells_another_version(self):
        self.host.publish('counter:1.0.0', '0.9.9')
        self.ends(FAILED, '0.9.9')
        self.assertTrue(self.host.settled_on('1.1.0'))

    def test_a_configuration_that_nginx_refuses(self):
        with open(os.path.join(self.host.root, 'host.conf'), 'a') as f:
            f.write('NGINX=./refuse.sh\n')
        self.host.write('refuse.sh', '#!/bin/sh\n[ "$1" != -t ] || exit 1\nexec ' + shutil.which('nginx', path='/usr/sbin:/usr/bin')
                        + ' "$@"\n', 0o755)
        self.ends(FAILED, 'it ended with 13')
        self.assertTrue(self.host.settled_on('1.1.0'))

    def test_a_reload_that_does_nothing(self):
        with open(os.path.join(self.host.root, 'host.conf'), 'a') as f:
            f.write('NGINX=/bin/true\n')
        self.ends(FAILED, 'it ended with 14')
        self.assertTrue(self.host.settled_on('1.1.0'))

    def deploy_between(self, name, phase):
        """A real deploy of 1.2.0 as soon as the drill has written that step."""
        self.host.publish('counter:1.2.0', '1.2.0')
        child = self.r.begin()
        self.r.wait_for_step(name, phase)
        codes = []
        while not codes or codes[-1] == 10:
            codes.append(self.host.deploy('counter:1.2.0', check=False))
        out, _ = child.communicate(timeout=60)
        return codes[-1], child.returncode, json.loads(out)

    def test_a_real_deploy_behind_the_rollback_stays(self):
        deployed, code, said = self.deploy_between('rollback', 'intent')
        self.assertEqual(deployed, 0)
        self.assertEqual(code, UNPROVEN, said)
        self.assertTrue(self.host.settled_on('1.2.0'))
        self.assertEqual(self.r.drills()[0]['outcome'], 'superseded')
        row(self, code, self.host)

    def test_a_real_deploy_before_the_rollback_stays(self):
        deployed, code, said = self.deploy_between('baseline', 'intent')
        self.assertEqual(deployed, 0)
        self.assertIn(code, (REFUSED, UNPROVEN), said)
        self.assertTrue(self.host.settled_on('1.2.0'))

    def test_a_real_deploy_while_the_drill_is_dead_stays(self):
        self.host.publish('counter:1.2.0', '1.2.0')
        child = self.r.begin()
        self.r.wait_for_step('rollback', 'done')
        # The watchdog is stopped, so that the deploy comes first.
        watchdogs = self.r.watchdogs()
        for pid in watchdogs:
            os.kill(pid, signal.SIGSTOP)
        kill_session(child.pid, child)
        self.host.deploy('counter:1.2.0')
        for pid in watchdogs:
            os.kill(pid, signal.SIGCONT)
        self.assertEqual(self.r.wait_until_closed(), 'watchdog')
        self.assertEqual(self.r.drills()[0]['outcome'], 'superseded')
        self.assertTrue(self.host.settled_on('1.2.0'))
        row(self, UNPROVEN, self.host)

    def test_the_next_drill_puts_an_open_one_right_first(self):
        plan = self.r.plan()
        child = self.r.begin(plan)
        self.r.wait_for_step('rollback', 'done')
        for pid in self.r.watchdogs():
            kill_session(pid)
        kill_session(child.pid, child)
        self.assertEqual(self.host.version(), '1.0.0')
        code, said = self.r.run(plan)
        # The service is back, by a change of its own: the old plan no longer fits.
        self.assertEqual(code, REFUSED, said)
        self.assertIn('make a new plan', said['reason'])
        self.assertEqual([drill['outcome'] for drill in self.r.drills()], ['refused', 'recovered'])
        self.assertTrue(self.host.settled_on('1.1.0'))
        self.assertEqual(self.r.run()[0], PASSED)

    def fill_up(self, journal):
        with open(os.path.join(os.path.dirname(journal), 'filler'), 'wb', buffering=0) as f, contextlib.suppress(OSError):
            while True:
                f.write(b'x' * 4096)

    @unittest.skipUnless(os.getuid() == 0, 'only root may mount')
    def test_a_journal_whose_disk_is_full_behind_the_rollback(self):
        small = os.path.join(self.r.folder.name, 'small')
        os.mkdir(small)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', small], check=True)
        self.addCleanup(subprocess.run, ['umount', '-l', small], check=False)
        journal = os.path.join(small, 'drills.db')
        plan = json.loads(self.r.muster('plan', 'counter', '--json', '--journal', journal).stdout)['id']
        child = subprocess.Popen([MUSTER, 'drill', 'run', plan, '--json', '--path', self.host.root, '--journal', journal],
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.kill)
        self.host.wait_for(lambda: self.host.version() == '1.0.0', 'the old version', 30)
        self.fill_up(journal)
        out, _ = child.communicate(timeout=90)
        self.assertEqual(child.returncode, UNPROVEN, out)
        self.assertIn('journal', json.loads(out)['reason'])
        self.assertTrue(self.host.settled_on('1.1.0'))
        row(self, child.returncode, self.host)
        # Full before it begins: nothing is touched.
        before = self.host.state()
        done = self.r.muster('run', plan, '--json', '--journal', journal)
        self.assertIn(done.returncode, (REFUSED, UNPROVEN), done.stdout)
        self.assertEqual(self.host.state(), before)

    def test_an_operator_who_interrupts_it(self):
        child = self.r.begin()
        self.r.wait_for_step('rollback', 'intent')
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=60)
        self.assertIn(child.returncode, (PASSED, FAILED), out)
        self.assertTrue(self.host.settled_on('1.1.0'))
        row(self, child.returncode, self.host)

    def test_a_script_that_hangs_on_the_lock_is_named(self):
        child = self.r.begin()
        self.r.wait_for_step('rollback', 'done')
        watchdogs = self.r.watchdogs()
        kill_session(child.pid, child)
        for pid in watchdogs:
            os.kill(pid, signal.SIGKILL)
        state = self.host.state()
        with subprocess.Popen(['flock', '--no-fork', os.path.join(self.host.root, 'deploy.lock'), 'sleep', '100']) as holder:
            # The lock is waited for as long as a deploy may take.
            done = self.r.muster('resume', '--json', timeout=90)
            self.assertEqual(done.returncode, STUCK, done.stdout)
            self.assertIn('holds the deploy lock', done.stdout)
            self.assertEqual(self.host.state(), state)
            row(self, STUCK, self.host)
            holder.terminate()
        self.assertEqual(self.r.drills()[0]['state'], 'stuck')
        done = self.r.muster('resume', '--json')
        self.assertEqual(done.returncode, FAILED, done.stdout)
        self.assertTrue(self.host.settled_on('1.1.0'))


class Production(unittest.TestCase):
    """Without an approval of just this plan, in its window, and without a rehearsal below production: exit 2, no trace but the refusal."""

    def setUp(self):
        self.r = Rehearsal()
        self.addCleanup(self.r.__exit__)
        self.host = self.r.host
        key = os.path.join(self.host.root, 'bob')
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key], check=True)
        with open(key + '.pub') as f:
            self.host.write('approvers', 'bob@example.com ' + f.read())
        self.key = key

    def production(self, more=''):
        with open(os.path.join(self.host.root, 'muster.yaml')) as f:
            text = f.read()
        self.host.write('muster.yaml', text.replace('staging: {class: staging}', 'staging: {class: production}')
                        + '    approvers: approvers\n' + more)
        return self.r.plan()

    def approve(self, plan, expires='2099-01-01T00:00:00Z', key=None):
        words = ['approve', plan, '--by', 'bob@example.com', '--expires', expires]
        text = self.r.muster(*words).stdout
        path = os.path.join(self.host.root, 'approval.txt')
        self.host.write('approval.txt', text)
        if os.path.exists(path + '.sig'):
            os.remove(path + '.sig')
        subprocess.run(['ssh-keygen', '-q', '-Y', 'sign', '-f', key or self.key, '-n', 'muster-drill', path], check=True,
                       stderr=subprocess.DEVNULL)
        return self.r.muster(*words, '--signature', path + '.sig')

    def refused(self, plan, why):
        before, apps, count = self.host.state(), self.host.apps(), len(self.r.drills())
        code, said = self.r.run(plan)
        self.assertEqual(code, REFUSED, said)
        self.assertIn(why, said['reason'])
        self.assertEqual((self.host.state(), self.host.apps()), (before, apps))
        drills = self.r.drills()
        self.assertEqual([drill['outcome'] for drill in drills[:len(drills) - count]], ['refused'])

    def test_production_without_an_approval_or_without_a_rehearsal_below_it(self):
        plan = self.production()
        self.refused(plan, 'nobody approved')
        self.assertEqual(self.approve(plan).returncode, 0)
        self.refused(plan, 'need a passed drill of the same path in development or staging')
        row(self, REFUSED, self.host)

    def test_production_rehearsed_below_and_approved(self):
        self.assertEqual(self.r.run()[0], PASSED)
        plan = self.production()
        self.assertEqual(self.approve(plan).returncode, 0)
        code, said = self.r.run(plan)
        self.assertEqual(code, PASSED, said)
        row(self, code, self.host)
        # The drill itself is a change: the approval was of the plan before.
        self.refused(self.r.plan(), 'nobody approved')

    def test_production_with_an_approval_by_a_stranger_or_of_another_plan_or_expired(self):
        self.assertEqual(self.r.run()[0], PASSED)
        plan = self.production()
        other = os.path.join(self.host.root, 'mallory')
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', other], check=True)
        self.assertEqual(self.approve(plan, key=other).returncode, 2)
        self.refused(plan, 'nobody approved')
        self.host.publish('counter:0.9.0', '0.9.0')
        self.assertEqual(self.approve(self.r.plan('--to', 'counter:0.9.0')).returncode, 0)
        self.refused(plan, 'nobody approved')
        self.assertEqual(self.approve(plan, expires='2020-01-01T00:00:00Z').returncode, 0)
        self.refused(plan, 'expired')
        row(self, REFUSED, self.host)

    def test_production_outside_its_window(self):
        day = time.gmtime(time.time() + 2 * 86400).tm_wday
        name = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[day]
        plan = self.production(f'    windows: ["{name} 00:00-00:01"]\n')
        self.refused(plan, 'outside the windows')
        row(self, REFUSED, self.host)


if __name__ == '__main__':
    skip_without_tools()
    # They wait more than they compute: several at once, each in a process of its own.
    sys.exit(unittest.main(verbosity=0) if len(sys.argv) > 1 else run_at_once(__file__, (Clean, Refusals, Faults, Production)))
