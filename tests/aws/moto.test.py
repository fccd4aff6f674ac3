"""A collection from an account of moto, behind a proxy that checks every signature. Both must be there: MUSTER_SHARED leads to tools/aws with
the proxy and the account, and `moto_server` is installed; skipped otherwise. Run with MUSTER=<muster>; ctest does."""
import collections
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

MUSTER = os.environ["MUSTER"]
TOOLS = os.path.join(os.environ.get("MUSTER_SHARED", ""), "tools", "aws")
# What moto does not have, or answers in a form that AWS does not have.
LACKING = {"ecr:DescribeRepositoryCreationTemplates", "ecr_public:DescribeRepositories", "ecs:ListServiceDeployments", "s3:GetBucketPolicyStatus", "s3:GetBucketVersioning"}
SECRETS = ("hunter2", "plain-text-secret", "mysql://u:p@h")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(url):
    for _ in range(100):
        try:
            return urllib.request.urlopen(url, timeout=5).read()
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


class Moto(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.programs = []
        ports = free_port(), free_port()
        cls.manifest, cls.calls = os.path.join(cls.folder, "manifest.json"), os.path.join(cls.folder, "calls.jsonl")
        cls.moto, cls.proxy = (f"http://127.0.0.1:{port}" for port in ports)
        cls.start({"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_ECS_SERVICE_RUNNING": "2"}, "moto_server", "-H", "127.0.0.1", "-p", str(ports[0]))
        wait_for(cls.moto + "/moto-api/")
        subprocess.run([sys.executable, os.path.join(TOOLS, "seed_moto.py"), "--endpoint", cls.moto, "--out", cls.manifest], check=True, capture_output=True, timeout=120)
        cls.start({}, sys.executable, os.path.join(TOOLS, "awsproxy.py"), "--listen", f"127.0.0.1:{ports[1]}", "--upstream", cls.moto, "--verify", cls.manifest,
                  "--log", cls.calls)
        wait_for(cls.proxy + "/_proxy/stats")

    @classmethod
    def start(cls, more, *words):
        cls.programs.append(subprocess.Popen(words, env={**os.environ, **more}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    @classmethod
    def tearDownClass(cls):
        for program in cls.programs:
            program.kill()
            program.wait()
        shutil.rmtree(cls.folder)

    def test_a_collection_is_signed_right_and_holds_the_account(self):
        with open(self.manifest) as file:
            seeded = json.load(file)
        out = os.path.join(self.folder, "facts")
        env = {"PATH": os.environ["PATH"], "HOME": self.folder, "AWS_REGION": seeded["region"], "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "2",
               "AWS_ENDPOINT_URL": self.proxy, "AWS_ACCESS_KEY_ID": seeded["auditor"]["id"], "AWS_SECRET_ACCESS_KEY": seeded["auditor"]["secret"]}
        done = subprocess.run([MUSTER, "collect", "aws", "--out", out, "--verbose"], env=env, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 3, done.stderr)
        with open(os.path.join(out, "manifest.json")) as file:
            manifest = json.load(file)
        self.assertEqual({row["call"] for row in manifest["not_read"] if row["needed"]}, LACKING)
        with open(self.calls) as file:
            statuses = collections.Counter(json.loads(line)["status"] for line in file)
        self.assertEqual(statuses[403], 0, statuses)
        texts = {"log": done.stderr}
        for file in manifest["files"]:
            with open(os.path.join(out, file["path"])) as found:
                texts[file["path"]] = found.read()
        self.assertEqual([name for name, text in texts.items() if any(secret in text for secret in SECRETS)], [])
        made = {kind: len(things) for kind, things in seeded["made"].items()}
        found = lambda name, member: len(json.loads(texts[name])[member])
        region = seeded["region"]
        self.assertEqual((found(f"ecr/{region}/repositories.json", "repositories"), found("s3/aws-global/buckets.json", "Buckets")), (5, 4), made)
        self.assertEqual((found(f"secretsmanager/{region}/secrets.json", "SecretList"), found(f"ssm/{region}/parameters.json", "Parameters")), (3, 3))


if __name__ == "__main__":
    if not os.path.isdir(TOOLS) or not shutil.which("moto_server"):
        print("skipped: MUSTER_SHARED or moto_server is missing")
        sys.exit(0)
    unittest.main()
