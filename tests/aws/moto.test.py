"""A collection from an account of moto, behind a proxy that checks every signature, and what an audit finds in it: expected.json, and the tables of docs/demo.md.
Skipped where moto_server is not installed or MUSTER_SHARED does not lead to tools/aws with the proxy and the account. Run with MUSTER=<muster>; ctest does.
MUSTER_UPDATE=1 writes docs/demo.md."""
import base64
import collections
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import emulated  # noqa: E402

MUSTER = os.environ["MUSTER"]
SHARED = os.environ.get("MUSTER_SHARED", "")
# What the account has for values: in a container and a secret, in two parameters, in the user data of an instance.
USER_DATA = "export TOKEN=of-user-data-3f1c"
SECRETS = ("hunter2", "plain-text-secret", "mysql://u:p@h", USER_DATA, base64.b64encode(USER_DATA.encode()).decode())
PAGE = os.path.join(HERE, "..", "..", "docs", "demo.md")
HEAD = """<!-- Written by tests/aws/moto.test.py (MUSTER_UPDATE=1) from tests/aws/expected.json. -->
# A round on an emulated account

`scripts/demo` needs no AWS account. It starts moto, an emulator, with tests/aws/gaps.py before it (what moto lacks, from moto's own state) and a proxy that checks every
signature; fills the account with what five teams built, faults included; collects it; audits the facts beside tests/aws/pipeline, a repository that deploys to the account;
and ends with the audit's exit code, which is 1. It takes under a minute, and the report is `muster-demo/report/report.html`.

A test plays the same and compares it with the two tables: what was planted is found or has its reason, and nothing else is found than the second table lists. Whoever
adds a rule sees here what it finds in an account, and reads each finding before it goes into the second table.

## What was planted

| label of the seed | on | found by |
|---|---|---|
"""
ALSO = """
## What is found beside it

Each was read and is true.

| rule | on | why it is true |
|---|---|---|
"""
OPEN = """
## What is left open

"""
CLEAN = """
## On what nothing is found

Roles, instances and services in which nothing was planted; of the others of their kind the tables above tell. (Keys of KMS, rotation of
secrets and distributions are collected, and no rule of this version judges their settings.)

"""


def short(name):
    return name.replace("arn:aws:iam::111122223333:", "").replace("arn:aws:ecs:eu-central-1:111122223333:", "")


def page(table):
    planted = "".join(f"| {row['label']} | `{short(row['resource'])}` | " + (f"`{row['rule']}`" if "rule" in row else f"not found: {row['reason']}") + " |\n"
                      for row in table["expected"])
    also = "".join(f"| `{row['rule']}` | {', '.join(f'`{one}`' for one in row['on'])} | {row['reason']} |\n" for row in table["also"])
    left_open = "".join(f"- `{row['rule']}`: {row['reason']}\n" for row in table["undecided"])
    return HEAD + planted + ALSO + also + OPEN + left_open + CLEAN + "".join(f"- `{short(one)}`\n" for one in table["clean"])


def texts_below(*tops):
    """Every file as text, by its path."""
    found = {}
    for top in tops:
        for folder, _, names in os.walk(top):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    found[os.path.join(folder, name)] = file.read()
    return found


