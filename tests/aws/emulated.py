"""An emulated AWS account: moto_server, what five teams built in it, gaps.py before it and a proxy before that which checks every signature.

  emulated.py SHARED FOLDER COMMAND…     runs COMMAND with the variables that lead to the account, and ends with its exit code; 3 when something is missing

SHARED is the folder with tools/aws (seed_moto.py, awsproxy.py); FOLDER gets logs, the manifest of what was built (seed.json) and the calls (calls.jsonl).
Nothing leaves the machine, and everything that was started is stopped.
"""
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

GAPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gaps.py")
SETTINGS = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_ECS_SERVICE_RUNNING": "2"}


class Missing(Exception):
    """Something that must be there is not; the text says what, and how to get it."""


def require(shared):
    """The folder with the tools."""
    tools = os.path.join(shared, "tools", "aws")
    if not os.path.isfile(os.path.join(tools, "awsproxy.py")):
        raise Missing(f"there is no {tools}/awsproxy.py; MUSTER_SHARED must name the folder of test data")
    if not shutil.which("moto_server") or not importlib.util.find_spec("boto3"):
        raise Missing("moto_server or boto3 is not installed: pip install 'moto[server]' boto3")
    return tools


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Account:
    """Starts everything on entering, stops it on leaving. Endpoints: `moto`, `gaps` (both take any signature), `proxy`. `seed` and `front`: more options for
    what fills the account and for the proxy."""

    def __init__(self, shared, folder, seed=(), front=()):
        self.seed, self.front = seed, front
        self.tools, self.folder, self.programs = require(shared), folder, []
        self.moto, self.gaps, self.proxy = (f"http://127.0.0.1:{port}" for port in free_ports(3))
        self.seeded = {}

    def __enter__(self):
        try:
            self.start("moto", "/moto-api/", "moto_server", "-H", "127.0.0.1", "-p", self.moto.rpartition(":")[2])
            with open(self.path("seed.log"), "w") as log:
                made = subprocess.run([sys.executable, os.path.join(self.tools, "seed_moto.py"), "--endpoint", self.moto, "--out", self.path("seed.json"), *self.seed], stdout=log,
                                      stderr=log, timeout=120)
            if made.returncode != 0:
                raise Missing(f"the account could not be filled; see {self.path('seed.log')}")
            with open(self.path("seed.json")) as file:
                self.seeded = json.load(file)
            self.start("gaps", "/moto-api/", sys.executable, GAPS, "--listen", self.gaps.partition("//")[2], "--upstream", self.moto)
            self.start("proxy", "/_proxy/stats", sys.executable, os.path.join(self.tools, "awsproxy.py"), "--listen", self.proxy.partition("//")[2], "--upstream",
                       self.gaps, "--verify", self.path("seed.json"), "--log", self.path("calls.jsonl"), *self.front)
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for program in reversed(self.programs):
            program.kill()
            program.wait()

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, name, probe, *words):
        log = self.path(name + ".log")
        with open(log, "w") as out:
            program = subprocess.Popen(words, env={**os.environ, **SETTINGS}, stdout=out, stderr=out)
        self.programs.append(program)
        end = time.monotonic() + 30
        while time.monotonic() < end and program.poll() is None:
            try:
                urllib.request.urlopen(getattr(self, name) + probe, timeout=5).read()
                return
            except OSError:
                time.sleep(0.1)
        raise Missing(f"{words[0]} does not answer; see {log}")

    def environment(self):
        """Leads to the account, and to no other."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**kept, "AWS_ENDPOINT_URL": self.proxy, "AWS_REGION": self.seeded["region"], "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_ACCESS_KEY_ID": self.seeded["auditor"]["id"], "AWS_SECRET_ACCESS_KEY": self.seeded["auditor"]["secret"]}


def main():
    shared, folder, *command = sys.argv[1:]
    try:
        with Account(shared, folder) as account:
            return subprocess.run(command, env=account.environment()).returncode
    except Missing as missing:
        print(f"emulated account: {missing}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
