"""Several accounts: `muster collect aws --accounts` and `--org` against a server that knows whose session asks, and what an audit makes of their folder.
Run with MUSTER=<muster>; ctest does."""
import collections
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import server  # noqa: E402

MUSTER = os.environ["MUSTER"]
OWN, SECOND, THIRD = server.ACCOUNT, "222233334444", "333344445555"
ALL = ",".join((OWN, SECOND, THIRD))
ROLE = ["--role", "muster-audit"]
TIMES = ("started_at", "collected_at")


class Accounts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.out = os.path.join(self.folder, "facts")
        self.aws = server.Aws()
        self.aws.reports = 1
        self.aws.members = [{"Id": OWN, "Status": "ACTIVE"}, {"Id": SECOND, "State": "ACTIVE", "Status": "SUSPENDED"}, {"Id": "999900001111", "Status": "SUSPENDED"},
                            {"Id": THIRD, "State": "ACTIVE"}, {"Id": "999900002222", "State": "CLOSED", "Status": "ACTIVE"}]

    def tearDown(self):
        self.aws.close()
        shutil.rmtree(self.folder)

    def start(self, *words):
        env = {"PATH": os.environ["PATH"], "HOME": self.folder, "AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true",
               "AWS_ACCESS_KEY_ID": server.KEY, "AWS_SECRET_ACCESS_KEY": server.SECRET, "AWS_ENDPOINT_URL": self.aws.url()}
        return subprocess.Popen([MUSTER, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def collect(self, *words):
        process = self.start("collect", "aws", "--out", self.out, *words)
        output, errors = process.communicate(timeout=120)
        for secret in (server.SECRET, "secret-of-", "token-of-", "ext-7"):
            self.assertNotIn(secret, output + errors)
        return process.returncode, output, errors

    def audit(self, *words):
        empty = os.path.join(self.folder, "empty")
        os.makedirs(empty, exist_ok=True)
        process = self.start("audit", empty, "--facts", self.out, "--json", "--fail-on", "critical", "--out", os.path.join(self.folder, "report"), *words)
        output, errors = process.communicate(timeout=120)
        self.assertIn(process.returncode, (0, 1, 3), errors)
        return process.returncode, json.loads(output)

    def read(self, *names):
        with open(os.path.join(self.out, *names)) as file:
            return json.load(file)

    def states(self):
        return {row["account"]: row["state"] for row in self.read("manifest.json")["accounts"]}

    def files(self):
        found = {}
        for top, _, names in os.walk(self.out):
            for name in names:
                with open(os.path.join(top, name)) as file:
                    text = file.read()
                if name == "manifest.json":
                    text = json.dumps({key: value for key, value in json.loads(text).items() if key not in TIMES})
                found[os.path.relpath(os.path.join(top, name), self.out)] = text
        return found

    def asked(self, action):
        return collections.Counter(account for account, _, one in self.aws.by_account if one == action)

    def test_the_organisation_into_a_folder_for_each_account(self):
        self.aws.external_ids = {SECOND: "ext-7", THIRD: "ext-7"}
        code, output, errors = self.collect("--org", *ROLE, "--external-id", "ext-7")
        self.assertEqual((code, output), (0, f"facts of 3 accounts in {self.out}: 3 complete\n"), errors)
        self.assertIn("note: account 999900001111 is not active, and not collected", errors)
        self.assertIn("note: account 999900002222 is not active, and not collected", errors)
        manifest = self.read("manifest.json")
        self.assertEqual((manifest["muster_facts"], manifest["finished"], manifest["not_read"], manifest["organization"]), (1, True, [], True))
        self.assertEqual(self.states(), {OWN: "complete", SECOND: "complete", THIRD: "complete"})
        # The caller's own account is read with its own credentials, the others by a session each.
        self.assertEqual(self.asked("AssumeRole"), {OWN: 2})
        self.assertEqual({call[3]["RoleArn"] for call in self.aws.calls if call[1] == "AssumeRole"},
                         {f"arn:aws:iam::{one}:role/muster-audit" for one in (SECOND, THIRD)})
        # What is of the organisation is asked for once, by the account that may.
        self.assertEqual(self.asked("DescribeOrganization"), {OWN: 1})
        self.assertEqual(self.asked("DescribePolicy"), {OWN: 1})
        # Root and unit once, the accounts each, by kind; resource control policies end at the root.
        self.assertEqual(self.asked("ListPoliciesForTarget"), {OWN: 2 + 3 + 1})
        for account in (OWN, SECOND, THIRD):
            with self.subTest(account):
                self.assertEqual(self.read(account, "manifest.json")["account"], account)
                policies = self.read(account, "organizations", "policies.json")
                self.assertEqual((policies["management_account"], list(policies["service_control_policies"])), (OWN, [account]))
                role = self.read(account, "iam", "authorization-details-2.json")["RoleDetailList"][0]["Arn"]
                self.assertEqual(role, f"arn:aws:iam::{account}:role/admin")
                own = {name: text for name, text in self.files().items() if name.startswith(account) and name not in (f"{account}/organizations/policies.json", f"{account}/manifest.json")}
                for other in {OWN, SECOND, THIRD} - {account}:
                    self.assertEqual([(name, text[max(0, text.find(other) - 80):][:200]) for name, text in own.items() if other in text], [])
        code, report = self.audit()
        self.assertIn(code, (0, 1))
        self.assertEqual([row for row in report["not_covered"] if "not collected" in row["why"] and "resource control" not in row["why"]], [])
        roles = {outcome["asset"]["id"] for outcome in report["outcomes"] if outcome["asset"]["kind"] == "iam-role"}
        self.assertLessEqual({f"arn:aws:iam::{account}:role/web" for account in (OWN, SECOND, THIRD)}, roles)
        self.assertEqual(self.collect("--org", *ROLE)[0], 2)

    def test_a_role_that_cannot_be_assumed_is_named_and_the_others_go_on(self):
        self.aws.refusing = {SECOND}
        code, output, errors = self.collect("--accounts", ALL, *ROLE)
        self.assertEqual((code, output), (3, f"facts of 3 accounts in {self.out}: 2 complete, 1 not read\n"))
        role = f"arn:aws:iam::{SECOND}:role/muster-audit"
        for word in (f"not read: account {SECOND}: cannot assume `{role}`: sts AssumeRole, account {OWN}, eu-central-1: AccessDenied",
                     f"its trust policy must name the caller `arn:aws:iam::{OWN}:user/ann`", "the caller must be allowed `sts:AssumeRole` on it"):
            self.assertIn(word, errors)
        self.assertEqual(self.states(), {OWN: "complete", SECOND: "not read", THIRD: "complete"})
        row, = self.read("manifest.json")["not_read"]
        self.assertEqual((row["what"], row["needed"], row["call"], row["role"]), (f"account {SECOND}", True, "sts:AssumeRole", role))
        code, report = self.audit()
        self.assertEqual(code, 3)
        self.assertIn(f"account {SECOND} not collected: cannot assume `{role}`", json.dumps(report["not_covered"]))
        # Once the role may be assumed, the same command asks that account alone.
        self.aws.refusing, self.aws.by_account = set(), []
        self.assertEqual(self.collect("--accounts", ALL, *ROLE)[0], 0)
        self.assertEqual(self.asked("GetAccountAuthorizationDetails"), {SECOND: 2})
        self.assertEqual((self.states()[SECOND], self.read("manifest.json")["not_read"]), ("complete", []))

    def test_an_account_in_whose_place_another_answers_is_not_taken(self):
        self.aws.answering_as = {SECOND: THIRD}
        code, _, errors = self.collect("--accounts", f"{SECOND},{THIRD}", *ROLE)
        self.assertEqual(code, 3)
        self.assertIn(f"not read: account {SECOND}: the credentials are those of account {THIRD}, not of {SECOND}", errors)
        self.assertEqual(self.states(), {SECOND: "not read", THIRD: "complete"})
        self.assertFalse(os.path.exists(os.path.join(self.out, SECOND)))

    def test_a_session_that_ends_in_the_middle_is_renewed(self):
        self.aws.faults = {"ListClusters": ["expired"]}
        code, _, errors = self.collect("--accounts", SECOND, *ROLE)
        self.assertEqual((code, self.asked("AssumeRole")), (0, {OWN: 2}), errors)
        keys = collections.Counter(call[2]["Authorization"].split("Credential=")[1].split("/")[0] for call in self.aws.calls)
        self.assertEqual(len([key for key in keys if key.startswith("ASIA")]), 2)

    def test_a_session_that_cannot_be_renewed_leaves_the_account_partial(self):
        self.aws.faults = {"ListClusters": ["expired"], "AssumeRole": [None, *["denied"] * 99]}
        code, _, errors = self.collect("--accounts", SECOND, *ROLE)
        self.assertEqual((code, self.states()), (3, {SECOND: "partial"}), errors)
        code, report = self.audit()
        self.assertEqual(code, 3)
        self.assertIn(f"account {SECOND}: ", json.dumps(report["not_covered"]))

    def test_what_one_account_does_not_let_see_is_missing_of_it_alone(self):
        self.aws.faults = {"GetCredentialReport": ["denied"]}
        code, _, _ = self.collect("--accounts", f"{OWN},{SECOND}", *ROLE)
        self.assertEqual((code, sorted(self.states().values())), (3, ["complete", "partial"]))
        # A partial one is finished: it is not asked again, and what it lacks stands.
        code, report = self.audit()
        self.assertEqual(code, 3)
        self.assertIn("GetCredentialReport", json.dumps(report["not_covered"]))
        code, _, errors = self.collect("--accounts", f"{OWN},{SECOND}", *ROLE)
        self.assertEqual(code, 2)
        self.assertIn("a collection that is finished", errors)

    def test_a_killed_collection_goes_on_and_what_is_complete_is_not_asked_again(self):
        accounts = ["--accounts", f"{OWN},{SECOND}", *ROLE]
        self.assertEqual(self.collect(*accounts)[0], 0)
        fresh = self.files()
        shutil.rmtree(self.out)
        # The second account hangs in one call, the first comes to its end.
        self.aws.reset()
        self.aws.members, self.aws.hanging = [{"Id": OWN, "Status": "ACTIVE"}, {"Id": SECOND, "Status": "ACTIVE"}], {(SECOND, "DescribeInstances")}
        process = self.start("collect", "aws", "--out", self.out, *accounts)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not self.finished(OWN):
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertTrue(self.finished(OWN))
        self.assertFalse(self.finished(SECOND))
        self.assertFalse(self.read("manifest.json")["finished"])
        code, report = self.audit()
        self.assertEqual(code, 3)
        why = json.dumps(report["not_covered"])
        self.assertIn("the collection of 2 accounts is not finished", why)
        self.assertIn(f"the collection of account {SECOND} is not finished", why)
        for words, reason in ((["--accounts", ALL, *ROLE], "of other accounts"), ([*accounts, "--region", "eu-west-1"], "of other regions"),
                              (["--org", *ROLE], "of other accounts"), ([], "of several accounts")):
            code, _, errors = self.collect(*words)
            self.assertEqual(code, 2, reason)
            self.assertIn(reason, errors)
        self.aws.hanging, self.aws.by_account = set(), []
        self.assertEqual(self.collect(*accounts)[0], 0)
        self.assertEqual(self.asked("ListBuckets"), {})
        self.assertEqual({account for account, service, _ in self.aws.by_account if service in ("iam", "ec2", "ecs")}, {SECOND})
        self.assertEqual(self.files(), fresh)

    def finished(self, account):
        try:
            return self.read(account, "manifest.json")["finished"]
        except (OSError, ValueError):
            return False

    def test_an_audit_misses_an_account_whose_folder_is_gone(self):
        self.assertEqual(self.collect("--accounts", f"{OWN},{SECOND}", *ROLE)[0], 0)
        shutil.rmtree(os.path.join(self.out, SECOND))
        code, report = self.audit()
        self.assertEqual(code, 3)
        self.assertIn(f"{SECOND}/manifest.json", json.dumps(report["not_covered"]))

    def test_options_that_do_not_go_together(self):
        for words, reason in ((["--accounts", ALL], "need `--role`"), (["--org"], "need `--role`"), (["--org", "--accounts", ALL, *ROLE], "do not go together"),
                              (ROLE, "are for `--accounts` or `--org`"), (["--external-id", "x"], "are for `--accounts` or `--org`"),
                              (["--accounts", "1111", *ROLE], "expected twelve digits"), (["--accounts", "../../etc/cron", *ROLE], "expected twelve digits"),
                              (["--accounts", ALL, "--role", f"arn:aws:iam::{OWN}:role/x"], "the name of the role"),
                              (["--accounts", ALL, *ROLE, "--account", "999988887777"], "not of 999988887777")):
            with self.subTest(reason):
                code, _, errors = self.collect(*words)
                self.assertEqual(code, 2, errors)
                self.assertIn(reason, errors)
                self.assertFalse(os.path.exists(self.out))

    def test_an_organisation_that_cannot_be_listed(self):
        self.aws.faults = {"ListAccounts": [None, "denied"]}
        code, _, errors = self.collect("--org", *ROLE)
        self.assertEqual(code, 3)
        self.assertIn("organizations ListAccounts", errors)
        self.assertFalse(os.path.exists(self.out))


if __name__ == "__main__":
    unittest.main()
