"""`muster collect github` against a server that answers as GitHub's published description has it, and plays faults.
Run with MUSTER=<muster>; ctest does."""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import server  # noqa: E402

MUSTER = os.environ["MUSTER"]
FILES = sorted(["repository.json", "environments.json", "branches.json", "branches/main/protection.json", "branches/next/protection.json",
                "rulesets.json", "rulesets/42.json", "actions_permissions.json", "selected_actions.json", "workflow_permissions.json",
                "fork_approval.json", "oidc_subject.json", "secrets.json", "organization_secrets.json", "variables.json",
                "organization_variables.json", "immutable_releases.json", "collaborators.json", "teams.json", "releases.json", "tags.json",
                "environments/production/branch_policies.json"] +
               [f"environments/{name}/{kind}.json" for name in ("production", "staging", "a%2Fb%3Ac", "%2E%2E")
                for kind in ("custom_rules", "secrets", "variables")])


class Collect(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.github = server.Github()

    @classmethod
    def tearDownClass(cls):
        cls.github.shutdown()

    def setUp(self):
        self.github.reset()
        self.folder = tempfile.mkdtemp()
        self.out = os.path.join(self.folder, "facts")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "HOME": self.folder, "GH_TOKEN": server.TOKEN, "GITHUB_API_URL": self.github.url(), **more}

    def collect(self, *words, repo=("--repo", server.REPOSITORY), **more):
        done = subprocess.run([MUSTER, "collect", "github", "--out", self.out, *repo, *words], env=self.environment(**more), cwd=self.folder,
                              capture_output=True, text=True, timeout=120)
        for word in (server.TOKEN, server.CANARY, "Bearer"):
            self.assertNotIn(word, done.stdout + done.stderr)
        return done

    def files(self):
        """Path below `github/` -> bytes, with the token and the canaries in none."""
        found = {}
        for folder, _, names in os.walk(self.out):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, os.path.join(self.out, "github"))] = file.read()
        for path, text in found.items():
            for word in (server.TOKEN, server.CANARY):
                self.assertNotIn(word.encode(), text, path)
        return found

    def facts(self):
        return {path.removeprefix("acme/shop/"): json.loads(text) for path, text in self.files().items() if path.startswith("acme/shop/")}

    def manifest(self):
        return json.loads(self.files()["manifest.json"])

    def rows(self):
        return [(row["what"], row["needed"], row["kind"]) for row in self.manifest()["not_read"]]

    def asked(self, path):
        return [call[0] for call in self.github.calls].count(path)

    def audit(self):
        """A checkout with nothing of its own, and these facts."""
        root = os.path.join(self.folder, "checkout")
        os.makedirs(root, exist_ok=True)
        return subprocess.run([MUSTER, "audit", root, "--facts", self.out, "--history", os.path.join(self.folder, "h.db"), "--out",
                               os.path.join(self.folder, "report")], env=self.environment(), capture_output=True, text=True, timeout=120)

    def test_everything_is_read_and_said_what_it_is_about(self):
        done = self.collect("--verbose")
        self.assertEqual(done.returncode, 0, done.stderr)
        facts = self.facts()
        self.assertEqual(sorted(facts), FILES)
        self.assertEqual(facts["environments/production/branch_policies.json"]["muster"],
                         {"repository": "acme/shop", "endpoint": "GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies",
                          "environment_name": "production"})
        self.assertEqual([one["name"] for one in facts["environments.json"]["environments"]], ["production", "staging", "a/b:c", ".."])
        self.assertEqual(len(facts["tags.json"]["items"]), 5)
        self.assertEqual(facts["branches/next/protection.json"]["message"], "Branch not protected")
        self.assertEqual(facts["variables.json"]["variables"][1]["name"], "ROLE_ARN")
        manifest = self.manifest()
        self.assertEqual((manifest["muster_facts"], manifest["repositories"], manifest["not_read"]), (1, ["acme/shop"], []))
        files = self.files()
        self.assertEqual({one["path"]: one["sha256"] for one in manifest["files"]},
                         {path: hashlib.sha256(text).hexdigest() for path, text in files.items() if path.startswith("acme/")})

    def test_a_second_run_asks_for_what_has_changed_alone(self):
        self.assertEqual(self.collect().returncode, 0)
        before = self.files()
        self.github.calls.clear()
        self.github.answers["/actions/permissions/workflow"][1]["default_workflow_permissions"] = "write"
        self.assertEqual(self.collect().returncode, 0)
        after = self.files()
        changed = {path for path in after if after[path] != before.get(path)}
        self.assertEqual(changed, {"manifest.json", "answers.cache", "acme/shop/workflow_permissions.json"})
        plain = [path for path, headers in self.github.calls if "If-None-Match" not in headers]
        self.assertEqual(plain, ["/branches/next/protection"])

    def test_what_is_gone_stays_in_no_folder(self):
        self.assertEqual(self.collect().returncode, 0)
        mine = os.path.join(self.out, "github", "notes.txt")
        with open(mine, "w") as file:
            file.write("mine")
        self.github.answers["/environments"] = ("environments", self.github.answers["/environments"][1][1:2])
        self.assertEqual(self.collect().returncode, 0)
        self.assertEqual(sorted(path for path in self.facts() if path.startswith("environments/")),
                         [f"environments/staging/{kind}.json" for kind in ("custom_rules", "secrets", "variables")])
        self.assertTrue(os.path.exists(mine))

    def test_what_goes_by_is_recovered_from(self):
        self.assertEqual(self.collect().returncode, 0)
        whole = self.facts()
        for fault in ("500", "html", "bad", "truncate", "reset", "secondary", "primary"):
            with self.subTest(fault):
                self.github.reset()
                shutil.rmtree(self.out)
                self.github.faults = {"/environments": [None, fault], "/rulesets/42": [fault]}
                done = self.collect()
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.facts(), whole)
                if fault in ("secondary", "primary"):
                    self.assertIn("waiting", done.stderr)

    def test_what_the_token_may_not_see_is_named_with_its_permission_and_is_no_empty_list(self):
        for status, message, kind in ((403, "Resource not accessible by personal access token", "forbidden"), (404, "Not Found", "not-found")):
            with self.subTest(status):
                self.github.reset()
                shutil.rmtree(self.out, ignore_errors=True)
                self.github.denied = {"/actions/permissions/workflow": (status, message), "/actions/secrets": (status, message),
                                      "/branches/main/protection": (status, message)}
                done = self.collect()
                self.assertEqual(done.returncode, 0, done.stderr)
                facts = self.facts()
                for path in ("workflow_permissions.json", "secrets.json", "branches/main/protection.json"):
                    self.assertNotIn(path, facts)
                self.assertEqual(self.rows(), [("protection of branch `main` of acme/shop", False, kind),
                                               ("default permissions of workflows of acme/shop", False, kind),
                                               ("names of secrets of acme/shop", False, kind)])
                self.assertEqual({row["permission"] for row in self.manifest()["not_read"]}, {"Administration: read", "Secrets: read"})
                self.assertIn("; the token needs Administration: read", done.stderr)

    def test_lists_that_cannot_be_whole_are_not_written(self):
        for link, words in (("http://127.0.0.1:1/x?page=2", "on another host"), (self.github.url() + "/repos/acme/shop/environments?per_page=100", "leads back")):
            with self.subTest(words):
                self.github.reset()
                shutil.rmtree(self.out, ignore_errors=True)
                self.github.link = link
                done = self.collect()
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertNotIn("environments.json", self.facts())
                self.assertIn(words, done.stderr)
                self.assertIn(("environments of acme/shop", True, "broken"), self.rows())
                audit = self.audit()
                self.assertEqual(audit.returncode, 3, audit.stderr)

    def test_what_fails_for_good_is_needed(self):
        for fault, kind in (("large", "refused"), ("redirect", "refused")):
            with self.subTest(fault):
                self.github.reset()
                shutil.rmtree(self.out, ignore_errors=True)
                self.github.faults = {"/rulesets": [fault] * 20}
                done = self.collect()
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertEqual(self.rows(), [("rulesets of acme/shop", True, kind)])
                self.assertEqual(self.asked("/rulesets"), 1)
                self.assertEqual(self.asked("/stolen"), 0)

    def test_a_wrong_token_ends_it(self):
        done = self.collect(GH_TOKEN="ghp_wrong")
        self.assertEqual(done.returncode, 3)
        self.assertIn("the token is refused: GET /repos/acme/shop: Bad credentials (HTTP 401)", done.stderr)
        self.assertNotIn("ghp_wrong", done.stderr)
        self.assertEqual(len(self.github.calls), 1)
        self.assertIs(self.manifest()["finished"], False)

    def test_a_repository_that_is_not_there_is_an_incomplete_collection(self):
        done = self.collect(repo=("--repo", "acme/nowhere"))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(self.manifest()["not_read"][0]["error"], "GET /repos/acme/nowhere: Not Found (HTTP 404)")
        self.assertEqual(len(self.github.calls), 1)

    def test_a_long_limit_is_not_waited_for(self):
        self.github.faults = {"/environments": ["secondary"] * 20}
        done = self.collect("--wait", "1")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(("environments of acme/shop", True, "limited"), self.rows())

    def test_half_a_collection_is_never_read_as_a_whole_one(self):
        self.assertEqual(self.collect().returncode, 0)
        self.github.faults = {"/rulesets": ["hang"]}
        running = subprocess.Popen([MUSTER, "collect", "github", "--out", self.out, "--repo", server.REPOSITORY], env=self.environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertTrue(self.github.hanging.wait(30))
        running.kill()
        running.wait()
        self.assertIs(self.manifest()["finished"], False)
        stale = os.path.join(self.out, "github", "acme", "shop", "workflow_permissions.json")
        self.assertFalse(os.path.exists(stale))
        with open(stale, "w") as file:
            file.write("{}")
        audit = self.audit()
        self.assertEqual(audit.returncode, 3, audit.stderr)
        with open(os.path.join(self.folder, "report", "report.json")) as file:
            self.assertEqual([one["why"] for one in json.load(file)["not_covered"]],
                             ["the collection of acme/shop is not finished: run `muster collect` again on its folder"])
        self.github.reset()
        self.github.denied = {"/actions/permissions/workflow": (403, "no")}
        self.assertEqual(self.collect().returncode, 0)
        self.assertEqual(sorted(self.facts()), [path for path in FILES if path != "workflow_permissions.json"])

    def test_the_remote_names_the_repository_and_never_another_host(self):
        subprocess.run(["git", "init", "-q", self.folder], check=True)
        self.assertIn("give `--repo OWNER/NAME`", self.collect(repo=()).stderr)
        subprocess.run(["git", "-C", self.folder, "remote", "add", "origin", "git@github.com:acme/shop.git"], check=True)
        self.assertEqual(self.collect(repo=()).returncode, 0)
        subprocess.run(["git", "-C", self.folder, "remote", "set-url", "origin", "https://git.example.com/acme/shop"], check=True)
        done = self.collect(repo=(), GITHUB_API_URL="")
        self.assertEqual(done.returncode, 2)
        self.assertIn("give `--api-url`", done.stderr)

    def test_settings_that_are_wrong_are_usage(self):
        for words, more in ((("--api-url", "http://git.example.com"), {}), (("--api-url", "https://u:p@x"), {}), (("--repo", "acme"), {})):
            with self.subTest(words):
                done = self.collect(*words, **more)
                self.assertEqual((done.returncode, self.github.calls), (2, []), done.stderr)
                self.assertFalse(os.path.exists(self.out))

    def test_a_folder_of_something_else_is_left_alone(self):
        os.makedirs(os.path.join(self.out, "github"))
        with open(os.path.join(self.out, "github", "notes.txt"), "w") as file:
            file.write("mine")
        done = self.collect()
        self.assertEqual(done.returncode, 2)
        self.assertIn("is not empty and not of an earlier collection", done.stderr)

    def test_an_enterprise_server_has_its_own_path(self):
        enterprise = server.Github("/api/v3")
        try:
            self.assertEqual(self.collect("--api-url", enterprise.url() + "/").returncode, 0)
            self.assertEqual(sorted(self.facts()), FILES)
        finally:
            enterprise.shutdown()

    def test_an_organisation_is_all_its_repositories_but_the_archived(self):
        done = self.collect("--org", "acme", "--json", repo=())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["repositories"], ["acme/shop"])

    def verdicts(self):
        """What the facts make of one dispatch into environment `production` of which muster.yaml says nothing."""
        checkout = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "golden", "workflow-ungated-path",
                                "fail_reviewers_not_declared")
        done = subprocess.run([MUSTER, "paths", checkout, "--facts", self.out, "--json"], env=self.environment(), capture_output=True, text=True,
                              timeout=60)
        return {(path["verdict"], *path["subjects"]) for path in json.loads(done.stdout)["paths"]}

    def test_a_path_says_what_is_known_and_not_what_is_assumed(self):
        subject = "repo:acme/shop:environment:production"
        path = "/environments"
        name, (production, *others) = self.github.answers[path]
        open_one = {**production, "protection_rules": [], "deployment_branch_policy": None}
        for title, answer, denied, verdict in (("reviewers", [production, *others], {}, "held"), ("none", [open_one, *others], {}, "open"),
                                               ("no such environment", others, {}, "open"),
                                               ("not readable", [production], {path: (403, "Resource not accessible")}, "presumed")):
            with self.subTest(title):
                self.github.reset()
                shutil.rmtree(self.out, ignore_errors=True)
                self.github.answers[path] = (name, answer)
                self.github.denied = denied
                self.assertEqual(self.collect().returncode, 0)
                self.assertEqual(self.verdicts(), {(verdict, subject)})

    def test_a_customised_subject_is_the_one_that_a_job_presents(self):
        self.github.answers["/actions/oidc/customization/sub"] = ("", {"use_default": False, "include_claim_keys": ["repository_owner", "context"]})
        self.assertEqual(self.collect().returncode, 0)
        self.assertEqual(self.verdicts(), set())

    def test_without_a_token_that_is_said(self):
        done = self.collect(GH_TOKEN="")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("note: no token", done.stderr)


if __name__ == "__main__":
    unittest.main()
