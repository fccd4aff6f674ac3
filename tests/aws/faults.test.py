"""What becomes of a collection when AWS, or the way to it, fails in one call, once or always: the table of docs/aws-faults.md.
Run with MUSTER=<muster>; ctest does. MUSTER_UPDATE=1 writes the table."""
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import server  # noqa: E402

MUSTER = os.environ["MUSTER"]
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "aws-faults.md")
HEAD = """<!-- Written by tests/aws/faults.test.py (MUSTER_UPDATE=1). -->
# When AWS fails

What `muster collect aws` makes of a fault in one call, here `ecs ListClusters` unless the message names another one, that happens once or always, with three attempts
(`AWS_MAX_ATTEMPTS=3`; eight without it). Recovered: exit code 0, and nothing is missing. Everything else ends with 3, stands in the manifest and makes the audit
incomplete.

| fault | once | always |
|---|---|---|
"""
# The words of the table, what is set before the run, how often the fault happens.
CALL = "ListClusters"
FAULTS = [("throttled", "throttle"), ("error 500 of the service", "500"), ("error 502 of a load balancer, in HTML", "html"), ("no answer, connection closed", "slow"),
          ("an answer that drips and ends too soon", "drip"), ("an answer that is cut off", "truncate"), ("connection reset", "reset"), ("200 without content", "empty"),
          ("200 with broken content", "bad"), ("200 with other content", "other"), ("access denied", "denied"), ("session expired", "expired"),
          ("redirected to another host", "redirect")]


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()

    def tearDown(self):
        shutil.rmtree(self.folder)

    def collect(self, change, certificate=None, bundle=None, host="127.0.0.1"):
        """Exit code and the errors that count, ports taken out."""
        aws = server.Aws(certificate)
        aws.drip = 10
        change(aws)
        env = {"PATH": os.environ["PATH"], "HOME": self.folder, "AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "3",
               "AWS_ACCESS_KEY_ID": server.KEY, "AWS_SECRET_ACCESS_KEY": server.SECRET, "AWS_ENDPOINT_URL": aws.url(host), **({"AWS_CA_BUNDLE": bundle} if bundle else {})}
        with tempfile.TemporaryDirectory() as top:
            done = subprocess.run([MUSTER, "collect", "aws", "--out", os.path.join(top, "facts")], env=env, capture_output=True, text=True, timeout=300)
            aws.close()
            errors = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
            manifest = os.path.join(top, "facts", "manifest.json")
            if os.path.exists(manifest):
                with open(manifest) as file:
                    self.assertEqual(len(errors), sum(row["needed"] for row in json.load(file)["not_read"]))
        return done.returncode, [re.sub(r"127\.0\.0\.1:\d+", "HOST", re.sub(r"^(muster|not read: [^:]*): ", "", line)) for line in errors]

    def cell(self, change, **more):
        code, errors = self.collect(change, **more)
        if code == 0:
            self.assertEqual(errors, [])
            return "recovered"
        self.assertEqual((code, len(errors)), (3, 1), errors)
        # Who cannot be asked for its account has none yet.
        self.assertRegex(errors[0], r"^(\w+ \w+, account 111122223333, [a-z0-9-]+|sts GetCallerIdentity, [a-z0-9-]+): ")
        return f"`{errors[0]}`"

    def rows(self, pool):
        def played(fault, times):
            return pool.submit(self.cell, lambda aws: aws.faults.update({CALL: [fault] * times}))

        def changed(**values):
            return pool.submit(self.cell, lambda aws: [setattr(aws, name, value) for name, value in values.items()])

        rows = [(words, played(fault, 1), played(fault, 50)) for words, fault in FAULTS]
        rows += [("a clock two hours behind", None, changed(clock_ahead=7200)), ("pages that lead back", None, changed(pages="loop")),
                 ("an empty page that says there is more", None, changed(pages="hole"))]
        if shutil.which("openssl"):
            authority = server.certificate(self.folder, "authority", "")
            server.certificate(self.folder, "stranger", "")
            pem = lambda name: os.path.join(self.folder, name + ".pem")
            for words, name, subject, days, bundle in (("a certificate of an unknown authority", "good", "IP:127.0.0.1", 10, "stranger"),
                                                       ("a certificate that has expired", "expired", "IP:127.0.0.1", -1, "authority"),
                                                       ("a certificate of another host", "other", "DNS:other.example.com", 10, "authority")):
                made = server.certificate(self.folder, name, subject, days=days, authority=authority)
                rows.append((words, None, pool.submit(self.cell, lambda _: None, certificate=made, bundle=pem(bundle))))
        return rows

    def test_every_fault_is_recovered_from_or_named(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            page = HEAD + "".join(f"| {words} | {once.result() if once else '' } | {always.result()} |\n" for words, once, always in self.rows(pool))
        if os.environ.get("MUSTER_UPDATE"):
            with open(PAGE, "w") as file:
                file.write(page)
        with open(PAGE) as file:
            written = file.read()
        # Without the openssl program its rows are not played; what libcurl says differs with its version.
        rows = lambda text: [re.sub(r"HOST: [^`]*?(?= after|`)", "HOST: …", line) for line in text.splitlines()]
        same = lambda text: [line for line in rows(text) if line in rows(page) or shutil.which("openssl")]
        self.assertEqual(same(page), same(written))


if __name__ == "__main__":
    unittest.main()
