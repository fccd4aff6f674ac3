"""A collection of an organisation of moto: roles assumed in member accounts, behind a proxy that checks every signature and every session's token. What that needs:
emulated.py; skipped without it. Run with MUSTER=<muster>; ctest does."""
import collections
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import emulated  # noqa: E402

MUSTER = os.environ["MUSTER"]
SHARED = os.environ.get("MUSTER_SHARED", "")
MEMBERS = 3


class Organisation(unittest.TestCase):
    def test_every_account_is_read_with_its_own_session(self):
        with tempfile.TemporaryDirectory() as folder, emulated.Account(SHARED, folder, seed=("--org", str(MEMBERS))) as account:
            out = os.path.join(folder, "facts")
            done = subprocess.run([MUSTER, "collect", "aws", "--org", "--role", "muster-audit", "--out", out], env=account.environment(), capture_output=True, text=True,
                                  timeout=120)
            with open(os.path.join(out, "manifest.json")) as file:
                manifest = json.load(file)
            self.assertEqual({row["state"] for row in manifest["accounts"]}, {"complete"}, done.stderr)
            self.assertEqual((done.returncode, len(manifest["accounts"])), (0, MEMBERS + 1), done.stderr)
            with open(account.path("calls.jsonl")) as file:
                calls = [json.loads(line) for line in file]
            self.assertEqual([call for call in calls if call["status"] == 403], [])
            by_call = collections.Counter(call["call"] for call in calls)
            self.assertEqual((by_call["sts:AssumeRole"], by_call["sts:GetCallerIdentity"]), (MEMBERS, MEMBERS + 2))
            roles = set()
            for row in manifest["accounts"]:
                with open(os.path.join(out, row["folder"], "iam", "authorization-details-1.json")) as file:
                    found = {role["Arn"].split(":")[4] for role in json.load(file)["RoleDetailList"]}
                self.assertEqual(found, {row["account"]})
                roles |= found
                with open(os.path.join(out, row["folder"], "organizations", "policies.json")) as file:
                    policies = json.load(file)
                self.assertEqual((policies["management_account"], list(policies["service_control_policies"])), (account.seeded["account"], [row["account"]]))
            self.assertEqual(len(roles), MEMBERS + 1)


if __name__ == "__main__":
    try:
        emulated.require(SHARED)
    except emulated.Missing as missing:
        print(f"skipped: {missing}")
        sys.exit(0)
    unittest.main()
