"""What scripts/drill-demo shows. Usage: demo.py MUSTER FOLDER"""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'drills'))
os.environ['MUSTER'] = sys.argv[1]
from rehearsal import Load, kill_session  # noqa: E402

from host import Host  # noqa: E402


def say(text):
    print(text, flush=True)


def muster(host, *words):
    return subprocess.run([sys.argv[1], 'drill', *words, '--path', host.root], capture_output=True, text=True)


def rehearse(host):
    plan = muster(host, 'plan', 'counter')
    say(plan.stdout)
    done = muster(host, 'run', plan.stdout.split()[1])
    say(done.stderr + done.stdout)
    return done.returncode


def kill_one(host):
    plan = json.loads(muster(host, 'plan', 'counter', '--json').stdout)['id']
    child = subprocess.Popen([sys.argv[1], 'drill', 'run', plan, '--path', host.root], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, start_new_session=True)
    host.wait_for(lambda: host.version() == '1.0.0', 'the old version')
    kill_session(child.pid, child)
    began = time.monotonic()
    say('    killed while 1.0.0 serves; the watchdog is on its own now')
    host.wait_for(lambda: json.loads(muster(host, 'list', '--json').stdout)['drills'][0]['state'] == 'closed', 'the watchdog', 60)
    say(f'    {time.monotonic() - began:.1f} s later the drill is closed, and visitors get {host.version()}')
    return host.settled_on('1.1.0')


def main():
    host = Host(os.path.join(sys.argv[2], 'host'))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        say(f'==> a blue/green service in {host.root}, visitors at 200 requests a second\n')
        with Load(host, 200) as load:
            passed = rehearse(host) == 0
            say('==> a second drill, killed in the middle (kill -9)')
            restored = kill_one(host)
        say(f'    {load.sent} requests of these visitors in all, {len(load.failed)} failed\n')
        say('==> muster drill list')
        say(muster(host, 'list').stdout)
        evidence = os.path.join(sys.argv[2], 'evidence.json')
        with open(evidence, 'w') as f:
            f.write(muster(host, 'list', '--json').stdout)
        say(f'Evidence: {evidence}\nJournal:  {host.root}/.muster/drills.db')
        return 0 if passed and restored and not load.failed else 1
    finally:
        host.close()


if __name__ == '__main__':
    sys.exit(main())
