"""ECS for drills, on the loopback: services whose tasks are real processes behind a real nginx. Standard library and nginx alone.

  server.py [--port N] [--seed FILE] [--port-file FILE] [--root DIR] [--verify] [--tether]

Prints its URL (and writes it to --port-file) once all seeded services are steady; that is the endpoint for the aws CLI, boto3 and anything that speaks AWS's JSON 1.1.
It lives until SIGTERM, or with --tether until its standard input ends; however it ends, kill -9 included, no task and no nginx is left. All state goes with it.
--verify: calls must be signed with the key of tests/aws/server.py; otherwise any signature is taken, or none.

The seed, JSON: {"region", "account", "settings": {…}, "faults": […], "images": [{"repository", "version", "tags", …}], "taskDefinitions": [RegisterTaskDefinition],
"services": [CreateService with "history": [{"taskDefinition", "status"}]]}; example.json is one. Images are those of images.py; the version of an image is what its tasks answer on /version.

What is simulated. RegisterTaskDefinition, DeregisterTaskDefinition, DescribeTaskDefinition (an INACTIVE one only while something refers to it), ListTaskDefinitions,
CreateService, UpdateService (task definition, desired count, configuration, forced), DescribeServices, ListServiceDeployments, DescribeServiceDeployments,
DescribeServiceRevisions, StopServiceDeployment, ListTasks, DescribeTasks, ListClusters, DescribeClusters, ListServices, ecr:DescribeImages, ecr:DescribeRepositories,
sts:GetCallerIdentity.
Rolling deployments within minimumHealthyPercent and maximumPercent; PRIMARY and ACTIVE deployments, rolloutState, failedTasks, events in ECS's words; tags become digests
once per deployment (per task when versionConsistency is disabled), and a rollback uses the digests of its revision; an INACTIVE definition is refused. The circuit breaker
trips at half of what is desired, at least 3 and at most 200 failures in a row, and reverts to the last completed deployment: the failed one is told as FAILED until it has no
tasks, then it is gone, and the service is as stable as ever. A service deployment covers its own rollback, and is SUCCESSFUL before the old tasks are gone, as AWS's is;
one that a newer one overtakes is STOPPED. The port of a task is its container's networkBindings[0].hostPort; the target group is at `target_group_port` of /_sim/state.

What is not: other strategies than ROLLING, alarms, placement, capacity, networks, several containers (the first one is the app, of the others only the digest is told),
throttling by itself, a load balancer that falls open when all targets are ill. Made up, because AWS does not document it: what a deployment that was stopped by a request says as
its reason; ABORT, which AWS's documentation calls not valid and its API lists (setting "abort": "refuse" is the documentation).
Not known either: whether a revert brings the completed deployment back under its id ("rollback_deployment": "same") or makes a new one ("new").

Controls, beside those of ../simulator/api.py:
  GET  /_sim/state             settings, services: target_group_port, steady, tasks with arn, pid, port, status, digest, version
  POST /_sim/settings          changes settings, see SETTINGS below; times in ms
  POST /_sim/image             changes or adds an image: moves tags, archives, deletes, makes it ill (images.py)
  POST /_sim/task-definition   {"taskDefinition", "status"}: ACTIVE, INACTIVE, DELETE_IN_PROGRESS
  POST /_sim/deploy            an UpdateService by somebody else
"""
import argparse
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "simulator"))
import targets  # noqa: E402
from api import Api, Refusal, at_most, page, snake  # noqa: E402
from images import Images  # noqa: E402
from service import Service  # noqa: E402
from targets import keeper  # noqa: E402

SETTINGS = {
    "start_ms": 30,  # PENDING
    "pending_ms": 50,  # a service deployment is PENDING, STOP_REQUESTED, ROLLBACK_REQUESTED
    "health_ms": 50,  # between health checks; three bad ones are unhealthy
    "silent_ms": 4000,  # a target that does not answer is unhealthy
    "retry_ms": 100,  # between failed starts
    "settle_ms": 200,  # a deployment is completed when it was steady so long, and a rollback takes at least that
    "stale_ms": 0,  # DescribeServices tells what was so long ago
    "record_ms": 0,  # ListServiceDeployments and DescribeServiceDeployments tell what was so long ago
    "inactive_grace_ms": 0,  # a definition can be used so long after it was deregistered; up to 10 minutes at AWS
    "rollback_deployment": "same",  # or "new"
    "abort": "stop",  # or "refuse"
}
TICK_SECONDS = 0.02
ACTIONS = {"ecs": ("RegisterTaskDefinition", "DeregisterTaskDefinition", "DescribeTaskDefinition", "ListTaskDefinitions", "CreateService", "UpdateService", "DescribeServices",
                   "ListServiceDeployments", "DescribeServiceDeployments", "DescribeServiceRevisions", "StopServiceDeployment", "ListTasks", "DescribeTasks", "ListClusters",
                   "DescribeClusters", "ListServices"),
           "ecr": ("DescribeImages", "DescribeRepositories")}


