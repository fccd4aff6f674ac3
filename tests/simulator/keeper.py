"""Nothing outlives a program that runs in here: `run(main)` calls main() in a child, and whatever the child starts with `spawn`, daemons of daemons included, ends with it.

Two processes watch each other: the one that was started, which does nothing but wait, and its child, which does the work in a session of its own. Both are "child
subreapers", so that a process whose parent is gone becomes theirs. Whichever of the two is killed, with -9 or by its whole process group, the other kills all that is
left. Only both killed at the same moment leave something behind. Linux alone.
"""
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

_PR_SET_CHILD_SUBREAPER = 36
_spawning = threading.Lock()
_own = {}
_inside = False
_ending = False
_scratch = []


def spawn(*args, **options):
    """`subprocess.Popen` of a process that ends with this program."""
    assert _inside, "only what runs in keeper.run may start processes"
    with _spawning:
        child = subprocess.Popen(*args, **options)
        _own[child.pid] = child
    return child


def scratch(prefix):
    """A new folder that is gone when all is; to be called before `run`."""
    _scratch.append(tempfile.mkdtemp(prefix=prefix))
    return _scratch[-1]


def family(pid):
    """Every descendant of a process, zombies too."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    # The name of the program, in brackets, may hold blanks and brackets.
                    parent = int(file.read().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            children.setdefault(parent, []).append(int(name))
    found, todo = [], [pid]
    while todo:
        found += children.get(todo[0], [])
        todo += children.get(todo.pop(0), [])
    return found


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(main, tether=False, reap=False):
    """Calls main() in a child and exits with what it returns (nothing is 0) or exits with. SIGTERM ends everything, exit code 0. With `tether` so does the end of
    standard input. With `reap` a daemon that ended is gone for those who ask the kernel whether it lives; every process must then be started with `spawn`, or its exit
    code may be lost. Must be called before threads are started."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    ours, theirs = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(theirs)
        _work(main, ours, reap)
    os.close(ours)
    _wait(child, theirs, tether)


def _wait(child, pipe, tether):
    ended = []

    def end(*_):
        if not ended:
            ended.append(True)
            os.close(pipe)

    def follow():
        while os.read(0, 4096):
            pass
        # In the main thread, where it cannot meet itself.
        os.kill(os.getpid(), signal.SIGTERM)

    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(one, end)
    if tether:
        threading.Thread(target=follow, daemon=True).start()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    _sweep()
    os._exit(0 if ended else code if code >= 0 else 128 - code)


def _work(main, pipe, reap):
    global _inside
    _inside = True
    os.setsid()
    # A child does not inherit it.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()
    if reap:
        threading.Thread(target=_reap, daemon=True).start()
    code = 1
    try:
        code = main() or 0
    except SystemExit as exit:
        code = exit.code if isinstance(exit.code, int) else 0 if exit.code is None else 1
    except BaseException:
        # What goes wrong because all is being taken away is no news.
        if not _ending:
            traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        _sweep()
        os._exit(code)


def _end_with(pipe):
    os.read(pipe, 1)
    _sweep()
    os._exit(0)


def _reap():
    """Nobody else waits for a process that became ours when its parent ended."""
    while True:
        time.sleep(0.02)
        with _spawning:
            while True:
                try:
                    ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                except ChildProcessError:
                    break
                if ended is None:
                    break
                child = _own.get(ended.si_pid)
                if child is None:
                    os.waitpid(ended.si_pid, os.WNOHANG)
                elif child.poll() is None:
                    break  # another thread is about to take it
                else:
                    del _own[ended.si_pid]


def _sweep():
    """Kills every descendant. Nothing is started any more afterwards, and a second caller waits for the end of the process."""
    global _ending
    _ending = True
    _spawning.acquire()
    while left := family(os.getpid()):
        for pid in left:
            kill(pid)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        time.sleep(0.002)
    for folder in _scratch:
        for _ in range(50):
            # A thread that has not noticed may still write there.
            shutil.rmtree(folder, ignore_errors=True)
            if not os.path.exists(folder):
                break
            time.sleep(0.01)