class Moto(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.account = cls.enterClassContext(emulated.Account(SHARED, cls.folder))
        import moves  # boto3 may be missing where the test is skipped
        cls.said = {}
        cls.moves = moves.Moves(cls.account)
        cls.moves.prepare()
        cls.moves.set_user_data("auraxis-dev", USER_DATA)
        cls.facts = cls.collect("facts")
        cls.report = cls.audit(cls.facts, "first")
        cls.moves.move()
        cls.later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        cls.moved = cls.audit(cls.collect("facts-moved"), "second", "--as-of", cls.later.strftime("%Y-%m-%d"))

    @classmethod
    def run_muster(cls, name, *words):
        env = {**cls.account.environment(), "AWS_MAX_ATTEMPTS": "2"}
        done = subprocess.run([MUSTER, *words], env=env, capture_output=True, text=True, timeout=120)
        cls.said[name] = done.stdout + done.stderr
        return done.returncode

    @classmethod
    def collect(cls, name):
        """The folder of a collection that must be complete."""
        out = os.path.join(cls.folder, name)
        code = cls.run_muster("collect " + name, "collect", "aws", "--out", out, "--verbose")
        assert code == 0, cls.said["collect " + name]
        return out

    @classmethod
    def audit(cls, facts, name, *words):
        out = os.path.join(cls.folder, "report-" + name)
        code = cls.run_muster("audit " + name, "audit", os.path.join(HERE, "pipeline"), "--facts", facts, "--out", out, "--history",
                              os.path.join(cls.folder, "history.db"), "--format", "html,json", *words)
        assert code == 1, cls.said["audit " + name]
        with open(os.path.join(out, "report.json")) as file:
            return json.load(file)

    def read(self, name):
        with open(os.path.join(self.facts, name)) as file:
            return json.load(file)

    def test_a_collection_is_signed_right_and_holds_the_account(self):
        self.assertEqual([row["call"] for row in self.read("manifest.json")["not_read"] if row["needed"]], [])
        self.assertEqual(self.report["not_covered"], [])
        with open(self.account.path("calls.jsonl")) as file:
            statuses = collections.Counter(json.loads(line)["status"] for line in file)
        self.assertEqual(statuses[403], 0, statuses)
        found = lambda name, member: len(self.read(name)[member])
        region = self.account.seeded["region"]
        self.assertEqual((found(f"ecr/{region}/repositories.json", "repositories"), found("s3/aws-global/buckets.json", "Buckets")), (9, 4))
        self.assertEqual((found(f"secretsmanager/{region}/secrets.json", "SecretList"), found(f"ssm/{region}/parameters.json", "Parameters")), (3, 3))
        # What moto lacks, from moto's own state.
        public = {name: self.read(f"s3/{region}/policy-status/{name}.json").get("PolicyStatus") for name in ("fe-acme-dev", "acme-tf-state", "acme-trail")}
        self.assertEqual(public, {"fe-acme-dev": {"IsPublic": True}, "acme-tf-state": {"IsPublic": False}, "acme-trail": None})
        self.assertEqual(self.read(f"s3/{region}/versioning/acme-tf-state.json")["Status"], "Enabled")

    def test_what_was_planted_is_found_or_has_a_reason_and_nothing_else_is_found(self):
        with open(os.path.join(HERE, "expected.json")) as file:
            table = json.load(file)
        planted = sorted((row["rule"], row["resource"]) for row in self.account.seeded["expect"])
        self.assertEqual(sorted((row["label"], row["resource"]) for row in table["expected"]), planted)
        self.assertTrue(all(("rule" in row) != ("reason" in row) for row in table["expected"]))
        found = {(row["rule"], short(row["asset"]["id"])) for row in self.report["outcomes"] if row["outcome"] in ("fail", "waived")}
        expected = {(row["rule"], short(row["asset"])) for row in table["expected"] if "rule" in row}
        also = {(row["rule"], one) for row in table["also"] for one in row["on"]}
        self.assertEqual(expected - found, set(), "planted and not found")
        self.assertEqual(found - expected - also, set(), "found and in no table: read it, then list or mend it")
        self.assertEqual(also - found - expected, set(), "listed and no longer found")
        self.assertEqual(expected & also, set())
        self.assertEqual(sorted({row["rule"] for row in self.report["outcomes"] if row["outcome"] == "undecided"}), [row["rule"] for row in table["undecided"]])
        # A role without a finding may be one whose use nobody can judge yet.
        faulty = {short(asset) for _, asset in found}
        faulty |= {short(row["resource"]) for row in self.account.seeded["expect"]}
        made = [short(one["id"]) for kind in ("role", "instance", "ecs-service") for one in self.account.seeded["made"][kind]]
        self.assertEqual([one for one in made if one not in faulty and one.rpartition("/")[2] not in faulty], table["clean"])
        if os.environ.get("MUSTER_UPDATE"):
            with open(PAGE, "w") as file:
                file.write(page(table))
        with open(PAGE) as file:
            self.assertEqual(file.read(), page(table))

    def image_findings(self, report):
        """Rule, name of what it is about (a service, or an image's tag), message."""
        return [(row["rule"], row["asset"]["id"].rpartition("/")[2], row["message"]) for row in report["outcomes"]
                if row["rule"].startswith("image-") and row["outcome"] in ("fail", "undecided")]

    def test_each_move_of_an_image_is_found_with_digests_and_day(self):
        self.assertEqual(self.image_findings(self.report), [])
        digests, day = self.moves.digests, self.report["run"]["as_of"][:10]
        self.assertLess(day, self.moved["run"]["as_of"][:10])
        expected = [("image-deployed-expires", "cleaned", ("cleaned:1.0", "a rollback to `cleaned:1` needs", "within a day")),
                    ("image-deployed-expires", "cleaned", ("cleaned:1.1", "`cleaned:2` runs", "with the next push")),
                    ("image-deployed-gone", "deleted", ("deleted:1.0", "the revision before", "gone")),
                    ("image-running-differs", "retagged", (digests["retagged:1.0"], digests["retagged:other"])),
                    ("image-tag-moved", "retagged:1.0", (digests["retagged:1.0"], digests["retagged:other"], day)),
                    ("image-tag-overwritable", "opened", ("opened:1.0", "MUTABLE"))]
        found = sorted(self.image_findings(self.moved))
        self.assertEqual([row[:2] for row in found], [row[:2] for row in expected])
        for (_, _, message), (_, _, parts) in zip(found, expected):
            for part in parts:
                self.assertIn(part, message)

    def test_no_secret_of_the_account_is_in_any_file_or_word(self):
        everything = {**texts_below(self.facts, *(os.path.join(self.folder, name) for name in os.listdir(self.folder) if name.startswith("report-"))), **self.said}
        with open(os.path.join(self.folder, "history.db"), "rb") as file:
            everything["history.db"] = file.read().decode("latin-1")
        self.assertGreater(len(everything), 100)
        secrets = (*SECRETS, self.account.seeded["auditor"]["secret"], *(key["secret"] for key in self.account.seeded["made"]["access-key"] if "secret" in key))
        self.assertEqual([name for name, text in everything.items() if any(secret in text for secret in secrets)], [])


if __name__ == "__main__":
    try:
        emulated.require(SHARED)
    except emulated.Missing as missing:
        print(f"skipped: {missing}")
        sys.exit(0)
    unittest.main()
