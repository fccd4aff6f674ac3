"""Starts a simulator and talks to it, for its tests. Only inside `keeper.run`."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import keeper
from api import KEY, SECRET

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PREFIXES = {"ecs": "AmazonEC2ContainerServiceV20141113", "ecr": "AmazonEC2ContainerRegistry_V20150921", "ssm": "AmazonSSM"}


class Refused(Exception):
    def __init__(self, status, body):
        self.status, self.code, self.message = status, body.get("__type", body.get("error")), body.get("message")
        super().__init__(f"{status} {self.code}: {self.message}")


def wait(condition, seconds=15, what=""):
    """What `condition` gives once it is something."""
    end = time.monotonic() + seconds
    while True:
        got = condition()
        if got:
            return got
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.03)


class Simulator:
    """`program`: server.py of a folder of tests. `env`: variables with which a client of AWS reaches it and nothing else."""

    def __init__(self, program, seed, *options, api="ecs"):
        self.folder, self.api = tempfile.mkdtemp(), api
        seed_file, port_file = os.path.join(self.folder, "seed.json"), os.path.join(self.folder, "url")
        with open(seed_file, "w") as file:
            json.dump(seed, file)
        self.process = keeper.spawn([sys.executable, os.path.join(TESTS, program), "--seed", seed_file, "--port-file", port_file, "--tether", *options],
                                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        wait(lambda: os.path.exists(port_file) or self.process.poll() is not None, 30, f"{program} is up")
        assert self.process.poll() is None, f"{program} ended with {self.process.returncode}"
        with open(port_file) as file:
            self.url = file.read().strip()
        self.env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "AWS_ENDPOINT_URL": self.url, "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1",
                    "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
                    "AWS_SHARED_CREDENTIALS_FILE": os.devnull}

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        shutil.rmtree(self.folder)

    def post(self, path, body, headers):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            text = error.read()
            raise Refused(error.code, json.loads(text) if text.startswith(b"{") else {"__type": text.decode()}) from None

    def call(self, action, api=None, **members):
        prefix = PREFIXES[api or self.api]
        return self.post("/", members, {"X-Amz-Target": f"{prefix}.{action}", "Content-Type": "application/x-amz-json-1.1"})

    def control(self, name, body=None):
        return self.post("/_sim/" + name, {} if body is None else body, {})

    def boto(self, service):
        """A client of boto3; None where that is not installed."""
        try:
            import boto3
            import botocore.config
        except ImportError:
            return None
        config = botocore.config.Config(retries={"max_attempts": 4, "mode": "standard"})
        return boto3.client(service, endpoint_url=self.url, region_name="eu-central-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET, config=config)

    def cli(self, *words):
        """The aws CLI: its exit code and output; None where it is not installed."""
        if not shutil.which("aws"):
            return None
        done = subprocess.run(["aws", "--endpoint-url", self.url, "--output", "json", *words], env=self.env, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr
