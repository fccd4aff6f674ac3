"""The edge of AWS against a server that checks signatures and plays faults; credentials against botocore, the AWS CLI's own library, where it is installed.
Run with MUSTER=<muster> MUSTER_AWS_PROBE=<aws_probe>; ctest does."""
import concurrent.futures
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import beside  # noqa: E402
import server  # noqa: E402

PROBE = os.environ["MUSTER_AWS_PROBE"]
MUSTER = os.environ["MUSTER"]
KEYS = {"AWS_ACCESS_KEY_ID": server.KEY, "AWS_SECRET_ACCESS_KEY": server.SECRET}
# What the AWS CLI is built on, asked for what it would use.
RESOLVE = """
import json, sys
import botocore.session
found = botocore.session.Session(profile=sys.argv[1] or None).get_credentials()
keys = found.get_frozen_credentials()
end = getattr(found, "_expiry_time", None)
print(json.dumps({"AccessKeyId": keys.access_key, "SecretAccessKey": keys.secret_key, "SessionToken": keys.token,
                  "Expiration": end and end.strftime("%Y-%m-%dT%H:%M:%SZ")}))
"""
NAMES = "".join(name + "\n" for name in server.ROLES)


def botocore_version():
    import botocore
    return tuple(int(part) for part in botocore.__version__.split(".")[:2])


