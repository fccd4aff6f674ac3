"""A server in front of moto that answers, in AWS's form and from moto's own state, what moto lacks or words in a form that AWS does not have; everything else
goes through unchanged. Signatures are verified before it, by the proxy that a client speaks to: client -> awsproxy.py --verify -> gaps.py -> moto.

  gaps.py --listen 127.0.0.1:PORT --upstream http://127.0.0.1:PORT

What it mends, and what moto 5.2.1 does instead:
- ecr DescribeRepositoryCreationTemplates: moto fails (500, HTML). It keeps no templates, so there are none.
- ecr-public DescribeRepositories: moto has no public registry (500, HTML) and refuses to make one, so it is empty.
- s3 GetBucketPolicyStatus: moto does not know the query `policyStatus` and lists the bucket's objects. Judged from the bucket's policy, as the S3 User Guide
  says under "The meaning of public"; a bucket without a policy has no status (NoSuchBucketPolicy).
- s3 GetBucketVersioning: moto names the root GetBucketVersioningResponse instead of VersioningConfiguration.
- ecs ListServiceDeployments, DescribeServiceRevisions: moto fails (500, HTML). Made of the deployments that DescribeServices has, which are those of now only: a
  deployment ARN and a revision ARN end with the deployment's id. A revision's digests are looked up in ECR when it is first asked for.
- ecs DescribeTasks: moto's containers have no `imageDigest`. It is the digest that the tag named when RunTask was called through this server.
"""
import argparse
import http.client
import http.server
import json
import re
import urllib.parse

JSON11 = "application/x-amz-json-1.1"
XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
HOP_BY_HOP = ("connection", "content-length", "transfer-encoding", "server", "date")
# Condition keys that hold a statement to known callers when their values are fixed.
HOLDING_KEYS = {"aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:userid", "aws:principalorgid",
                "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointarn",
                "s3:dataaccesspointaccount"}
HOLDING_OPERATORS = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
# By the prefix of `X-Amz-Target`: the service, and what answers its calls.
TARGETS = {"AmazonEC2ContainerRegistry_V20150921": ("ecr", {"DescribeRepositoryCreationTemplates": "creation_templates"}),
           "SpencerFrontendService": ("ecr-public", {"DescribeRepositories": "public_repositories"}),
           "AmazonEC2ContainerServiceV20141113": ("ecs", {"ListServiceDeployments": "service_deployments", "DescribeServiceRevisions": "service_revisions",
                                                          "RunTask": "run_task", "DescribeTasks": "tasks"})}
# What moto does not keep: the digests of tasks by container, and revisions as they were when first asked for.
DIGESTS, REVISIONS = {}, {}


def listed(value):
    return value if isinstance(value, list) else [value]


def is_fixed(key, value):
    """Whether a value names callers instead of everybody; a wide range of addresses names everybody."""
    if key == "aws:sourceip":
        return int(value.partition("/")[2] or 32) >= (32 if ":" in value else 8)
    return "*" not in value and "?" not in value and "${" not in value


def is_held(statement):
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            if operator.lower() in HOLDING_OPERATORS and key.lower() in HOLDING_KEYS and all(is_fixed(key.lower(), value) for value in listed(values)):
                return True
    return False


