"""A rolling replacement of real tasks behind a real nginx loses no request of a steady probe."""
import tempfile
import threading
import time
import urllib.request

import targets
from targets import keeper


def probe(port, done, seen):
    while not done.is_set():
        try:
            with urllib.request.urlopen(f'http://127.0.0.1:{port}/version', timeout=3) as answer:
                seen.append(answer.headers['X-Version'])
        except OSError as error:
            seen.append(f'lost: {error}')
        time.sleep(0.005)


def answers(port):
    try:
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/version', timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, 'nothing answered within 5 s'
        time.sleep(0.02)


def main():
    if not targets.NGINX:
        print('skipped: nginx is missing')
        return
    with tempfile.TemporaryDirectory() as root:
        group, seen, done = targets.TargetGroup(root), [], threading.Event()
        tasks = [targets.Process('1', root) for _ in range(2)]
        load = threading.Thread(target=probe, args=(group.port, done, seen))
        try:
            wait(lambda: all(t.healthy() for t in tasks))
            group.set_ports([t.port for t in tasks])
            wait(lambda: answers(group.port))
            load.start()
            for i in range(2):
                new, old = targets.Process('2', root), tasks[i]
                tasks[i] = new
                wait(new.healthy)
                group.set_ports([t.port for t in tasks])
                old.stop()
            time.sleep(0.3)
        finally:
            done.set()
            if load.is_alive():
                load.join()
            for task in tasks:
                task.stop()
            group.close()
    lost = [s for s in seen if s.startswith('lost')]
    assert not lost, lost[:3]
    assert seen[0] == '1' and seen[-1] == '2', (seen[0], seen[-1])
    print(f'{len(seen)} requests, 0 lost')


keeper.run(main)