def environment(folder, **more):
    """Nothing of the machine but its path; a home of its own."""
    return {"PATH": os.environ["PATH"], "HOME": folder, "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true", **more}


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.aws = server.Aws()

    @classmethod
    def tearDownClass(cls):
        cls.aws.close()
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.aws.reset()

    def ask(self, what, **more):
        done = subprocess.run([PROBE, what], env=environment(self.folder, **{"AWS_ENDPOINT_URL": self.aws.url(), **KEYS, **more}),
                              capture_output=True, text=True, timeout=60)
        for secret in (server.SECRET, server.CANARY, "secret-of-", "token-of-", "Signature="):
            self.assertNotIn(secret, done.stderr)
        return done

    def assert_roles(self, done):
        self.assertEqual((done.stdout, done.returncode), (NAMES, 0), done.stderr)

    def assert_fails(self, done, *words):
        self.assertEqual(done.returncode, 1, done.stdout)
        error = done.stderr.splitlines()[-1]
        for word in words:
            self.assertIn(word, error)

    def test_pages_of_both_kinds_with_right_signatures(self):
        self.assert_roles(self.ask("roles"))
        done = self.ask("repositories")
        self.assertEqual(done.stdout, "api\nshop\nweb\n", done.stderr)

    def test_what_goes_by_is_recovered_from(self):
        for fault in ("throttle", "500", "html", "truncate", "reset", "empty", "bad", "other", "slow", "drip"):
            with self.subTest(fault):
                self.aws.reset()
                self.aws.faults = {"ListRoles": [fault, None, fault]}
                self.assert_roles(self.ask("roles"))
                self.assertEqual([call[1] for call in self.aws.calls].count("ListRoles"), 5)

    def test_what_goes_by_is_recovered_from_in_json_too(self):
        for fault in ("throttle", "500", "html", "truncate", "empty", "bad", "other"):
            with self.subTest(fault):
                self.aws.reset()
                self.aws.faults = {"DescribeRepositories": [fault]}
                self.assertEqual(self.ask("repositories").stdout, "api\nshop\nweb\n")

    def test_what_stays_is_an_error_that_names_the_call_and_the_account(self):
        for fault, word in (("throttle", "Throttling: Rate exceeded (HTTP 400) after 8 attempts"), ("html", "no error of AWS (HTTP 502) after 8"),
                            ("empty", "the answer is broken"), ("bad", "the answer is broken"), ("other", "the answer is broken"),
                            ("truncate", "after 8 attempts"), ("reset", "after 8 attempts")):
            with self.subTest(fault):
                self.aws.reset()
                self.aws.faults = {"ListRoles": [fault] * 20}
                self.assert_fails(self.ask("roles"), "iam ListRoles, account 111122223333, eu-central-1: ", word)
                # libcurl itself sends once more when a kept connection turns out to be closed.
                self.assertIn([call[1] for call in self.aws.calls].count("ListRoles"), (8, 9) if fault == "reset" else (8,))

    def test_what_another_attempt_cannot_change_is_asked_once(self):
        for fault, word in (("denied", "AccessDenied: User ann is not authorized (HTTP 403)"), ("large", "larger than muster takes"),
                            ("redirect", "(HTTP 302)")):
            with self.subTest(fault):
                self.aws.reset()
                self.aws.faults = {"ListRoles": [fault] * 20}
                self.assert_fails(self.ask("roles"), "iam ListRoles, account 111122223333, eu-central-1: ", word)
                self.assertEqual([call[1] for call in self.aws.calls].count("ListRoles"), 1)
                self.assertNotIn("GET /stolen", [call[1] for call in self.aws.calls])

    def test_a_page_that_fails_fails_the_list(self):
        self.aws.faults = {"ListRoles": [None, "denied"]}
        self.assert_fails(self.ask("roles"), "iam ListRoles", "AccessDenied")

    def test_pages_that_lead_back_end(self):
        self.aws.pages = "loop"
        self.assert_fails(self.ask("roles"), "iam ListRoles", "the list is incomplete: a page was handed out twice")

    def test_an_empty_page_with_a_token_is_not_the_end(self):
        self.aws.pages = "hole"
        self.assertEqual(self.ask("roles").stdout, "admin\nbuild\nweb\n")

    def test_a_wrong_clock_is_set_right(self):
        for ahead in (7200, -7200):
            with self.subTest(ahead):
                self.aws.reset()
                self.aws.clock_ahead = ahead
                self.assert_roles(self.ask("roles"))
                self.assertEqual([call[1] for call in self.aws.calls].count("GetCallerIdentity"), 2)
                self.assertEqual([call[1] for call in self.aws.calls].count("ListRoles"), 3)

    def test_an_ended_session_is_renewed_once(self):
        config = os.path.join(self.folder, "roles.ini")
        with open(config, "w") as out:
            out.write(f"[default]\nrole_arn = arn:aws:iam::{server.ACCOUNT}:role/audit\nsource_profile = base\n"
                      f"[profile base]\naws_access_key_id = {server.KEY}\naws_secret_access_key = {server.SECRET}\n")
        more = {"AWS_CONFIG_FILE": config, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
        self.aws.faults = {"ListRoles": ["expired"]}
        self.assert_roles(self.ask("roles", **more))
        self.assertEqual([call[1] for call in self.aws.calls].count("AssumeRole"), 2)
        self.aws.faults = {"ListRoles": ["expired", "expired"]}
        self.assert_fails(self.ask("roles", **more), "iam ListRoles", "ExpiredToken")

    def test_an_unknown_key_and_nobody_there_are_said(self):
        self.assert_fails(self.ask("roles", AWS_ACCESS_KEY_ID="AKIANOBODY"), "sts GetCallerIdentity", "InvalidClientTokenId")
        self.assert_fails(self.ask("roles", AWS_SECRET_ACCESS_KEY="wrong"), "sts GetCallerIdentity", "SignatureDoesNotMatch")
        self.assert_fails(self.ask("roles", AWS_ENDPOINT_URL="http://127.0.0.1:1"), "sts GetCallerIdentity", "127.0.0.1:1", "after 8 attempts")


class Collect(unittest.TestCase):
    """`muster collect aws`, and what `muster audit` makes of its folder."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.out = os.path.join(self.folder, "facts")
        self.aws = server.Aws()

    def tearDown(self):
        self.aws.close()
        shutil.rmtree(self.folder)

    def muster(self, *words, **more):
        done = subprocess.run([MUSTER, *words], env=environment(self.folder, **{"AWS_ENDPOINT_URL": self.aws.url(), **KEYS, **more}), capture_output=True,
                              text=True, timeout=120)
        for secret in (server.SECRET, server.CANARY):
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done

    def collect(self, *words, **more):
        return self.muster("collect", "aws", "--out", self.out, *words, **more)

    def audit(self, *words):
        empty = os.path.join(self.folder, "empty")
        os.makedirs(empty, exist_ok=True)
        done = self.muster("audit", empty, "--facts", self.out, "--json", "--out", os.path.join(self.folder, "report"), *words)
        return done.returncode, json.loads(done.stdout)

    def read(self, name):
        with open(os.path.join(self.out, name)) as file:
            return json.load(file)

    def test_the_facts_are_those_of_the_account_and_an_audit_reads_them(self):
        done = self.collect("--account", server.ACCOUNT)
        self.assertEqual(done.returncode, 0, done.stderr)
        manifest = self.read("manifest.json")
        self.assertEqual((manifest["account"], manifest["regions"]), (server.ACCOUNT, ["eu-central-1"]))
        self.assertEqual([row["what"] for row in manifest["not_read"]], ["resource control policies"])
        for file in manifest["files"]:
            with open(os.path.join(self.out, file["path"]), "rb") as found:
                self.assertEqual(hashlib.sha256(found.read()).hexdigest(), file["sha256"])
        role = self.read("iam/authorization-details-2.json")["RoleDetailList"][0]
        self.assertEqual((role["AssumeRolePolicyDocument"], role["RolePolicyList"][0]["PolicyDocument"]), (server.TRUST, server.ALL))
        self.assertEqual(self.read("iam/oidc-providers.json")["OpenIDConnectProviders"][0]["ClientIDList"], ["sts.amazonaws.com"])
        self.assertEqual([len(level) for level in self.read("organizations/policies.json")["service_control_policies"][server.ACCOUNT]], [1, 1, 1])
        policies = self.read("ecr/eu-central-1/inventory.json")["resource_policies"]
        self.assertEqual([row["policy"] for row in policies], [None, server.ALL, None])
        code, report = self.audit()
        self.assertEqual((code, report["not_covered"]), (1, [row for row in report["not_covered"] if "resource control policies" in row["why"]]))
        found = {row["rule"] for row in report["outcomes"] if row["outcome"] == "fail" and row["severity"] != "info"}
        self.assertEqual({rule for rule in found if not rule.startswith("image-")}, {"host-document-public", "host-metadata-v1", "host-role-admin", "host-ssh-open", "iam-static-user", "oidc-pull-request-merge-ref"})
        # Services, images and lifecycle policies are judged as the AWS CLI's own outputs are.
        self.assertIn("image-deployed-gone", found)
        self.assertIn(":role/admin", self.muster("policy", "who-can", "s3:GetObject", "--facts", self.out).stdout)

    def test_answers_are_written_as_the_cli_prints_them(self):
        self.assertEqual(self.collect("--region", "eu-central-1,us-east-1").returncode, 0)
        images = self.read("ecr/eu-central-1/images/shop.json")
        self.assertEqual([one["imageTags"] for one in images["imageDetails"]], [["1.0"], ["1.1"], ["1.2"]])
        self.assertEqual(images["muster"], {"account": server.ACCOUNT, "region": "eu-central-1", "operation": "ecr:DescribeImages", "repositoryName": "shop", "list": "imageDetails"})
        self.assertEqual(images["imageDetails"][0]["imagePushedAt"], "2026-11-22T12:00:00Z")
        self.assertNotIn("nextToken", images)
        self.assertEqual(self.read("ecr/eu-central-1/lifecycle-policies/web.json"), {
            "registryId": server.ACCOUNT, "repositoryName": "web", "lifecyclePolicyText": None, "muster": {
                "account": server.ACCOUNT, "region": "eu-central-1", "operation": "ecr:GetLifecyclePolicy", "none": "LifecyclePolicyNotFoundException"}})
        self.assertEqual(len(self.read("ecs/eu-central-1/clusters.json")["clusters"]), 2)
        self.assertEqual(len(self.read("ecs/eu-central-1/services/prod.json")["services"]), 12)
        self.assertEqual(self.read("ecs/eu-central-1/services/stage.json")["services"], [])
        revisions = sorted(os.listdir(os.path.join(self.out, "ecs/eu-central-1/task-definitions")))
        self.assertEqual(revisions, [f"shop%3A{n}.json" for n in (12, 2, 3, 6, 7, 8, 9)])
        self.assertEqual(len(self.read("ecs/eu-central-1/families/shop.json")["taskDefinitionArns"]), 8)
        self.assertEqual(self.read("ecs/eu-central-1/tasks/prod.json")["tasks"][0]["containers"][0]["imageDigest"], "sha256:" + "1" * 64)
        deployments = self.read("ecs/eu-central-1/deployments/prod%2Fshop0.json")
        self.assertEqual([one["status"] for one in deployments["serviceDeployments"]], ["SUCCESSFUL", "ROLLBACK_SUCCESSFUL"])
        self.assertEqual(self.read("ecs/eu-central-1/deployments/prod%2Fshop1.json")["serviceDeployments"], [])
        revisions = self.read("ecs/eu-central-1/revisions/prod%2Fshop0.json")["serviceRevisions"]
        self.assertEqual([one["serviceRevisionArn"][-1:] for one in revisions], ["2", "1"])
        self.assertEqual(revisions[0]["containerImages"], [{"containerName": "web", "image": "shop:1", "imageDigest": "sha256:" + "1" * 64}])
        instance = self.read("ec2/eu-central-1/instances.json")["Reservations"][0]["Instances"][0]
        self.assertEqual(instance["MetadataOptions"], {"State": "applied", "HttpTokens": "optional", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"})
        self.assertEqual((instance["State"], instance["SecurityGroups"]), ({"Code": 16, "Name": "running"}, [{"GroupId": "sg-1", "GroupName": "web"}]))
        self.assertEqual([group["GroupId"] for group in instance["NetworkInterfaces"][0]["Groups"]], ["sg-1", "sg-2"])
        rules = self.read("ec2/eu-central-1/security-groups.json")["SecurityGroups"][0]["IpPermissions"]
        self.assertEqual(rules[0], {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [], "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                                    "Ipv6Ranges": [{"CidrIpv6": "::/0"}], "PrefixListIds": []})
        self.assertEqual(rules[1], {"IpProtocol": "-1", "UserIdGroupPairs": [{"UserId": server.ACCOUNT, "GroupId": "sg-1"}], "IpRanges": [], "Ipv6Ranges": [],
                                    "PrefixListIds": []})
        self.assertEqual([one["Name"] for one in self.read("s3/aws-global/buckets.json")["Buckets"]], ["acme-bundles", "acme.site", "old_Logs"])
        bucket = lambda setting, name="acme-bundles", region="eu-central-1": {
            key: value for key, value in self.read(f"s3/{region}/{setting}/{name}.json").items() if key != "muster"}
        self.assertEqual(bucket("versioning"), {"Status": "Enabled"})
        self.assertEqual(bucket("versioning", "acme.site", "us-east-1"), {})
        self.assertEqual(bucket("policy-status"), {"PolicyStatus": {"IsPublic": True}})
        self.assertEqual(bucket("public-access-block")["PublicAccessBlockConfiguration"]["BlockPublicAcls"], True)
        self.assertEqual(bucket("encryption")["ServerSideEncryptionConfiguration"]["Rules"][0]["BucketKeyEnabled"], False)
        self.assertEqual(bucket("ownership"), {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}})
        self.assertEqual([rule["ID"] for rule in bucket("lifecycle")["Rules"]], ["old", "b"])
        self.assertEqual(bucket("lifecycle")["Rules"][0]["Transitions"], [{"Days": 7, "StorageClass": "GLACIER"}])
        self.assertEqual(bucket("versioning", "old_Logs", "eu-west-1"), {})
        self.assertEqual([json.loads(row["Policy"]) if "Policy" in row else None for row in (bucket("policies"), bucket("policies", "acme.site", "us-east-1"))][1], None)
        distributions = self.read("cloudfront/aws-global/distributions.json")["DistributionList"]
        self.assertEqual(([one["Id"] for one in distributions["Items"]], sorted(distributions)), (["E1", "E2"], ["Items"]))
        self.assertEqual([one["Name"] for one in self.read("ssm/eu-central-1/parameters.json")["Parameters"]], ["/shop/p0", "/shop/p1", "/shop/p2"])
        self.assertEqual(self.read("ssm/eu-central-1/document-permissions/acme-old.json")["AccountIds"], ["all"])
        self.assertEqual(self.read("kms/eu-central-1/keys/" + server.account.KEY_ID + ".json")["KeyMetadata"]["KeyState"], "Enabled")
        self.assertEqual(self.read("iam/aws-global/roles.json")["Roles"][0]["MaxSessionDuration"], 3600)
        self.assertEqual(self.read("iam/aws-global/last-accessed/web.json")["ServicesLastAccessed"][0]["ServiceNamespace"], "s3")
        event = json.loads(self.read("cloudtrail/us-east-1/events/PutRolePolicy.json")["Events"][0]["CloudTrailEvent"])
        self.assertEqual((event["errorCode"], event["userIdentity"]["arn"], "requestParameters" in event), ("AccessDenied", f"arn:aws:iam::{server.ACCOUNT}:user/ann", False))
        known = {}
        for name in ("s3/aws-global", "kms/eu-central-1", "secretsmanager/eu-central-1"):
            known.update({row["arn"]: row["policy"] is not None for row in self.read(name + "/resource-policies.json")["resource_policies"]})
        key = f"arn:aws:kms:eu-central-1:{server.ACCOUNT}:key/{server.account.KEY_ID}"
        secret = server.account.SECRET_ARN
        self.assertEqual(known, {"arn:aws:s3:::acme-bundles": True, "arn:aws:s3:::acme.site": False, "arn:aws:s3:::old_Logs": False, key: True, secret: True,
                                 secret.replace("database", "mail"): False})
        # Two regions are not all: who is on no instance of theirs may be on one elsewhere.
        self.assertFalse(os.path.exists(os.path.join(self.out, "ec2/aws-global")))

    def test_all_regions_are_those_that_the_account_may_use(self):
        self.assertEqual(self.collect("--region", "all").returncode, 0)
        self.assertEqual(self.read("manifest.json")["regions"], ["eu-central-1", "us-east-1"])
        carriers = [(row["arn"], row["role"]) for row in self.read("ec2/aws-global/inventory.json")["inventory"]]
        self.assertEqual(carriers, [(f"arn:aws:ec2:{region}:{server.ACCOUNT}:instance/i-0a1b2c3d", f"arn:aws:iam::{server.ACCOUNT}:role/admin")
                                    for region in ("eu-central-1", "us-east-1")])

    def test_no_secret_reaches_a_file_the_log_or_a_report(self):
        # Of which some calls fail: what an error says may be a secret, too.
        self.aws.faults = {"ListClusters": ["500"], "GetBucketPolicy": ["denied"], "DescribeInstances": ["denied"], "ListAliases": ["denied"], "DescribeTrails": ["html"],
                           "GetResourcePolicy": ["html"], "GetCredentialReport": ["denied"]}
        done = self.collect("--verbose", "--region", "all")
        self.assertEqual(done.returncode, 3)
        self.assertEqual({row["kind"] for row in self.read("manifest.json")["not_read"] if row["needed"]}, {"denied"})
        _, report = self.audit("--history", os.path.join(self.folder, "history.db"))
        everything = {"output": done.stdout + done.stderr, "report": json.dumps(report)}
        # The facts, the report, the history of the audit.
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    everything[os.path.join(folder, name)] = file.read()
        self.assertTrue(any(name.endswith(".db") for name in everything), sorted(everything))
        self.assertEqual([name for name, text in everything.items() if server.CANARY in text], [])
        container = self.read("ecs/eu-central-1/task-definitions/shop%3A3.json")["taskDefinition"]["containerDefinitions"][0]
        self.assertEqual(container["environment"], [{"name": "DATABASE_URL", "value": "[redacted: 16-31 characters]"}, {"name": "EMPTY", "value": ""}])
        self.assertEqual((container["command"], container["newFeature"]), (["[redacted: 1-7 characters]", "[redacted: 8-15 characters]"],
                                                                          {"of": ["[redacted: 8-15 characters]", "[redacted: 8-15 characters]"]}))
        self.assertEqual((container["logConfiguration"], container["secrets"][0]["name"]),
                         ({"logDriver": "splunk", "options": {"splunk-token": "[redacted: 8-15 characters]"}}, "TOKEN"))
        self.assertTrue(container["image"].endswith("/shop:1.3"))
        content = json.loads(self.read("ssm/eu-central-1/documents/acme-deploy.json")["Content"])
        self.assertEqual(content["parameters"], {"Version": {"type": "String", "default": "[redacted: 8-15 characters]", "allowedPattern": "^[0-9.]+$"}})

    def test_the_auditors_policy_allows_the_calls_that_are_made_and_no_other(self):
        self.assertEqual(self.collect("--region", "all").returncode, 0)
        other = {"s3:GetBucketEncryption": "s3:GetEncryptionConfiguration", "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
                 "s3:ListBuckets": "s3:ListAllMyBuckets", "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock"}
        made = {f"{service}:{action}" for _, service, action, _ in self.aws.asked if service != "sts"}
        # The list of accounts is asked for by `--org` (accounts.test.py).
        made = {other.get(call, call) for call in made} | {"s3:GetAccountPublicAccessBlock", "organizations:ListAccounts"}
        done = self.muster("docs", "--out", os.path.join(self.folder, "docs"))
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(self.folder, "docs", "auditor-policy.json")) as file:
            statements = json.load(file)["Statement"]
        allowed = [action for statement in statements if statement["Effect"] == "Allow" for action in statement["Action"]]
        self.assertEqual(sorted(allowed), sorted(made))

    def test_calls_with_a_limit_keep_to_it(self):
        self.assertEqual(self.collect().returncode, 0)
        times = [time for time, _, action, _ in self.aws.asked if action == "LookupEvents"]
        self.assertEqual({region for _, _, action, region in self.aws.asked if action == "LookupEvents"}, {"us-east-1"})
        self.assertGreater(len(times), 9)
        self.assertGreater(times[-1] - times[0], 0.45 * (len(times) - 1))

    def test_what_a_service_names_as_failed_is_not_read(self):
        self.aws.faults = {"DescribeClusters": ["failure"]}
        done = self.collect()
        self.assertEqual(done.returncode, 3)
        self.assertIn("clusters: arn:lost: ecs DescribeClusters", done.stderr)

    def test_each_denied_or_broken_call_is_named_and_nothing_is_made_of_it(self):
        # First what leads to nothing else, then the lists; an answer without content is broken and never "nothing there".
        lists = ["DescribeRepositories", "ListClusters", "ListServices", "ListTaskDefinitions", "DescribeParameters", "ListDocuments", "ListSecrets", "ListAliases",
                 "DescribeTrails", "ListBuckets", "GetAccountAuthorizationDetails", "ListOpenIDConnectProviders", "DescribeInstances"]
        self.assertEqual(self.collect().returncode, 0)
        calls = {(service, action) for _, service, action, _ in self.aws.asked if service not in ("sts", "organizations")}
        leaves = [action for _, action in calls if action not in lists]
        for fault, actions in (("denied", leaves), ("denied", lists), ("empty", lists + ["GetBucketVersioning", "GetBucketPolicy", "DescribeImages", "GetResourcePolicy"])):
            with self.subTest(fault=fault, actions=len(actions)):
                self.aws.reset()
                self.aws.faults = {action: [fault] * 500 for action in actions}
                shutil.rmtree(self.out)
                done = self.collect(AWS_MAX_ATTEMPTS="1")
                self.assertEqual(done.returncode, 3)
                missing = {row["call"].split(":")[1] for row in self.read("manifest.json")["not_read"] if row["needed"]}
                asked = {action for _, _, action, _ in self.aws.asked}
                self.assertEqual({action for action in actions if action in asked} - missing, set())
                code, report = self.audit()
                self.assertIn(code, (1, 3))
                self.assertEqual(self.audit("--fail-on", "critical")[0], 3)
                self.assertTrue(all(action in json.dumps(report["not_covered"]) for action in missing))
                for file in self.read("manifest.json")["files"]:
                    if file["path"].endswith("resource-policies.json"):
                        self.assertEqual([row for row in self.read(file["path"])["resource_policies"] if row["policy"] is None], [])

    def test_what_was_not_read_makes_the_collection_and_the_audit_incomplete(self):
        for action, fault in (("GetAccountAuthorizationDetails", [None, "denied"]), ("GetOpenIDConnectProvider", ["denied"]),
                              ("GetCredentialReport", ["denied"]), ("DescribeRepositories", [None, "denied"]), ("GetRepositoryPolicy", ["denied"])):
            with self.subTest(action):
                self.aws.reset()
                self.aws.faults = {action: list(fault)}
                shutil.rmtree(self.out, ignore_errors=True)
                done = self.collect()
                self.assertEqual(done.returncode, 3)
                self.assertIn(action, done.stderr)
                code, report = self.audit()
                self.assertIn(code, (1, 3))
                self.assertIn(action, json.dumps(report["not_covered"]))
                self.assertEqual(self.audit("--fail-on", "critical")[0], 3)

    def test_a_member_account_that_may_not_ask_the_organisation_is_complete(self):
        self.aws.faults = {"ListParents": ["denied"]}
        done = self.collect()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("note: not read: policies of the organisation", done.stderr)

    def test_nothing_is_written_where_nothing_can_be_trusted(self):
        for words, more, code, word in ((["--account", "999988887777"], {}, 2, "account 111122223333"), ([], {"AWS_ACCESS_KEY_ID": ""}, 3, "no AWS credentials"),
                                        ([], {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, 2, "no region"),
                                        (["--region", "eu-west-1,../x"], {}, 2, "small letters"), (["--profile", "p"], {}, 2, "no profile `p`"),
                                        ([], {"AWS_SECRET_ACCESS_KEY": "wrong"}, 3, "SignatureDoesNotMatch")):
            with self.subTest(word):
                done = self.collect(*words, **more)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(word, done.stderr)
                self.assertFalse(os.path.exists(self.out))

    def test_facts_that_are_no_longer_as_they_were_collected_make_the_audit_incomplete(self):
        self.assertEqual(self.collect().returncode, 0)
        changed, lost = "s3/aws-global/account-public-access-block.json", "ecr/eu-central-1/repositories.json"
        why = lambda: {gap["what"].removeprefix(self.out + "/"): gap["why"] for gap in self.audit()[1]["not_covered"] if gap["blocks"]}
        self.assertEqual(why(), {})
        with open(os.path.join(self.out, changed)) as file:
            text = file.read()
        with open(os.path.join(self.out, changed), "w") as file:
            file.write(text.replace('"RestrictPublicBuckets": true', '"RestrictPublicBuckets": false'))
        os.remove(os.path.join(self.out, lost))
        found = why()
        self.assertEqual(set(found), {changed, lost})
        self.assertIn("SHA-256", found[changed])
        self.assertIn("not there any more", found[lost])

    def test_facts_inside_the_audited_folder_are_read_once(self):
        self.assertEqual(self.collect().returncode, 0)
        code, report = self.audit()
        done = self.muster("audit", self.folder, "--facts", self.out, "--json", "--out", os.path.join(self.folder, "report"), "--history", os.path.join(self.folder, "h.db"))
        again = json.loads(done.stdout)
        fails = lambda one: sorted((found["rule"], found["asset"]["id"], found["anchor"]) for found in one["outcomes"] if found["outcome"] == "fail")
        self.assertEqual((done.returncode, fails(again)), (code, fails(report)))

    def test_a_folder_with_something_in_it_is_left_alone(self):
        os.makedirs(self.out)
        open(os.path.join(self.out, "mine"), "w").close()
        self.assertEqual(self.collect().returncode, 2)
        self.assertEqual(os.listdir(self.out), ["mine"])

    def test_a_manifest_of_another_form_is_not_trusted(self):
        os.makedirs(self.out)
        for text in ('{"muster_facts": 2, "not_read": []}', '{"muster_facts": 1}', '{"muster_facts": 1'):
            with open(os.path.join(self.out, "manifest.json"), "w") as out:
                out.write(text)
            code, report = self.audit()
            self.assertEqual(code, 3)
            self.assertIn("manifest of facts", json.dumps(report["not_covered"]))


@unittest.skipUnless(shutil.which("openssl"), "the openssl program is missing")
class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.authority = server.certificate(cls.folder, "authority", "")
        server.certificate(cls.folder, "stranger", "")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def ask(self, certificate, bundle, host="127.0.0.1"):
        aws = server.Aws(certificate)
        try:
            return subprocess.run([PROBE, "roles"], capture_output=True, text=True, timeout=60,
                                  env=environment(self.folder, AWS_ENDPOINT_URL=aws.url(host), AWS_CA_BUNDLE=os.path.join(self.folder, bundle), **KEYS))
        finally:
            aws.close()

    def test_only_a_certificate_that_proves_the_host_is_taken(self):
        good = server.certificate(self.folder, "good", "IP:127.0.0.1", authority=self.authority)
        other = server.certificate(self.folder, "other", "DNS:other.example.com", authority=self.authority)
        expired = server.certificate(self.folder, "expired", "IP:127.0.0.1", days=-1, authority=self.authority)
        self.assertEqual(self.ask(good, "authority.pem").stdout, NAMES)
        for name, certificate, bundle in (("unknown authority", good, "stranger.pem"), ("wrong name", other, "authority.pem"),
                                          ("expired", expired, "authority.pem"), ("no such bundle", good, "missing.pem")):
            with self.subTest(name):
                done = self.ask(certificate, bundle)
                self.assertEqual(done.returncode, 1)
                self.assertIn("sts GetCallerIdentity", done.stderr.splitlines()[-1])
                self.assertNotIn("attempts", done.stderr.splitlines()[-1])


class Sources(unittest.TestCase):
    """One row for each way to have credentials, or to fail; botocore must find the same."""

    @classmethod
    def setUpClass(cls):
        cls.aws = server.Aws()

    @classmethod
    def tearDownClass(cls):
        cls.aws.close()

    def probe(self, profile, env):
        return subprocess.run([PROBE, "credentials", *([profile] if profile else [])], env=env, capture_output=True, text=True, timeout=60)

    def cli(self, profile, env):
        return subprocess.run([sys.executable, "-c", RESOLVE, profile], env=env, capture_output=True, text=True, timeout=60)

    def rows(self, folder):
        url, role = self.aws.url(), f"arn:aws:iam::{server.ACCOUNT}:role/"
        program = os.path.join(folder, "program.sh")
        token = os.path.join(folder, "token")
        pair = "aws_access_key_id = AKIA{0}\naws_secret_access_key = hunter2 {0}\n"
        env_keys = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "hunter2"}
        web = {"AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": role + "web"}
        chain = (f"[profile a]\nrole_arn = {role}a\nsource_profile = b\nexternal_id = acme\n[profile b]\nrole_arn = {role}b\nsource_profile = c\n"
                 "role_session_name = ann\nduration_seconds = 900\n")
        sso = f"[profile s]\nsso_session = acme\nsso_account_id = {server.ACCOUNT}\nsso_role_name = audit\n[sso-session acme]\n" \
              "sso_start_url = https://acme.example.com/start\nsso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n"
        with_machine = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url}
        return [
            # name, profile on the command line, variables, config file, credentials file
            ("nothing", "", {}, "", ""),
            ("environment", "", env_keys, "", ""),
            ("environment with token", "", {**env_keys, "AWS_SESSION_TOKEN": "t"}, "", ""),
            ("environment with the old name of the token", "", {**env_keys, "AWS_SESSION_TOKEN": "t", "AWS_SECURITY_TOKEN": "old"}, "", ""),
            ("environment without secret", "", {"AWS_ACCESS_KEY_ID": "AKIAENV"}, "", "[default]\n" + pair.format("D")),
            ("empty environment", "", {"AWS_ACCESS_KEY_ID": ""}, "", "[default]\n" + pair.format("D")),
            ("environment before AWS_PROFILE", "", {**env_keys, "AWS_PROFILE": "p"}, "[profile p]\n" + pair.format("P"), ""),
            ("a chosen profile before environment", "p", env_keys, "[profile p]\n" + pair.format("P"), ""),
            ("AWS_PROFILE", "", {"AWS_PROFILE": "p"}, "[profile p]\n" + pair.format("P") + "[default]\n" + pair.format("D"), ""),
            ("AWS_DEFAULT_PROFILE before AWS_PROFILE", "", {"AWS_PROFILE": "p", "AWS_DEFAULT_PROFILE": "q"},
             "[profile p]\n" + pair.format("P") + "[profile q]\n" + pair.format("Q"), ""),
            ("a profile that is not there", "missing", {}, "[default]\n" + pair.format("D"), ""),
            ("credentials file before config file", "p", {}, "[profile p]\n" + pair.format("CONFIG"), "[p]\n" + pair.format("CREDENTIALS")),
            ("config file", "", {}, "[default]\n" + pair.format("D") + "aws_session_token = t\n", ""),
            ("a name with blanks in quotes", "my team", {}, '[profile "my team"]\n' + pair.format("P"), ""),
            ("upper-case keys, colons, comments, blanks", "p", {},
             "# c\n ; c\n[profile p]\nAWS_ACCESS_KEY_ID : AKIAP\n\naws_secret_access_key=a=b # no comment\n", ""),
            ("an indented line goes on with the value before it", "p", {}, "[profile p]\naws_secret_access_key = a\n  aws_access_key_id = AKIAP\n", ""),
            ("keys without secret", "p", {}, "[profile p]\naws_access_key_id = AKIAP\n", ""),
            ("a key twice", "p", {}, "[profile p]\n" + pair.format("P") + "aws_access_key_id = AKIAQ\n", ""),
            ("a section twice", "p", {}, "[profile p]\n" + pair.format("P") + "[profile p]\n", ""),
            ("no section", "p", {}, pair.format("P") + "[profile p]\n", ""),
            ("a line without a value", "p", {}, "[profile p]\nhello\n", ""),
            ("role over two profiles", "a", {}, chain + "[profile c]\n" + pair.format("C"), ""),
            ("role, its source in the credentials file", "a", {}, chain, "[c]\n" + pair.format("C")),
            ("role, its source by a program", "a", {}, chain + f"[profile c]\ncredential_process = {program}\n", ""),
            ("role of a profile that names itself", "p", {}, f"[profile p]\nrole_arn = {role}p\nsource_profile = p\n" + pair.format("P"), ""),
            ("role that leads back", "a", {}, chain + f"[profile c]\nrole_arn = {role}c\nsource_profile = a\n", ""),
            ("role without source", "p", {}, f"[profile p]\nrole_arn = {role}p\n", ""),
            ("role with two sources", "p", env_keys, f"[profile p]\nrole_arn = {role}p\nsource_profile = p\ncredential_source = Environment\n" + pair.format("P"), ""),
            ("role, its source not there", "p", {}, f"[profile p]\nrole_arn = {role}p\nsource_profile = q\n", ""),
            ("role, its source without credentials", "p", {}, f"[profile p]\nrole_arn = {role}p\nsource_profile = q\n[profile q]\nregion = eu-west-1\n", ""),
            ("role by the environment", "p", env_keys, f"[profile p]\nrole_arn = {role}p\ncredential_source = Environment\n", ""),
            ("role by an unknown source", "p", env_keys, f"[profile p]\nrole_arn = {role}p\ncredential_source = Sun\n", ""),
            ("role by the machine", "p", with_machine, f"[profile p]\nrole_arn = {role}p\ncredential_source = Ec2InstanceMetadata\n", ""),
            ("environment before role", "", env_keys, f"[default]\nrole_arn = {role}p\nsource_profile = q\n[profile q]\n" + pair.format("Q"), ""),
            ("role before web identity of the environment", "", web, f"[default]\nrole_arn = {role}p\nsource_profile = q\n[profile q]\n" + pair.format("Q"), ""),
            ("web identity", "", web, "", ""),
            ("web identity with a name", "", {**web, "AWS_ROLE_SESSION_NAME": "ann"}, "", ""),
            ("web identity before files", "", web, "[default]\n" + pair.format("D"), ""),
            ("a chosen profile before web identity of the environment", "p", web, "[profile p]\n" + pair.format("P"), ""),
            ("web identity without role", "", {"AWS_WEB_IDENTITY_TOKEN_FILE": token}, "[default]\n" + pair.format("D"), ""),
            ("web identity without file", "", {**web, "AWS_WEB_IDENTITY_TOKEN_FILE": token + "x"}, "[default]\n" + pair.format("D"), ""),
            ("web identity of a profile", "p", {}, f"[profile p]\nrole_arn = {role}p\nweb_identity_token_file = {token}\n", ""),
            ("web identity as a source", "p", {}, f"[profile p]\nrole_arn = {role}p\nsource_profile = q\n[profile q]\nrole_arn = {role}q\n"
             f"web_identity_token_file = {token}\n", ""),
            ("identity center", "s", {}, sso, ""),
            ("identity center before keys", "s", {}, sso.replace("[sso-", pair.format("S") + "[sso-"), ""),
            ("identity center, nobody signed in", "s", {}, sso.replace("acme]", "other]").replace("= acme", "= other"), ""),
            ("identity center without region", "s", {}, sso.replace("sso_region = eu-west-1\n", ""), ""),
            ("identity center in disagreement", "s", {}, sso.replace("[sso-", "sso_region = eu-north-1\n[sso-"), ""),
            ("identity center without its session", "s", {}, sso.replace("[sso-session acme]", "[sso-session b]"), ""),
            ("identity center in the old way", "s", {}, sso.replace("sso_session = acme\n", "").replace("[sso-session acme]\n", ""), ""),
            ("program", "p", {}, f"[profile p]\ncredential_process = {program} 'an argument'\n", ""),
            ("keys of the credentials file before program", "p", {}, f"[profile p]\ncredential_process = {program}\n", "[p]\n" + pair.format("P")),
            ("program before keys of the config file", "p", {}, f"[profile p]\ncredential_process = {program}\n" + pair.format("P"), ""),
            ("program that fails", "p", {}, f"[profile p]\ncredential_process = {program} fail\n" + pair.format("P"), ""),
            ("program of another version", "p", {}, f"[profile p]\ncredential_process = {program} version\n", ""),
            ("program that says nothing", "p", {}, "[profile p]\ncredential_process = true\n", ""),
            ("program that is not there", "p", {}, "[profile p]\ncredential_process = /no/such/program\n", ""),
            ("container", "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "container-token"}, "", ""),
            ("container with a token file", "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "wrong",
                                                 "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": os.path.join(folder, "container-token")}, "", ""),
            ("container of another host", "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/container"}, "", ""),
            ("container before machine", "", {**with_machine, "AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/container",
                                              "AWS_CONTAINER_AUTHORIZATION_TOKEN": "container-token"}, "", ""),
            ("files before container", "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "container-token"},
             "[default]\n" + pair.format("D"), ""),
            ("machine", "", with_machine, "", ""),
            ("machine, switched off", "", {**with_machine, "AWS_EC2_METADATA_DISABLED": "true"}, "", ""),
        ]

    def prepare(self, folder, config, credentials):
        os.makedirs(os.path.join(folder, ".aws/sso/cache"))
        files = {".aws/config": config, ".aws/credentials": credentials, "token": "web-token", "container-token": "container-token",
                 "program.sh": "#!/bin/sh\n[ \"$1\" = fail ] && { echo 'no luck' >&2; exit 3; }\nv=1\n[ \"$1\" = version ] && v=2\n"
                               "echo '{\"Version\": '$v', \"AccessKeyId\": \"AKIAPROGRAM\", \"SecretAccessKey\": \"'\"program $1\"'\", \"Expiration\": \""
                               + self.aws.expiration + "\"}'\n"}
        # Names of the cache's files: SHA-1 of the session's name, or of the start URL.
        for name in ("acme", "https://acme.example.com/start"):
            files[".aws/sso/cache/" + hashlib.sha1(name.encode()).hexdigest() + ".json"] = json.dumps(
                {"accessToken": "sso-token", "expiresAt": self.aws.expiration, "region": "eu-west-1", "startUrl": "https://acme.example.com/start"})
        for name, text in files.items():
            with open(os.path.join(folder, name), "w") as out:
                out.write(text)
        os.chmod(os.path.join(folder, "program.sh"), 0o700)

    def test_each_source_gives_what_the_cli_gives(self):
        # Debian's is older than the endpoint variables, and would ask the real AWS.
        cli = importlib.util.find_spec("botocore") is not None and botocore_version() >= (1, 34)
        if not cli:
            print("no botocore 1.34 or newer: compared with nothing", file=sys.stderr)
        with tempfile.TemporaryDirectory() as top, concurrent.futures.ThreadPoolExecutor(4) as pool:
            asked = [(row[0], pool.submit(self.both, os.path.join(top, str(index)), index, cli)) for index, row in enumerate(self.rows(top))]
            for name, both in asked:
                with self.subTest(name):
                    ours, theirs = both.result()
                    self.assertNotIn("hunter2", ours.stderr)
                    if theirs:
                        self.compare(ours, theirs)

    def both(self, folder, index, cli):
        """What muster and botocore say of one row."""
        _, profile, variables, config, credentials = self.rows(folder)[index]
        self.prepare(folder, config, credentials)
        env = environment(folder, **{"AWS_ENDPOINT_URL_STS": self.aws.url(), "AWS_ENDPOINT_URL_SSO": self.aws.url(), **variables})
        return self.probe(profile, env), self.cli(profile, env) if cli else None

    def compare(self, ours, theirs):
        if theirs.returncode != 0:
            self.assertEqual(ours.returncode, 1, f"{ours.stdout}\nbotocore: {theirs.stderr}")
            return
        self.assertEqual(ours.returncode, 0, f"{ours.stderr}\nbotocore: {theirs.stdout}")
        want, got = json.loads(theirs.stdout), json.loads(ours.stdout)
        for key in ("AccessKeyId", "SecretAccessKey", "SessionToken"):
            self.assertEqual(got.get(key), want.get(key))
        self.assertEqual((got.get("Expiration") or "")[:19], (want.get("Expiration") or "")[:19])


if __name__ == "__main__":
    beside.main()