def is_public(policy):
    def anybody(principal):
        return principal == "*" or isinstance(principal, dict) and any("*" in listed(names) for names in principal.values())

    return any(statement["Effect"] == "Allow" and ("NotPrincipal" in statement or anybody(statement.get("Principal"))) and not is_held(statement)
               for statement in listed(policy["Statement"]))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream = None

    def log_message(self, *_):
        pass

    def ask(self, path, body, **changed):
        """The answer of moto: status, headers, body. The client's headers, some of them changed."""
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        headers.update({name.replace("_", "-"): value for name, value in changed.items()})
        connection = http.client.HTTPConnection(self.upstream.hostname, self.upstream.port, timeout=120)
        connection.request(self.command, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP], content

    def json_answer(self, value):
        return 200, [("Content-Type", JSON11)], json.dumps(value).encode()

    def creation_templates(self, body):
        return self.json_answer({"registryId": self.moto("ecr", "DescribeRegistry", {})["registryId"], "repositoryCreationTemplates": []})

    def public_repositories(self, body):
        return self.json_answer({"repositories": []})

    def policy_status(self, body):
        status, headers, content = self.ask(self.path.partition("?")[0] + "?policy", body)
        if status != 200:
            return status, headers, content
        written = "TRUE" if is_public(json.loads(content)) else "FALSE"
        return 200, [("Content-Type", "application/xml")], f"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PolicyStatus {XMLNS}><IsPublic>{written}</IsPublic></PolicyStatus>".encode()

    def versioning(self, body):
        status, headers, content = self.ask(self.path, body)
        return status, headers, content.replace(b"GetBucketVersioningResponse", b"VersioningConfiguration")

    def moto(self, service, action, asked):
        """The answer of moto to another call than the client's, in the client's name; `None`: it refused."""
        target = next(name for name, (short, _) in TARGETS.items() if short == service)
        credential = re.sub(r"(Credential=[^/]+/\d+/[^/]+/)[^/]+/", rf"\1{service}/", self.headers["Authorization"])
        status, _, content = self.ask("/", json.dumps(asked).encode(), x_amz_target=f"{target}.{action}", authorization=credential)
        return json.loads(content) if status == 200 else None

    def service_deployments(self, body):
        asked = json.loads(body)
        cluster, name = re.search(r":service/([^/]+)/([^/]+)$", asked["service"]).groups()
        described = self.moto("ecs", "DescribeServices", {"cluster": cluster, "services": [name]})
        if described is None or not described["services"]:
            return 400, [("Content-Type", JSON11)], json.dumps({"__type": "ServiceNotFoundException", "message": "Service not found."}).encode()
        made = []
        for service in described["services"]:
            base = service["serviceArn"].partition(":service/")[0]
            for one in service["deployments"]:
                rest = f"{cluster}/{name}/{one['id'].rpartition('/')[2]}"
                made.append({"serviceDeploymentArn": f"{base}:service-deployment/{rest}", "serviceArn": service["serviceArn"], "clusterArn": service["clusterArn"],
                             "targetServiceRevisionArn": f"{base}:service-revision/{rest}", "createdAt": one["createdAt"], "startedAt": one["createdAt"],
                             "finishedAt": one["updatedAt"], "status": "SUCCESSFUL" if one["rolloutState"] == "COMPLETED" else one["rolloutState"]})
        return self.json_answer({"serviceDeployments": made})

    def service_revisions(self, body):
        return self.json_answer({"serviceRevisions": [one for one in map(self.revision, json.loads(body)["serviceRevisionArns"]) if one], "failures": []})

    def revision(self, arn):
        if arn in REVISIONS:
            return REVISIONS[arn]
        cluster, name, number = arn.rpartition(":service-revision/")[2].split("/")
        for service in (self.moto("ecs", "DescribeServices", {"cluster": cluster, "services": [name]}) or {"services": []})["services"]:
            for one in service["deployments"]:
                if one["id"].endswith("/" + number):
                    definition = one["taskDefinition"]
                    REVISIONS[arn] = {"serviceRevisionArn": arn, "serviceArn": service["serviceArn"], "clusterArn": service["clusterArn"], "taskDefinition": definition,
                                      "launchType": service["launchType"], "createdAt": one["createdAt"], "containerImages": [
                                          {"containerName": container, "image": image, **({"imageDigest": digest} if digest else {})}
                                          for container, (image, digest) in self.images(definition).items()]}
        return REVISIONS.get(arn)

    def images(self, definition):
        """By container of a task definition: its image, and the digest that ECR has for it now, or `None`."""
        found = self.moto("ecs", "DescribeTaskDefinition", {"taskDefinition": definition})
        return {one["name"]: (one["image"], self.digest(one["image"])) for one in found["taskDefinition"]["containerDefinitions"]} if found else {}

    def digest(self, image):
        match = re.match(r"\d{12}\.dkr\.ecr\.[^/]+/([^:@]+)(?::([^@]+))?(?:@(.+))?$", image)
        if not match or match[3]:
            return match and match[3]
        found = self.moto("ecr", "DescribeImages", {"repositoryName": match[1], "imageIds": [{"imageTag": match[2] or "latest"}]})
        return found["imageDetails"][0]["imageDigest"] if found and found["imageDetails"] else None

    def run_task(self, body):
        status, headers, content = self.ask(self.path, body)
        for task in json.loads(content)["tasks"] if status == 200 else ():
            DIGESTS[task["taskArn"]] = {name: digest for name, (_, digest) in self.images(task["taskDefinitionArn"]).items()}
        return status, headers, content

    def tasks(self, body):
        status, headers, content = self.ask(self.path, body)
        if status != 200:
            return status, headers, content
        answer = json.loads(content)
        for task in answer["tasks"]:
            for container in task["containers"]:
                if digest := DIGESTS.get(task["taskArn"], {}).get(container["name"]):
                    container["imageDigest"] = digest
        return self.json_answer(answer)

    def gap(self):
        """What answers this request; `None`: moto does."""
        target, _, action = self.headers.get("X-Amz-Target", "").rpartition(".")
        if target:
            name = TARGETS.get(target, ("", {}))[1].get(action)
            return getattr(self, name) if name else None
        if self.command == "GET" and re.search(r"Credential=[^/]+/\d+/[^/]+/s3/", self.headers.get("Authorization", "")):
            query = set(urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query, keep_blank_values=True))
            return self.policy_status if "policyStatus" in query else self.versioning if "versioning" in query else None
        return None

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, content = (self.gap() or (lambda body: self.ask(self.path, body)))(body)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--listen", required=True)
    options.add_argument("--upstream", required=True)
    asked = options.parse_args()
    Handler.upstream = urllib.parse.urlsplit(asked.upstream)
    host, _, port = asked.listen.rpartition(":")
    Server((host, int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
