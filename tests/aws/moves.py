"""Services of an emulated account whose images are all in order, and what somebody does to each of them afterwards; for moto.test.py."""
import base64
import hashlib
import json
import time
import urllib.request

import boto3

ACCOUNT, REGION = "111122223333", "eu-central-1"
CLUSTER = "moves"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


class Moves:
    """`prepare()`, then `move()`; `digests` has what was pushed, by `REPOSITORY:SEED`."""

    def __init__(self, account):
        keys = account.seeded["auditor"]
        client = lambda name: boto3.client(name, endpoint_url=account.proxy, region_name=REGION, aws_access_key_id=keys["id"], aws_secret_access_key=keys["secret"])
        self.ecr, self.ecs, self.ec2 = client("ecr"), client("ecs"), client("ec2")
        self.moto, self.digests = account.moto, {}

    def push(self, repository, tag, seed):
        sha = lambda text: "sha256:" + hashlib.sha256(f"{repository} {seed} {text}".encode()).hexdigest()
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 100, "digest": sha("config")},
                    "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 100, "digest": sha("layer")}]}
        pushed = self.ecr.put_image(repositoryName=repository, imageManifest=json.dumps(manifest), imageTag=tag)
        self.digests[f"{repository}:{seed}"] = pushed["image"]["imageId"]["imageDigest"]

    def service(self, name, mutability, *references):
        """A service that runs the last of its revisions; an image is pushed for each."""
        self.ecr.create_repository(repositoryName=name, imageTagMutability=mutability, imageScanningConfiguration={"scanOnPush": True})
        for reference in references:
            if reference != references[0]:
                # moto's times are whole seconds, and a clean-up goes by them.
                time.sleep(1.1)
            self.push(name, reference, reference)
            definition = self.ecs.register_task_definition(
                family=name, requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512",
                containerDefinitions=[{"name": "app", "image": f"{REGISTRY}/{name}:{reference}", "essential": True, "cpu": 256, "memory": 512, "portMappings": []}])["taskDefinition"]["taskDefinitionArn"]
        self.ecs.create_service(cluster=CLUSTER, serviceName=name, taskDefinition=definition, desiredCount=1, launchType="FARGATE", networkConfiguration=self.network)
        # moto keeps these of an update alone.
        self.ecs.update_service(cluster=CLUSTER, service=name, deploymentConfiguration={
            "minimumHealthyPercent": 100, "maximumPercent": 200, "deploymentCircuitBreaker": {"enable": True, "rollback": True}})
        self.ecs.run_task(cluster=CLUSTER, taskDefinition=definition, launchType="FARGATE", group="service:" + name, networkConfiguration=self.network)

    def set_user_data(self, name, text):
        """Of the instance with that name."""
        one = self.ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": [name]}])["Reservations"][0]["Instances"][0]["InstanceId"]
        # moto takes the coded text as it is.
        self.ec2.modify_instance_attribute(InstanceId=one, UserData={"Value": base64.b64encode(text.encode())})

    def prepare(self):
        # moto would stop a task that is looked at.
        stay = json.dumps({"model_name": "ecs::task", "transition": {"progression": "manual", "times": 1000}}).encode()
        urllib.request.urlopen(self.moto + "/moto-api/state-manager/set-transition", stay).read()
        subnet = self.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        group = self.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["web-only"]}])["SecurityGroups"][0]["GroupId"]
        self.network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group], "assignPublicIp": "DISABLED"}}
        self.ecs.create_cluster(clusterName=CLUSTER)
        self.service("retagged", "IMMUTABLE", "1.0")
        self.service("opened", "IMMUTABLE", "1.0")
        self.service("deleted", "IMMUTABLE", "1.0", "1.1")
        self.service("cleaned", "IMMUTABLE", "1.0", "1.1")

    def move(self):
        for name in ("retagged", "opened"):
            self.ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability="MUTABLE")
        self.push("retagged", "1.0", "other")
        # Closed again: what happened shows in the history alone.
        self.ecr.put_image_tag_mutability(repositoryName="retagged", imageTagMutability="IMMUTABLE")
        self.ecr.batch_delete_image(repositoryName="deleted", imageIds=[{"imageTag": "1.0"}])
        keep_one = {"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}
        self.ecr.put_lifecycle_policy(repositoryName="cleaned", lifecyclePolicyText=json.dumps(keep_one))
