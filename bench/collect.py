#!/usr/bin/env python3
"""What a collection costs: calls of an account, processor time of a call, memory at ten times the roles and with many accounts, wall time against latency.

  bench/collect.py [--muster PROGRAM] [--scale 30] [--org 50] [--latency 20-80]

One JSON object on standard output. Needs MUSTER_SHARED with tools/aws, moto_server and boto3 (tests/aws/emulated.py): the account is emulated on this machine.
`cpu_ms_per_call` is user and system time of the program (getrusage) divided by the calls that the proxy counted. The peer is boto3, which asks the same account
for the same things with one client for each service; `start_s` is its time before the first call.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "aws"))
import emulated  # noqa: E402

# AWS hands out the texts of those of its own policies that are attached; moto would hand out all 1,485 of them, 5 MB.
emulated.SETTINGS["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "false"
# As in docs/account-facts.md: what is listed, then what is asked for each thing of it. Without s3control, which boto3 cannot ask at another address.
PEER = r"""
import sys, time
begun = time.process_time()
import boto3, botocore
clients = {}
def ask(service, method, **parameters):
    region = "us-east-1" if service == "ecr-public" else None
    client = clients.get(service) or clients.setdefault(service, boto3.client(service, region_name=region))
    try:
        return getattr(client, method)(**parameters)
    except botocore.exceptions.ClientError as error:
        return {}
def pages(service, method, member, **parameters):
    region = "us-east-1" if service == "ecr-public" else None
    client = clients.get(service) or clients.setdefault(service, boto3.client(service, region_name=region))
    try:
        return [one for page in client.get_paginator(method).paginate(**parameters) for one in page.get(member, [])]
    except botocore.exceptions.ClientError:
        return []
print(time.process_time() - begun, flush=True)
ask("sts", "get_caller_identity")
pages("iam", "get_account_authorization_details", "RoleDetailList", PaginationConfig={"PageSize": 1000})
pages("iam", "list_roles", "Roles", PaginationConfig={"PageSize": 1000})
for one in ask("iam", "list_open_id_connect_providers")["OpenIDConnectProviderList"]:
    ask("iam", "get_open_id_connect_provider", OpenIDConnectProviderArn=one["Arn"])
ask("iam", "generate_credential_report"); ask("iam", "get_credential_report")
for one in pages("ecr", "describe_repositories", "repositories"):
    name = one["repositoryName"]
    pages("ecr", "describe_images", "imageDetails", repositoryName=name)
    ask("ecr", "get_repository_policy", repositoryName=name); ask("ecr", "get_lifecycle_policy", repositoryName=name)
for method in ("get_registry_policy", "get_registry_scanning_configuration"):
    ask("ecr", method)
for cluster in pages("ecs", "list_clusters", "clusterArns"):
    ask("ecs", "describe_clusters", clusters=[cluster])
    services = pages("ecs", "list_services", "serviceArns", cluster=cluster)
    for service in ask("ecs", "describe_services", cluster=cluster, services=services).get("services", []) if services else []:
        ask("ecs", "describe_task_definition", taskDefinition=service["taskDefinition"])
    tasks = pages("ecs", "list_tasks", "taskArns", cluster=cluster)
    if tasks:
        ask("ecs", "describe_tasks", cluster=cluster, tasks=tasks[:100])
for arn in pages("ecs", "list_task_definitions", "taskDefinitionArns"):
    ask("ecs", "describe_task_definition", taskDefinition=arn)
pages("ssm", "describe_instance_information", "InstanceInformationList"); pages("ssm", "describe_parameters", "Parameters")
for one in pages("ssm", "list_documents", "DocumentIdentifiers", Filters=[{"Key": "Owner", "Values": ["Self"]}]):
    ask("ssm", "get_document", Name=one["Name"]); ask("ssm", "describe_document_permission", Name=one["Name"], PermissionType="Share")
pages("ec2", "describe_instances", "Reservations"); pages("ec2", "describe_security_groups", "SecurityGroups")
for one in pages("secretsmanager", "list_secrets", "SecretList"):
    ask("secretsmanager", "get_resource_policy", SecretId=one["ARN"])
for one in pages("kms", "list_aliases", "Aliases"):
    if one.get("TargetKeyId"):
        key = one["TargetKeyId"]
        ask("kms", "describe_key", KeyId=key); ask("kms", "get_key_policy", KeyId=key, PolicyName="default"); ask("kms", "get_key_rotation_status", KeyId=key)
for one in ask("cloudtrail", "describe_trails").get("trailList", []):
    ask("cloudtrail", "get_trail_status", Name=one["TrailARN"])
