"""Runs a command as a child of its own, and ends it with all its children when whoever started this is gone.

Usage: keeper.py COMMAND... A plain PR_SET_PDEATHSIG on nginx would kill its master alone and leave the workers behind.
"""
import ctypes
import os
import signal
import subprocess
import sys


def main():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    os.setsid()
    child = subprocess.Popen(sys.argv[1:])

    def end(*_):
        child.terminate()
        try:
            child.wait(3)
        except subprocess.TimeoutExpired:
            pass
        os.killpg(0, signal.SIGKILL)

    signal.signal(signal.SIGTERM, end)
    sys.exit(child.wait())


if __name__ == '__main__':
    main()
