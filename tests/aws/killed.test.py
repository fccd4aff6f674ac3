"""A collection that is killed at random moments: its folder is missing, or says that it is not finished and can be finished, or is whole.
Run with MUSTER=<muster>; ctest does. MUSTER_KILLS is how often (15), MUSTER_SEED repeats a run."""
import collections
import concurrent.futures
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import beside  # noqa: E402
import server  # noqa: E402

MUSTER = os.environ["MUSTER"]
KILLS = int(os.environ.get("MUSTER_KILLS", "15"))
SEED = int(os.environ.get("MUSTER_SEED", str(random.randrange(1 << 30))))
AT_ONCE = 5
TIMES = ("started_at", "collected_at")


class Killed(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.servers = [server.Aws() for _ in range(AT_ONCE)]
        self.aws = self.servers[0]
        for aws in self.servers:
            aws.delay = 0.01

    def tearDown(self):
        for aws in self.servers:
            aws.close()
        shutil.rmtree(self.folder)

    def start(self, out, *words, aws=None):
        aws = aws or self.aws
        env = {"PATH": os.environ["PATH"], "HOME": self.folder, "AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true",
               "AWS_ACCESS_KEY_ID": server.KEY, "AWS_SECRET_ACCESS_KEY": server.SECRET, "AWS_ENDPOINT_URL": aws.url()}
        aws.reports = 1
        return subprocess.Popen([MUSTER, "collect", "aws", "--out", out, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def collect(self, out, *words, aws=None):
        process = self.start(out, *words, aws=aws)
        _, errors = process.communicate(timeout=120)
        return process.returncode, errors

    def audit(self, out):
        empty = os.path.join(self.folder, "empty")
        os.makedirs(empty, exist_ok=True)
        done = subprocess.run([MUSTER, "audit", empty, "--facts", out, "--json", "--fail-on", "critical", "--out", out + "-report",
                               "--history", out + "-history.db"], capture_output=True, text=True, timeout=120)
        return done.returncode, json.loads(done.stdout)

    def files(self, out):
        """Every file of a folder, its times left out."""
        found = {}
        for top, _, names in os.walk(out):
            for name in names:
                path = os.path.join(top, name)
                with open(path) as file:
                    text = file.read()
                if name == "manifest.json":
                    text = json.dumps({key: value for key, value in json.loads(text).items() if key not in TIMES})
                found[os.path.relpath(path, out)] = text
        return found

    def state(self, out):
        """`absent`, `unfinished` or `whole`."""
        manifest = os.path.join(out, "manifest.json")
        if not os.path.exists(manifest):
            self.assertTrue(all(name.startswith("manifest.json.") for name in (os.listdir(out) if os.path.exists(out) else [])), os.path.exists(out))
            return "absent"
        with open(manifest) as file:
            return "whole" if json.load(file)["finished"] else "unfinished"

    def test_at_any_moment(self):
        print(f"MUSTER_SEED={SEED} MUSTER_KILLS={KILLS}", file=sys.stderr)
        chance = random.Random(SEED)
        fresh = os.path.join(self.folder, "fresh")
        begun = time.monotonic()
        self.assertEqual(self.collect(fresh)[0], 0)
        whole_run = time.monotonic() - begun
        self.expected = self.files(fresh)
        moments = [chance.uniform(0, whole_run * 1.05) for _ in range(KILLS)]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            states = list(pool.map(lambda first: [self.kill(number, moments[number], self.servers[first]) for number in range(first, KILLS, AT_ONCE)], range(AT_ONCE)))
        seen = collections.Counter(state for some in states for state in some)
        print(seen, file=sys.stderr)
        self.assertGreater(seen["unfinished"], 0)

    def kill(self, number, moment, aws):
        """Kills one collection, looks at its folder, finishes it."""
        out = os.path.join(self.folder, str(number))
        process = self.start(out, aws=aws)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        state = self.state(out)
        if state == "unfinished":
            code, report = self.audit(out)
            self.assertEqual(code, 3)
            self.assertIn("not finished", json.dumps(report["not_covered"]))
        if state != "whole":
            self.assertEqual(self.collect(out, aws=aws), (0, self.collect_notes))
        found = self.files(out)
        if state == "whole":
            # The journal goes behind the last manifest.
            found.pop("unfinished.journal", None)
        self.assertEqual(found, self.expected)
        return state

    @property
    def collect_notes(self):
        return "note: not read: resource control policies: organizations ListPoliciesForTarget, account 111122223333, eu-central-1: " \
               "policies of this kind are not in use\n"

    def interrupted(self):
        """A folder whose collection ended before its manifest could."""
        out = os.path.join(self.folder, "out")
        self.aws.faults = {"DescribeInstances": ["slow"] * 9}
        process = self.start(out)
        while not os.path.exists(os.path.join(out, "iam", "credential-report.json")):
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertEqual(self.state(out), "unfinished")
        return out

    def test_what_is_there_is_not_asked_for_again(self):
        out = self.interrupted()
        self.aws.reset()
        self.assertEqual(self.collect(out)[0], 0)
        asked = {call[1] for call in self.aws.calls}
        self.assertIn("DescribeInstances", asked)
        self.assertTrue(asked.isdisjoint({"GetAccountAuthorizationDetails", "GetOpenIDConnectProvider", "GetCredentialReport"}), asked)

    def test_what_was_changed_since_is_asked_for_again(self):
        out = self.interrupted()
        with open(os.path.join(out, "iam", "authorization-details-1.json"), "a") as file:
            file.write(" ")
        self.aws.reset()
        self.assertEqual(self.collect(out)[0], 0)
        self.assertIn("GetAccountAuthorizationDetails", {call[1] for call in self.aws.calls})

    def test_what_is_no_longer_there_goes_and_what_is_not_ours_stays(self):
        out = self.interrupted()
        for name in ("ecr/gone.json", "ecr/gone.json.abcdef", "mine.json"):
            os.makedirs(os.path.dirname(os.path.join(out, name)), exist_ok=True)
            with open(os.path.join(out, name), "w") as file:
                file.write("{}")
        with open(os.path.join(out, "unfinished.journal"), "a") as file:
            file.write("0" * 64 + " ecr/gone.json\n" + "0" * 64 + " ../outside.json\n" + "00")
        with open(os.path.join(self.folder, "outside.json"), "w") as file:
            file.write("{}")
        self.assertEqual(self.collect(out)[0], 0)
        left = self.files(out)
        self.assertIn("mine.json", left)
        self.assertTrue(set(left).isdisjoint({"ecr/gone.json", "ecr/gone.json.abcdef", "unfinished.journal"}))
        self.assertTrue(os.path.exists(os.path.join(self.folder, "outside.json")))

    def test_another_collection_is_refused_with_its_reason(self):
        out = self.interrupted()
        before = self.files(out)
        manifest = os.path.join(out, "manifest.json")
        with open(manifest) as file:
            ours = file.read()
        for change, words, reason in ((("111122223333", "999988887777"), [], "is of account 999988887777, not of 111122223333"),
                                      (None, ["--region", "eu-west-1"], "of other regions"),
                                      (('"program": "', '"program": "9'), [], "another version of muster"),
                                      (("false", "true"), [], "a collection that is finished"),
                                      (("muster_facts", "other"), [], "not one of a collection"), (("{", ""), [], "not one of a collection")):
            with self.subTest(reason):
                with open(manifest, "w") as file:
                    file.write(ours.replace(*change) if change else ours)
                code, errors = self.collect(out, *words)
                self.assertEqual(code, 2)
                self.assertIn(reason, errors)
        with open(manifest, "w") as file:
            file.write(ours)
        self.assertEqual(self.files(out), before)


if __name__ == "__main__":
    beside.main()