for one in ask("s3", "list_buckets")["Buckets"]:
    for what in ("location", "versioning", "policy", "policy_status", "encryption", "ownership_controls", "lifecycle_configuration"):
        ask("s3", "get_bucket_" + what, Bucket=one["Name"])
    ask("s3", "get_public_access_block", Bucket=one["Name"])
ask("cloudfront", "list_distributions"); ask("cloudfront", "list_origin_access_controls")
ask("organizations", "describe_organization")
"""


def measured(command, environment, cwd):
    """What the system says of the one process (user and system seconds, peak in MB, wall seconds), and its output."""
    begun = time.monotonic()
    with open(os.path.join(cwd, "out"), "w+") as out, open(os.path.join(cwd, "err"), "w") as err:
        process = subprocess.Popen(command, env=environment, cwd=cwd, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    return {"exit": process.returncode, "user_s": usage.ru_utime, "system_s": usage.ru_stime, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024, "wall_s": time.monotonic() - begun}, text


def control(account, path, method="GET"):
    with urllib.request.urlopen(urllib.request.Request(account.proxy + "/_proxy/" + path, method=method, data=b"" if method == "POST" else None), timeout=30) as reply:
        return reply.read()


def rounded(figures):
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}


def of_run(account, command, environment, folder, latency_ms=0.0):
    control(account, "reset", "POST")
    figures, text = measured(command, environment, folder)
    stats = json.loads(control(account, "stats"))
    count = sum(stats["stats"].values())
    figures["calls"], figures["cpu_ms_per_call"], figures["most_at_once"] = count, figures["cpu_s"] * 1000 / max(count, 1), stats["max_concurrent"]
    if latency_ms:
        figures["latency_ms"] = latency_ms
        # All calls as often beside each other as there ever were, and nothing else.
        figures["ideal_s"] = latency_ms / 1000 * count / max(figures["most_at_once"], 1)
    return figures, text, stats["stats"]


def collect(options, shared, name, seed=(), proxy=(), words=(), latency_ms=0.0, peer=False):
    """One collection of an account that is made for it."""
    with tempfile.TemporaryDirectory() as folder, emulated.Account(shared, folder, seed=seed, front=proxy) as account:
        environment = account.environment()
        figures, _, by_name = of_run(account, [options.muster, "collect", "aws", "--out", os.path.join(folder, "facts"), *words], environment, folder, latency_ms)
        row = {"case": name, **rounded(figures)}
        if peer:
            ours, text, theirs = of_run(account, [sys.executable, "-c", PEER], {**environment, "AWS_DEFAULT_REGION": environment["AWS_REGION"]}, folder)
            start = float(text.split()[0])
            row["calls_by_name"] = by_name
            row["boto3"] = rounded({**ours, "start_s": start, "cpu_ms_per_call_after_start": (ours["cpu_s"] - start) * 1000 / max(ours["calls"], 1)})
            row["cpu_against_boto3"] = round(figures["cpu_ms_per_call"] / row["boto3"]["cpu_ms_per_call_after_start"], 3)
        return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--muster", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "build", "release", "muster"))
    parser.add_argument("--scale", type=int, default=30, help="roles more than the account has; the second run has ten times as many")
    parser.add_argument("--org", type=int, default=50, help="member accounts")
    parser.add_argument("--latency", default="20-80", help="milliseconds that the proxy adds to a call")
    options = parser.parse_args()
    options.muster = os.path.abspath(options.muster)
    shared = os.environ.get("MUSTER_SHARED", "")
    low, high = (float(one) for one in re.fullmatch(r"(\d+)-(\d+)", options.latency).groups())
    role = ["--org", "--role", "muster-audit"]
    try:
        rows = [collect(options, shared, "one account", peer=True),
                collect(options, shared, f"{options.scale} roles more", seed=["--scale", str(options.scale)]),
                collect(options, shared, f"{options.scale * 10} roles more", seed=["--scale", str(options.scale * 10)]),
                collect(options, shared, "one account, with latency", proxy=["--latency", options.latency], latency_ms=(low + high) / 2),
                collect(options, shared, "an organisation of 5", seed=["--org", "5"], words=role),
                collect(options, shared, f"an organisation of {options.org}", seed=["--org", str(options.org)], words=role),
                collect(options, shared, f"an organisation of {options.org}, with latency", seed=["--org", str(options.org)], words=role,
                        proxy=["--latency", options.latency], latency_ms=(low + high) / 2)]
    except emulated.Missing as missing:
        print(f"bench: {missing}", file=sys.stderr)
        return 3
    print(json.dumps({"name": "collect", "load": os.getloadavg()[0], "rows": rows}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
