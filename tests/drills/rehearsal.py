"""What the tests of drills share: a blue/green host, and `muster drill` run against it as an operator would."""
import concurrent.futures
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'drill_host'))
from host import NGINX, Host  # noqa: E402

MUSTER = os.environ.get('MUSTER', 'build/test/muster')


def skip_without_tools():
    missing = [tool for tool in ('curl', 'flock', 'pgrep') if not shutil.which(tool)] + ([] if NGINX else ['nginx'])
    if missing:
        print('skipped: no ' + ', '.join(missing))
        sys.exit(0)


class Rehearsal:
    """A host in a folder of its own with its journal; use it as a context."""

    def __init__(self, **options):
        self.folder = tempfile.TemporaryDirectory(prefix='muster-drill-')
        self.host = Host(os.path.join(self.folder.name, 'host'), **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.host.close()
        for _ in range(20):  # a watchdog that is ending may still hold its journal open
            try:
                self.folder.cleanup()
                return
            except OSError:
                time.sleep(0.1)

    def muster(self, *words, timeout=120):
        return subprocess.run([MUSTER, 'drill', *words, '--path', self.host.root], capture_output=True, text=True, timeout=timeout)

    def json(self, *words):
        done = self.muster(*words, '--json')
        return json.loads(done.stdout)

    def plan(self, *more):
        done = self.muster('plan', 'counter', '--json', *more)
        if done.returncode:
            raise RuntimeError(f'plan ended with {done.returncode}: {done.stderr}')
        return json.loads(done.stdout)['id']

    def run(self, plan=None):
        """(exit code, what it says as JSON)"""
        done = self.muster('run', plan or self.plan(), '--json')
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {'stderr': done.stderr}

    def begin(self, plan=None, before=()):
        """A drill under way, in a session of its own."""
        return subprocess.Popen([*before, MUSTER, 'drill', 'run', plan or self.plan(), '--json', '--path', self.host.root],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def drills(self):
        return self.json('list')['drills']

    def steps(self):
        return [(step['name'], step['phase']) for step in self.json('status')['steps']]

    def wait_for_step(self, name, phase, seconds=20):
        Host.wait_for(lambda: self.drills() and (name, phase) in self.steps(), f'{name}/{phase}', seconds)

    def watchdogs(self):
        found = subprocess.run(['pgrep', '-f', f'drill watch --journal {self.host.root}'], capture_output=True, text=True).stdout
        return [int(pid) for pid in found.split()]

    def wait_until_closed(self, seconds=40):
        """By the watchdog; by a resume where none was armed yet, or none is left. Returns who."""
        Host.wait_for(lambda: not self.watchdogs(), 'the watchdog', seconds)
        if all(drill['state'] == 'closed' for drill in self.drills()):
            return 'watchdog'
        done = self.muster('resume', '--json')
        if done.returncode != 1:
            raise RuntimeError(f'resume ended with {done.returncode}: {done.stdout}{done.stderr}')
        return 'resume'


def session_of(pid):
    """All living processes of the session that `pid` leads."""
    found = []
    for entry in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{entry}/stat') as f:
                fields = f.read().rsplit(')', 1)[1].split()
        except OSError:
            continue
        if fields[0] != 'Z' and fields[3] == str(pid):
            found.append(int(entry))
    return found


def kill_session(leader, child=None):
    """SIGKILL for all processes of a session, again until none is left. A drill's session has what it runs in it, but not its
    watchdog, which has one of its own, and not the apps, as containers would not be. `child`: the leader, when it is ours to reap."""
    while True:
        alive = [pid for pid in session_of(leader) if child is None or pid != leader or child.poll() is None]
        for pid in alive:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if not alive:
            break
        time.sleep(0.002)
    if child is not None:
        child.communicate()


VERDICTS = ('passed', 'failed', 'refused', 'unproven', 'stuck')
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs', 'drill-faults.md')
HEAD = """<!-- Written by tests/drills/blue_green.test.py (MUSTER_UPDATE=1). -->
# What goes wrong in a drill, and what comes of it

Each line was played on a real blue/green host ([what a drill is](drills.md)), beside visitors of whom none lost a request where the drill touched anything.

| what happens | exit code | verdict | what runs at the end |
|---|---|---|---|
"""


def row(test, code, host):
    """One line of the table, of the test that is running."""
    what = test.id().split('.')[-1].removeprefix('test_').replace('_', ' ')
    print(f'| {what} | {code} | {VERDICTS[code]} | {host.version() or "nothing"} |')


def run_at_once(script, classes, jobs=5):
    """Every test of the classes in a process of its own, so many at once; holds the rows that they print against the table in docs/. Returns the
    exit code of them all."""
    names = [f'{one.__name__}.{name}' for one in classes for name in unittest.TestLoader().getTestCaseNames(one)]

    def run(name):
        return name, subprocess.run([sys.executable, script, name], capture_output=True, text=True)

    failed, rows = 0, ''
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for name, done in pool.map(run, names):
            failed += done.returncode != 0
            rows += ''.join(line + '\n' for line in done.stdout.splitlines() if line.startswith('| '))
            said = [line for line in done.stdout.splitlines() if not line.startswith('| ')]
            print('\n'.join(said) if done.returncode == 0 else f'FAILED {name}\n{done.stdout}{done.stderr}', end='\n' if said else '')
    print(f'{len(names)} tests, {failed} failed')
    if os.environ.get('MUSTER_UPDATE') and not failed:
        with open(TABLE, 'w') as f:
            f.write(HEAD + rows)
    with open(TABLE) as f:
        same = f.read() == HEAD + rows
    if not same and not failed:
        print('docs/drill-faults.md says something else than was seen; MUSTER_UPDATE=1 writes it anew')
    return 0 if same and not failed else 1


class Load:
    """Visitors: a fixed rate of requests on fresh connections from a thread of this process; counts what failed."""

    def __init__(self, host, rate=100):
        self.host, self.period, self.sent, self.failed, self.done = host, 1 / rate, 0, [], threading.Event()
        self.thread = threading.Thread(target=self.ask)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    def ask(self):
        while not self.done.wait(self.period):
            self.sent += 1
            try:
                self.host.get('/version')
            except OSError as error:
                self.failed.append((time.time(), str(error)))