class World:
    """The account. Every handler and every tick has `lock`."""

    def __init__(self, seed, root):
        self.region, self.account = seed.get("region", "eu-central-1"), seed.get("account", "111122223333")
        self.root, self.lock, self.settings = root, threading.RLock(), dict(SETTINGS)
        self.definitions, self.services, self.clusters = {}, {}, set(seed.get("clusters", ["default"]))
        self.images = Images(self.account, self.region, os.path.join(root, "flags"))
        self.set(seed.get("settings", {}))
        for image in seed.get("images", ()):
            self.images.put(image)
        for definition in seed.get("taskDefinitions", ()):
            self.register_task_definition(definition)
        for service in seed.get("services", ()):
            self.clusters.add(self.cluster(service.get("cluster")))
            self.create_service(service)

    def handlers(self):
        own = {(service, action): getattr(self, snake(action)) for service, actions in ACTIONS.items() for action in actions}
        return {key: self.locked(handler) for key, handler in own.items()}

    def controls(self):
        return {name: self.locked(control) for name, control in
                {"state": self.state, "settings": self.set, "image": self.images.put, "task-definition": self.turn, "deploy": self.update_service}.items()}

    def locked(self, call):
        def answer(request):
            with self.lock:
                answered = call(request)
                for service in self.services.values():
                    service.record()
                return answered
        return answer

    def tick(self):
        with self.lock:
            for service in self.services.values():
                service.tick()
                service.record()

    def seconds(self, setting):
        return self.settings[setting] / 1000

    # ---- controls -------------------------------------------------------------------------------
    def set(self, wish):
        assert set(wish) <= set(SETTINGS), f"settings are {', '.join(SETTINGS)}"
        self.settings.update(wish)

    def state(self, _):
        return {"settings": self.settings, "services": {service.name: {
            "cluster": service.cluster, "target_group_port": service.group.port, "steady": service.steady(),
            "tasks": [{"arn": one.arn, "status": one.status, "healthy": one.healthy, "digest": one.digest, "version": self.images.version(one.digest), "deployment": one.deployment.id,
                       "port": one.process and one.process.port, "pid": one.process and one.process.child.pid} for one in service.tasks]} for service in self.services.values()}}

    def turn(self, request):
        self.definition(request["taskDefinition"])["status"] = request["status"]

    # ---- task definitions -----------------------------------------------------------------------
    def definition(self, name):
        """Of an ARN, family:revision or family, which means its newest ACTIVE one."""
        family, _, revision = name.rpartition("/")[2].partition(":")
        known = self.definitions.get(family, [])
        if revision:
            return next((one for one in known if str(one["revision"]) == revision), None)
        return next((one for one in reversed(known) if one["status"] == "ACTIVE"), None)

    def register_task_definition(self, request):
        if not request.get("containerDefinitions"):
            raise Refusal("ClientException", "Container list cannot be empty.")
        known = self.definitions.setdefault(request["family"], [])
        containers = [{"cpu": 0, "portMappings": [], "essential": True, "environment": [], "mountPoints": [], "volumesFrom": [], **one} for one in request["containerDefinitions"]]
        made = {"volumes": [], "placementConstraints": [], "compatibilities": ["EC2"], **{name: value for name, value in request.items() if name != "tags"},
                "containerDefinitions": containers, "revision": len(known) + 1, "status": "ACTIVE", "registeredAt": time.time(),
                "registeredBy": f"arn:aws:iam::{self.account}:user/drill"}
        made["taskDefinitionArn"] = f"arn:aws:ecs:{self.region}:{self.account}:task-definition/{made['family']}:{made['revision']}"
        known.append(made)
        return {"taskDefinition": made, "tags": request.get("tags", [])}

    def deregister_task_definition(self, request):
        definition = self.definition(request["taskDefinition"])
        if definition is None or definition["status"] != "ACTIVE":
            raise Refusal("ClientException", "The specified task definition does not exist.")
        definition.update({"status": "INACTIVE", "deregisteredAt": time.time()})
        return {"taskDefinition": definition}

    def describe_task_definition(self, request):
        definition = self.definition(request["taskDefinition"])
        if definition is None or (definition["status"] != "ACTIVE" and not self.used(definition)):
            raise Refusal("ClientException", "Unable to describe task definition.")
        return {"taskDefinition": definition, **({"tags": []} if "TAGS" in request.get("include", ()) else {})}

    def used(self, definition):
        return any(one.revision.definition is definition for service in self.services.values()
                   for one in [*service.deployments, *(task for task in service.tasks if task.status != "STOPPED")])

    def list_task_definitions(self, request):
        found = [one["taskDefinitionArn"] for family, known in sorted(self.definitions.items()) if family.startswith(request.get("familyPrefix", ""))
                 for one in known if one["status"] == request.get("status", "ACTIVE")]
        here, rest = page(found[::-1] if request.get("sort") == "DESC" else found, request)
        return {"taskDefinitionArns": here, **rest}

    def usable(self, name):
        definition = self.definition(name)
        if definition is None:
            raise Refusal("ClientException", "TaskDefinition not found.")
        grace = definition["status"] == "INACTIVE" and time.time() < definition.get("deregisteredAt", 0) + self.seconds("inactive_grace_ms")
        if definition["status"] != "ACTIVE" and not grace:
            raise Refusal("ClientException", "TaskDefinition is inactive")
        return definition

    # ---- services -------------------------------------------------------------------------------
    def cluster_arn(self, name):
        return f"arn:aws:ecs:{self.region}:{self.account}:cluster/{name}"

    @staticmethod
    def cluster(name):
        return (name or "default").rpartition("/")[2]

    def known_cluster(self, request):
        name = self.cluster(request.get("cluster"))
        if name not in self.clusters:
            raise Refusal("ClusterNotFoundException", "Cluster not found.")
        return name

    def service(self, request, member="service"):
        name = request[member]
        # The ARN of a service names its cluster.
        cluster = name.split("/")[1] if name.count("/") == 2 and "cluster" not in request else self.known_cluster(request)
        found = self.services.get((cluster, name.rpartition("/")[2]))
        if found is None:
            raise Refusal("ServiceNotFoundException", "Service not found.")
        return found

    def create_service(self, request):
        cluster = self.known_cluster(request)
        if (cluster, request["serviceName"]) in self.services:
            raise Refusal("InvalidParameterException", "Creation of service was not idempotent.")
        definition = self.usable(request["taskDefinition"])
        folder = os.path.join(self.root, f"{cluster}-{request['serviceName']}")
        os.makedirs(folder, exist_ok=True)
        service = Service(self, cluster, request, folder)
        for past in request.get("history", ()):
            service.remember(self.definition(past["taskDefinition"]), past.get("status", "SUCCESSFUL"))
        service.deploy(definition)
        service.record()
        self.services[cluster, service.name] = service
        return {"service": service.view()}

    def update_service(self, request):
        service = self.service(request)
        definition = self.usable(request["taskDefinition"]) if "taskDefinition" in request else None
        if definition is None and request.get("forceNewDeployment"):
            definition = self.usable(service.primary.revision.definition["taskDefinitionArn"])
        service.configure(request.get("deploymentConfiguration", {}))
        service.desired = request.get("desiredCount", service.desired)
        service.grace = request.get("healthCheckGracePeriodSeconds", service.grace)
        if definition and (request.get("forceNewDeployment") or definition is not service.primary.revision.definition):
            service.deploy(definition)
        return {"service": service.view()}

    def describe_services(self, request):
        at_most(request, "services", 10)
        cluster, found, failures = self.known_cluster(request), [], []
        for name in request["services"]:
            service = self.services.get((cluster, name.rpartition("/")[2]))
            if service:
                found.append(service.told(self.seconds("stale_ms"))[0])
            else:
                failures.append({"arn": f"arn:aws:ecs:{self.region}:{self.account}:service/{cluster}/{name.rpartition('/')[2]}", "reason": "MISSING"})
        return {"services": found, "failures": failures}

    # ---- service deployments --------------------------------------------------------------------
    def recorded(self):
        """(brief, whole) of every service deployment that reads know of by now."""
        return [one for service in self.services.values() for one in service.told(self.seconds("record_ms"))[1]]

    def list_service_deployments(self, request):
        service, created = self.service(request), request.get("createdAt", {})
        found = [brief for brief, _ in service.told(self.seconds("record_ms"))[1]
                 if brief["status"] in request.get("status", [brief["status"]])
                 and created.get("after", 0) <= brief["createdAt"] <= created.get("before", float("inf"))]
        here, rest = page(found, request, default=20)
        return {"serviceDeployments": here, **rest}

    @staticmethod
    def picked(known, arns):
        return [known[one] for one in arns if one in known], [{"arn": one, "reason": "MISSING"} for one in arns if one not in known]

    def describe_service_deployments(self, request):
        at_most(request, "serviceDeploymentArns", 20)
        found, failures = self.picked({brief["serviceDeploymentArn"]: whole for brief, whole in self.recorded()}, request["serviceDeploymentArns"])
        return {"serviceDeployments": found, "failures": failures}

    def describe_service_revisions(self, request):
        at_most(request, "serviceRevisionArns", 20)
        known = {one.arn: one.view() for service in self.services.values() for one in service.revisions}
        found, failures = self.picked(known, request["serviceRevisionArns"])
        return {"serviceRevisions": found, "failures": failures}

    def stop_service_deployment(self, request):
        kind, arn = request.get("stopType", "ROLLBACK"), request["serviceDeploymentArn"]
        if kind not in ("ROLLBACK", "ABORT") or (kind == "ABORT" and self.settings["abort"] == "refuse"):
            raise Refusal("InvalidParameterException", f"stopType {kind} is not supported.")
        for service in self.services.values():
            for one in service.history:
                if one.arn == arn:
                    if one is not service.current():
                        raise Refusal("ConflictException", f"The service deployment is in the state {one.status} and cannot be stopped.")
                    service.stop(one, kind)
                    return {"serviceDeploymentArn": arn}
        raise Refusal("ServiceDeploymentNotFoundException", "Service deployment not found.")

    # ---- tasks ----------------------------------------------------------------------------------
    def list_tasks(self, request):
        cluster, wanted = self.known_cluster(request), request.get("desiredStatus", "RUNNING")
        services = [self.service(request, "serviceName")] if "serviceName" in request else [one for one in self.services.values() if one.cluster == cluster]
        found = [one for service in services for one in service.tasks if ("RUNNING" if one.live() else "STOPPED") == wanted]
        found = [one.arn for one in found if request.get("startedBy", one.deployment.id) == one.deployment.id
                 and request.get("family", one.revision.definition["family"]) == one.revision.definition["family"]]
        here, rest = page(found, request)
        return {"taskArns": here, **rest}

    def describe_tasks(self, request):
        at_most(request, "tasks", 100)
        cluster = self.known_cluster(request)
        known = {one.id: one.view() for service in self.services.values() if service.cluster == cluster for one in service.tasks}
        found, failures = self.picked(known, [one.rpartition("/")[2] for one in request["tasks"]])
        return {"tasks": found, "failures": failures}

    def list_clusters(self, request):
        here, rest = page([self.cluster_arn(one) for one in sorted(self.clusters)], request)
        return {"clusterArns": here, **rest}

    def describe_clusters(self, request):
        at_most(request, "clusters", 100)
        known = {name: {"clusterArn": self.cluster_arn(name), "clusterName": name, "status": "ACTIVE", "registeredContainerInstancesCount": 0, "runningTasksCount": 0,
                        "pendingTasksCount": 0, "activeServicesCount": 0, "statistics": [], "tags": [], "settings": [], "capacityProviders": [],
                        "defaultCapacityProviderStrategy": []} for name in self.clusters}
        for service in self.services.values():
            counts = known[service.cluster]
            counts["runningTasksCount"] += service.count("RUNNING")
            counts["pendingTasksCount"] += service.count("PENDING")
            counts["activeServicesCount"] += 1
        found, failures = self.picked(known, [self.cluster(one) for one in request.get("clusters", ["default"])])
        return {"clusters": found, "failures": failures}

    def list_services(self, request):
        cluster = self.known_cluster(request)
        here, rest = page([one.arn for one in self.services.values() if one.cluster == cluster], request, default=10)
        return {"serviceArns": here, **rest}

    def describe_images(self, request):
        return self.images.describe(request)

    def describe_repositories(self, request):
        return self.images.describe_repositories(request)

    def steady(self):
        with self.lock:
            return all(one.steady() for one in self.services.values())


def serve(options):
    if not targets.NGINX:
        print("ecsim: nginx is missing; scripts/setup test installs it", file=sys.stderr)
        return 3
    seed = {}
    if options.seed:
        with open(options.seed) as file:
            seed = json.load(file)
    world = World(seed, options.root)
    api = Api(options.port, world.account, world.handlers(), world.controls(), options.verify)
    api.faults.replace(seed.get("faults", []))
    threading.Thread(target=api.serve_forever, daemon=True).start()
    told = False
    while True:
        world.tick()
        if not told and world.steady():
            told = True
            print(api.url, flush=True)
            if options.port_file:
                api.tell(options.port_file)
        time.sleep(TICK_SECONDS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed")
    parser.add_argument("--port-file")
    parser.add_argument("--root", help="a folder to keep what nginx writes; made and removed when not given")
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--tether", action="store_true")
    options = parser.parse_args()
    options.root = options.root or keeper.scratch("ecsim-")
    keeper.run(lambda: serve(options), options.tether)


if __name__ == "__main__":
    main()
