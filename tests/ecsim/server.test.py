"""The simulator of ECS behaves as AWS does where a drill would notice, and leaves nothing behind."""
import json
import os
import signal
import sys
import threading
import time
import unittest
import urllib.request

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [os.path.join(TESTS, "aws"), os.path.join(TESTS, "simulator")]
import beside  # noqa: E402
import targets  # noqa: E402
from client import Refused, Simulator, wait  # noqa: E402
from targets import keeper  # noqa: E402

HOST = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


def seed(desired=2, configuration=None, current="web:2", **settings):
    """The example, in which web:1 is 1.0.0, web:2 is 1.1.0, web:3 is 1.2.0, which is ill, and web:4 is the tag `latest`, now 1.1.0."""
    with open(os.path.join(TESTS, "ecsim", "example.json")) as file:
        made = json.load(file)
    made["services"][0].update({"taskDefinition": current, "desiredCount": desired, "deploymentConfiguration": configuration or {}})
    return {**made, "settings": settings}


class Ecs(Simulator):
    def __init__(self, *args, options=(), **settings):
        super().__init__("ecsim/server.py", seed(*args, **settings), *options)

    def update(self, **members):
        return self.call("UpdateService", cluster="shop", service="web", **members)["service"]

    def service(self):
        return self.call("DescribeServices", cluster="shop", services=["web"])["services"][0]

    def primary(self):
        return self.service()["deployments"][0]

    def completed(self, id):
        return wait(lambda: (one := self.primary())["id"] == id and one["rolloutState"] == "COMPLETED" and one, what=f"{id} is completed")

    def state(self):
        return self.control("state")["services"]["web"]

    def listed(self):
        return self.call("ListServiceDeployments", cluster="shop", service="web")["serviceDeployments"]

    def deployment(self, arn):
        return self.call("DescribeServiceDeployments", serviceDeploymentArns=[arn])["serviceDeployments"][0]

    def revision(self, arn):
        return self.call("DescribeServiceRevisions", serviceRevisionArns=[arn])["serviceRevisions"][0]

    def messages(self):
        return [one["message"].removeprefix("(service web) ") for one in reversed(self.service()["events"])]


def version(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/version", timeout=5) as answer:
        return answer.headers["X-Version"]


class Probe(threading.Thread):
    """Asks the target group for its version until it is stopped; `seen` has every answer."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.seen, self.done = port, [], threading.Event()
        self.start()

    def run(self):
        while not self.done.is_set():
            try:
                self.seen.append(version(self.port))
            except OSError as error:
                self.seen.append(f"lost: {error}")
            time.sleep(0.005)

    def stop(self):
        self.done.set()
        self.join()
        return self.seen


def arn_end(text):
    return text.rpartition("/")[2]


class Case(unittest.TestCase):
    def ecs(self, *args, **settings):
        ecs = Ecs(*args, **settings)
        self.addCleanup(ecs.close)
        return ecs

    def refused(self, code, call, *args, **members):
        with self.assertRaises(Refused) as caught:
            call(*args, **members)
        self.assertEqual(caught.exception.code, code)
        return caught.exception


class Rolling(Case):
    def test_a_rollback_and_the_way_forward_lose_nothing(self):
        ecs = self.ecs()
        before, port = ecs.primary(), ecs.state()["target_group_port"]
        old_revision = ecs.listed()[0]["targetServiceRevisionArn"]
        probe = Probe(port)
        told = ecs.update(taskDefinition="web:1")
        ours = told["deployments"][0]
        self.assertEqual([(one["status"], one["rolloutState"]) for one in told["deployments"]], [("PRIMARY", "IN_PROGRESS"), ("ACTIVE", "COMPLETED")])
        self.assertEqual(told["deployments"][1]["id"], before["id"])
        self.assertRegex(ours["id"], "^ecs-svc/[0-9]{19}$")
        newest = ecs.listed()[0]
        self.assertIn(newest["status"], ("PENDING", "IN_PROGRESS"))
        self.assertTrue(ecs.completed(ours["id"])["taskDefinition"].endswith("task-definition/web:1"))
        self.assertEqual(len(ecs.service()["deployments"]), 1)
        whole = ecs.deployment(newest["serviceDeploymentArn"])
        self.assertEqual(whole["status"], "SUCCESSFUL")
        self.assertEqual([one["arn"] for one in whole["sourceServiceRevisions"]], [old_revision])
        self.assertEqual(whole["sourceServiceRevisions"][0]["requestedTaskCount"], 2)
        self.assertEqual(whole["targetServiceRevision"]["runningTaskCount"], 2)
        self.assertLess(whole["finishedAt"], ecs.primary()["updatedAt"])
        image = ecs.revision(whole["targetServiceRevision"]["arn"])["containerImages"][0]
        self.assertEqual(image["image"], f"{HOST}/shop:1.0.0")
        again = ecs.update(taskDefinition="web:2")["deployments"][0]
        ecs.completed(again["id"])
        # What it replaced is our rollback's revision: nobody deployed in between.
        replaced = ecs.deployment(ecs.listed()[0]["serviceDeploymentArn"])["sourceServiceRevisions"]
        self.assertEqual([one["arn"] for one in replaced], [newest["targetServiceRevisionArn"]])
        seen = probe.stop()
        self.assertEqual([one for one in seen if one.startswith("lost")], [])
        self.assertEqual([seen[0], seen[-1]], ["1.1.0", "1.1.0"])
        self.assertIn("1.0.0", seen)
        self.assertEqual(ecs.messages()[-2:], [f"(deployment {again['id']}) deployment completed.", "has reached a steady state."])

    def test_the_tasks_are_told_with_their_port_and_digest(self):
        ecs = self.ecs()
        arns = ecs.call("ListTasks", cluster="shop", serviceName="web")["taskArns"]
        tasks = ecs.call("DescribeTasks", cluster="shop", tasks=arns)["tasks"]
        self.assertEqual(len(tasks), 2)
        for task in tasks:
            container = task["containers"][0]
            self.assertEqual(version(container["networkBindings"][0]["hostPort"]), "1.1.0")
            self.assertEqual(container["networkBindings"][0]["containerPort"], 8000)
            self.assertEqual(task["startedBy"], ecs.primary()["id"])
            found = ecs.call("DescribeImages", api="ecr", repositoryName="shop", imageIds=[{"imageDigest": container["imageDigest"]}])["imageDetails"][0]
            self.assertEqual((found["imageTags"], found["imageStatus"]), (["1.1.0", "latest"], "ACTIVE"))


def stable(service):
    """The condition of the waiter `services-stable`."""
    return len(service["deployments"]) == 1 and service["runningCount"] == service["desiredCount"]


class Percent(Case):
    def counts(self, configuration, desired):
        """Fewest healthy and most tasks seen while a deployment ran."""
        ecs = self.ecs(desired, configuration)
        ours = ecs.update(taskDefinition="web:1")["deployments"][0]["id"]
        fewest, most = desired, 0
        while ecs.primary()["rolloutState"] != "COMPLETED":
            live = [one for one in ecs.state()["tasks"] if one["status"] in ("PENDING", "RUNNING")]
            fewest, most = min(fewest, sum(one["healthy"] for one in live)), max(most, len(live))
            time.sleep(0.005)
        self.assertEqual(ecs.primary()["id"], ours)
        return fewest, most

    def test_new_before_old(self):
        self.assertEqual(self.counts({"minimumHealthyPercent": 100, "maximumPercent": 150}, 2), (2, 3))

    def test_old_before_new(self):
        self.assertEqual(self.counts({"minimumHealthyPercent": 50, "maximumPercent": 100}, 2), (1, 2))

    def test_no_room_at_all(self):
        ecs = self.ecs(1, {"minimumHealthyPercent": 100, "maximumPercent": 100})
        ecs.update(taskDefinition="web:1")
        wait(lambda: any("unable to stop or start tasks during a deployment" in one for one in ecs.messages()))
        self.assertEqual([(one["status"], one["runningCount"]) for one in ecs.service()["deployments"]], [("PRIMARY", 0), ("ACTIVE", 1)])
        self.assertEqual(ecs.listed()[0]["status"], "IN_PROGRESS")

    def test_the_desired_count_alone_is_no_deployment(self):
        ecs = self.ecs(1)
        before = ecs.primary()["id"]
        ecs.update(desiredCount=2)
        wait(lambda: ecs.state()["steady"] and ecs.service()["runningCount"] == 2)
        self.assertEqual((ecs.primary()["id"], len(ecs.listed())), (before, 2))
        ecs.update(desiredCount=0)
        wait(lambda: ecs.service()["runningCount"] == 0)
        # The same definition again is none either, unless it is forced.
        self.assertEqual(ecs.update(taskDefinition="web:2")["deployments"][0]["id"], before)
        self.assertNotEqual(ecs.update(forceNewDeployment=True)["deployments"][0]["id"], before)


class Breaker(Case):
    def tripped(self, **settings):
        """The service after the circuit breaker went back; what was seen on the way."""
        ecs = self.ecs(2, BREAKER, retry_ms=20, settle_ms=1000, **settings)
        before = ecs.primary()
        target = ecs.state()["target_group_port"]
        probe = Probe(target)
        ours = ecs.update(taskDefinition="web:3")["deployments"][0]["id"]
        arn = ecs.listed()[0]["serviceDeploymentArn"]
        seen = {}

        def done():
            service, whole = ecs.service(), ecs.deployment(arn)
            for one in service["deployments"]:
                seen.setdefault((one["id"], one["status"], one["rolloutState"]), one)
            seen.setdefault(whole["status"], whole)
            return len(service["deployments"]) == 1 and service["deployments"][0]["rolloutState"] == "COMPLETED"
        wait(done, 20)
        self.assertEqual({one for one in probe.stop()}, {"1.1.0"})
        return ecs, before, ours, seen, arn

    def test_it_goes_back_to_the_last_completed_deployment(self):
        ecs, before, ours, seen, arn = self.tripped()
        failed = seen[ours, "ACTIVE", "FAILED"]
        self.assertEqual((failed["rolloutStateReason"], failed["desiredCount"]), ("ECS deployment circuit breaker: tasks failed to start.", 0))
        self.assertGreaterEqual(failed["failedTasks"], 3)
        back = seen[before["id"], "PRIMARY", "IN_PROGRESS"]
        self.assertEqual(back["rolloutStateReason"], f"ECS deployment circuit breaker: rolling back to deploymentId {before['id']}.")
        self.assertTrue(back["taskDefinition"].endswith("web:2"))
        self.assertEqual({one for one in seen if isinstance(one, str)} - {"PENDING"}, {"IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"})
        whole = ecs.deployment(arn)
        self.assertEqual(whole["statusReason"], "Service deployment rolled back because the circuit breaker threshold was exceeded.")
        self.assertEqual(whole["deploymentCircuitBreaker"], {"status": "TRIGGERED", "failureCount": 3, "threshold": 3})
        self.assertEqual(whole["rollback"]["serviceRevisionArn"], whole["sourceServiceRevisions"][0]["arn"])
        # One service deployment covers deployment and rollback.
        self.assertEqual([one["status"] for one in ecs.listed()], ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL"])
        messages = ecs.messages()
        self.assertLess(messages.index(f"(deployment {ours}) deployment failed: tasks failed to start."), messages.index(f"rolling back to deployment {before['id']}."))
        stopped = ecs.call("DescribeTasks", cluster="shop", tasks=ecs.call("ListTasks", cluster="shop", desiredStatus="STOPPED")["taskArns"])["tasks"]
        self.assertTrue(any("Task failed ELB health checks in (target-group" in one["stoppedReason"] for one in stopped))

    def test_the_waiter_takes_the_rollback_for_success(self):
        ecs, before, ours, _, _ = self.tripped()
        self.assertTrue(stable(ecs.service()))
        self.assertNotEqual(ecs.primary()["id"], ours)
        if told := ecs.cli("ecs", "wait", "services-stable", "--cluster", "shop", "--services", "web"):
            self.assertEqual(told, (0, "", ""))
        if client := ecs.boto("ecs"):
            client.update_service(cluster="shop", service="web", taskDefinition="web:3")
            client.get_waiter("services_stable").wait(cluster="shop", services=["web"], WaiterConfig={"Delay": 1, "MaxAttempts": 15})
            self.assertEqual(ecs.primary()["id"], before["id"])

    def test_a_rollback_with_an_id_of_its_own(self):
        ecs, before, ours, seen, arn = self.tripped(rollback_deployment="new")
        primary = ecs.primary()
        self.assertNotIn(primary["id"], (before["id"], ours))
        self.assertTrue(primary["taskDefinition"].endswith("web:2"))
        self.assertIn(before["id"], seen[primary["id"], "PRIMARY", "IN_PROGRESS"]["rolloutStateReason"])

    def test_without_rollback_the_deployment_stays_failed(self):
        ecs = self.ecs(2, {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}, retry_ms=20)
        ecs.update(taskDefinition="web:3")
        wait(lambda: ecs.primary()["rolloutState"] == "FAILED" and not ecs.primary()["runningCount"])
        started = len(ecs.state()["tasks"])
        time.sleep(0.3)
        service = ecs.service()
        self.assertEqual([(one["status"], one["runningCount"]) for one in service["deployments"]], [("PRIMARY", 0), ("ACTIVE", 2)])
        self.assertEqual(len(ecs.state()["tasks"]), started)
        self.assertEqual((ecs.listed()[0]["status"], stable(service)), ("STOPPED", False))

    def test_off_it_goes_on_for_ever(self):
        ecs = self.ecs(1, retry_ms=20)
        ecs.update(taskDefinition="web:3")
        wait(lambda: ecs.primary()["failedTasks"] > 4)
        self.assertEqual(ecs.primary()["rolloutState"], "IN_PROGRESS")
        self.assertEqual(ecs.deployment(ecs.listed()[0]["serviceDeploymentArn"])["deploymentCircuitBreaker"]["status"], "DISABLED")

    def test_the_threshold(self):
        ecs = self.ecs(1, BREAKER)
        for desired, configuration, threshold in ((1, {}, 3), (7, {}, 4), (1000, {}, 200), (7, {"type": "COUNT", "value": 9}, 9), (1000, {"type": "UNBOUNDED_PERCENT", "value": 50}, 500)):
            breaker = {"enable": True, "rollback": True, **({"thresholdConfiguration": configuration} if configuration else {})}
            # No task is started: nothing may run.
            ecs.update(desiredCount=desired, taskDefinition="web:1", forceNewDeployment=True,
                       deploymentConfiguration={"deploymentCircuitBreaker": breaker, "maximumPercent": 0, "minimumHealthyPercent": 100})
            self.assertEqual(ecs.deployment(ecs.listed()[0]["serviceDeploymentArn"])["deploymentCircuitBreaker"]["threshold"], threshold)
            ecs.update(desiredCount=1)


class Stopping(Case):
    def test_a_rollback_that_is_asked_for(self):
        ecs = self.ecs(1, retry_ms=20)
        before = ecs.primary()["id"]
        ecs.update(taskDefinition="web:3")
        arn = ecs.listed()[0]["serviceDeploymentArn"]
        self.assertEqual(ecs.call("StopServiceDeployment", serviceDeploymentArn=arn, stopType="ROLLBACK"), {"serviceDeploymentArn": arn})
        self.assertEqual(ecs.listed()[0]["status"], "ROLLBACK_REQUESTED")
        ecs.completed(before)
        self.assertEqual(ecs.listed()[0]["status"], "ROLLBACK_SUCCESSFUL")
        self.refused("ConflictException", ecs.call, "StopServiceDeployment", serviceDeploymentArn=arn)
        self.refused("ServiceDeploymentNotFoundException", ecs.call, "StopServiceDeployment", serviceDeploymentArn=arn + "x")

    def test_an_abort_leaves_what_runs(self):
        ecs = self.ecs(1, retry_ms=20)
        ecs.update(taskDefinition="web:3")
        arn = ecs.listed()[0]["serviceDeploymentArn"]
        ecs.call("StopServiceDeployment", serviceDeploymentArn=arn, stopType="ABORT")
        self.assertEqual(ecs.listed()[0]["status"], "STOP_REQUESTED")
        wait(lambda: ecs.listed()[0]["status"] == "STOPPED")
        self.assertEqual(ecs.primary()["rolloutState"], "FAILED")
        ecs.control("settings", {"abort": "refuse"})
        ecs.update(taskDefinition="web:1")
        self.refused("InvalidParameterException", ecs.call, "StopServiceDeployment", serviceDeploymentArn=ecs.listed()[0]["serviceDeploymentArn"], stopType="ABORT")

    def test_nothing_to_go_back_to(self):
        ecs = self.ecs(1, BREAKER, retry_ms=20)
        ecs.call("CreateService", cluster="shop", serviceName="ill", taskDefinition="web:3", desiredCount=1, deploymentConfiguration=BREAKER)
        listed = lambda: ecs.call("ListServiceDeployments", cluster="shop", service="ill")["serviceDeployments"][0]
        wait(lambda: listed()["status"] == "ROLLBACK_FAILED")
        self.assertEqual(listed()["statusReason"], "No rollback candidate was found to run the rollback.")


class Images(Case):
    def test_a_tag_is_a_digest_once_per_deployment(self):
        ecs = self.ecs(1, current="web:4")
        digest = ecs.revision(ecs.listed()[0]["targetServiceRevisionArn"])["containerImages"][0]["imageDigest"]
        ecs.control("image", {"repository": "shop", "version": "1.3.0", "tags": ["latest"]})
        # A task that dies is replaced by what it was.
        os.kill(ecs.state()["tasks"][0]["pid"], signal.SIGKILL)
        wait(lambda: len(ecs.state()["tasks"]) == 2 and ecs.state()["tasks"][1]["healthy"])
        self.assertEqual([one["digest"] for one in ecs.state()["tasks"]], [digest, digest])
        ours = ecs.update(taskDefinition="web:4", forceNewDeployment=True)["deployments"][0]["id"]
        ecs.completed(ours)
        self.assertNotEqual(ecs.revision(ecs.listed()[0]["targetServiceRevisionArn"])["containerImages"][0]["imageDigest"], digest)
        self.assertEqual(version(ecs.state()["target_group_port"]), "1.3.0")

    def test_without_version_consistency_a_task_resolves_its_tag(self):
        ecs = self.ecs(1)
        ecs.call("RegisterTaskDefinition", family="loose", containerDefinitions=[{"name": "app", "image": f"{HOST}/shop:latest", "versionConsistency": "disabled"}])
        ecs.completed(ecs.update(taskDefinition="loose")["deployments"][0]["id"])
        ecs.control("image", {"repository": "shop", "version": "1.3.0", "tags": ["latest"]})
        digests = {one["digest"] for one in ecs.state()["tasks"]}
        os.kill(next(one["pid"] for one in ecs.state()["tasks"] if one["status"] == "RUNNING"), signal.SIGKILL)
        task = wait(lambda: next((one for one in ecs.state()["tasks"] if one["healthy"] and one["digest"] not in digests), None))
        self.assertEqual(version(task["port"]), "1.3.0")

    def test_what_cannot_be_pulled_or_does_not_stay(self):
        ecs = self.ecs(1, retry_ms=20)
        for image, code, reason in (({"version": "1.0.0", "fault": "pull"}, "TaskFailedToStart", "CannotPullContainerError"),
                                    ({"version": "1.0.0", "status": "ARCHIVED", "fault": None}, "TaskFailedToStart", "not found"),
                                    ({"version": "1.0.0", "status": "ACTIVE", "fault": "crash"}, "EssentialContainerExited", "Essential container in task exited"),
                                    ({"version": "1.0.0", "status": "DELETED"}, "TaskFailedToStart", "not found")):
            ecs.control("image", {"repository": "shop", **image})
            ours = ecs.update(taskDefinition="web:1", forceNewDeployment=True)["deployments"][0]["id"]
            wait(lambda: ecs.primary()["failedTasks"] > 1)
            arns = ecs.call("ListTasks", cluster="shop", desiredStatus="STOPPED", startedBy=ours)["taskArns"]
            task = wait(lambda: ecs.call("DescribeTasks", cluster="shop", tasks=arns)["tasks"])[0]
            self.assertEqual(task["stopCode"], code)
            self.assertIn(reason, task["stoppedReason"])
        # The old task was never touched.
        self.assertEqual(version(ecs.state()["target_group_port"]), "1.1.0")

    def test_a_task_that_takes_its_time(self):
        ecs = self.ecs(1)
        ecs.control("image", {"repository": "shop", "version": "1.0.0", "start_ms": 1200})
        begun = time.monotonic()
        ours = ecs.update(taskDefinition="web:1")["deployments"][0]["id"]
        wait(lambda: ecs.primary()["pendingCount"] == 1)
        ecs.completed(ours)
        self.assertGreater(time.monotonic() - begun, 1.2)

    def test_the_registry(self):
        ecs = self.ecs(0)
        ecs.control("image", {"repository": "shop", "version": "1.0.0", "status": "ARCHIVED"})
        images = lambda **members: ecs.call("DescribeImages", api="ecr", **members)
        self.assertEqual(images(repositoryName="shop", imageIds=[{"imageTag": "1.0.0"}])["imageDetails"][0]["imageStatus"], "ARCHIVED")
        self.assertEqual(len(images(repositoryName="shop", filter={"imageStatus": "ACTIVE"})["imageDetails"]), 2)
        first = images(repositoryName="shop", maxResults=2)
        self.assertEqual(len(images(repositoryName="shop", nextToken=first["nextToken"])["imageDetails"]), 1)
        self.assertEqual([one["repositoryUri"] for one in ecs.call("DescribeRepositories", api="ecr")["repositories"]], [f"{HOST}/shop"])
        self.refused("RepositoryNotFoundException", ecs.call, "DescribeRepositories", api="ecr", repositoryNames=["other"])
        self.refused("RepositoryNotFoundException", images, repositoryName="other")
        self.refused("ImageNotFoundException", images, repositoryName="shop", imageIds=[{"imageTag": "9"}])


class Definitions(Case):
    def test_what_is_not_active_is_refused(self):
        ecs = self.ecs(1)
        self.assertEqual(ecs.call("DeregisterTaskDefinition", taskDefinition="web:1")["taskDefinition"]["status"], "INACTIVE")
        self.assertEqual(self.refused("ClientException", ecs.update, taskDefinition="web:1").message, "TaskDefinition is inactive")
        self.refused("ClientException", ecs.call, "DescribeTaskDefinition", taskDefinition="web:1")
        self.assertEqual(self.refused("ClientException", ecs.update, taskDefinition="web:9").message, "TaskDefinition not found.")
        # What runs can be described.
        ecs.call("DeregisterTaskDefinition", taskDefinition="web:2")
        self.assertEqual(ecs.call("DescribeTaskDefinition", taskDefinition="web:2")["taskDefinition"]["status"], "INACTIVE")
        ecs.control("task-definition", {"taskDefinition": "web:3", "status": "DELETE_IN_PROGRESS"})
        self.refused("ClientException", ecs.update, taskDefinition="web:3")
        self.assertEqual([arn_end(one) for one in ecs.call("ListTaskDefinitions", familyPrefix="web")["taskDefinitionArns"]], ["web:4"])
        self.assertEqual(arn_end(ecs.call("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]["taskDefinitionArn"]), "web:4")
        ecs.control("settings", {"inactive_grace_ms": 60000})
        ecs.update(taskDefinition="web:1")

    def test_names(self):
        ecs = self.ecs(0)
        self.assertEqual([arn_end(one) for one in ecs.call("ListClusters")["clusterArns"]], ["shop"])
        self.assertEqual(ecs.call("DescribeClusters", clusters=["shop", "none"])["clusters"][0]["activeServicesCount"], 1)
        arn = ecs.call("ListServices", cluster="shop")["serviceArns"][0]
        self.assertEqual(ecs.call("UpdateService", service=arn, desiredCount=0)["service"]["serviceName"], "web")
        self.assertEqual(ecs.call("DescribeServices", cluster="shop", services=["other"])["failures"][0]["reason"], "MISSING")
        self.refused("ClusterNotFoundException", ecs.call, "DescribeServices", cluster="none", services=["web"])
        self.refused("ServiceNotFoundException", ecs.call, "UpdateService", cluster="shop", service="other")
        self.refused("UnknownOperationException", ecs.call, "DeleteCluster", cluster="shop")
        self.refused("InvalidParameterException", ecs.call, "DescribeServices", cluster="shop", services=["web"] * 11)
        self.refused("InvalidParameterException", ecs.call, "ListServiceDeployments", cluster="shop", service="web", maxResults=101)
        self.refused("UnsupportedFeatureException", ecs.update, deploymentConfiguration={"strategy": "BLUE_GREEN"})
        self.assertEqual(ecs.call("DescribeServiceRevisions", serviceRevisionArns=["x"])["failures"], [{"arn": "x", "reason": "MISSING"}])


class Others(Case):
    def test_a_newer_deployment_stops_the_one_on_its_way(self):
        ecs = self.ecs(1)
        ecs.control("image", {"repository": "shop", "version": "1.0.0", "start_ms": 5000})
        ecs.update(taskDefinition="web:1")
        mine = ecs.listed()[0]["serviceDeploymentArn"]
        wait(lambda: ecs.primary()["pendingCount"] == 1)
        theirs = ecs.control("deploy", {"cluster": "shop", "service": "web", "taskDefinition": "web:4"})["service"]["deployments"][0]["id"]
        self.assertEqual(ecs.deployment(mine)["status"], "STOPPED")
        ecs.completed(theirs)
        sources = ecs.deployment(ecs.listed()[0]["serviceDeploymentArn"])["sourceServiceRevisions"]
        self.assertEqual([arn_end(ecs.revision(one["arn"])["taskDefinition"]) for one in sources], ["web:1", "web:2"])

    def test_somebody_else_between_two_calls(self):
        ecs = self.ecs(1)
        theirs = {"service": "ecs", "action": "UpdateService", "request": {"cluster": "shop", "service": "web", "taskDefinition": "web:4"}}
        ecs.control("faults", [{"action": "UpdateService", "when": {"first": 1}, "do": "before", "call": theirs}])
        ours = ecs.update(taskDefinition="web:1")["deployments"][0]["id"]
        ecs.completed(ours)
        source = ecs.deployment(ecs.listed()[0]["serviceDeploymentArn"])["sourceServiceRevisions"]
        self.assertEqual([arn_end(ecs.revision(one["arn"])["taskDefinition"]) for one in source], ["web:2"])
        self.assertEqual([one["status"] for one in ecs.listed()[:3]], ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"])
        ecs.control("faults", [{"action": "DescribeServices", "when": {"nth": [2]}, "do": "after", "call": theirs}])
        self.assertEqual([arn_end(ecs.primary()["taskDefinition"]) for _ in range(3)], ["web:1", "web:1", "web:4"])

    def test_many_at_once(self):
        ecs = self.ecs(1)
        wrong, ids = [], []

        def client(number):
            try:
                for turn in range(4):
                    ids.append(ecs.update(taskDefinition=f"web:{1 + (number + turn) % 2}", forceNewDeployment=True)["deployments"][0]["id"])
                    assert sum(one["status"] == "PRIMARY" for one in ecs.service()["deployments"]) == 1
                    ecs.listed()
            except Exception as error:
                wrong.append(error)
        threads = [threading.Thread(target=client, args=(number,)) for number in range(6)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        self.assertEqual((wrong, len(set(ids))), ([], 24))
        last = ecs.primary()["id"]
        ecs.completed(last)
        self.assertEqual([one["status"] for one in ecs.call("ListServiceDeployments", cluster="shop", service="web", maxResults=25)["serviceDeployments"]], ["SUCCESSFUL"] + ["STOPPED"] * 23 + ["SUCCESSFUL"])


class Faults(Case):
    def test_of_the_answer(self):
        ecs = self.ecs(0)
        for kind, status, code in (("throttle", 400, "ThrottlingException"), ("500", 500, "ServerException"), ("denied", 400, "AccessDeniedException"), ("html", 502, None)):
            ecs.control("faults", [{"action": "DescribeServices", "when": {"first": 1}, "do": kind}])
            with self.assertRaises(Refused) as caught:
                ecs.service()
            self.assertEqual(caught.exception.status, status)
            self.assertTrue(code in (None, caught.exception.code))
            ecs.service()
        for kind in ("close", "reset", "empty", "badjson", "truncate:0.5"):
            ecs.control("faults", [{"do": kind, "when": {"first": 1}}])
            with self.assertRaises(Exception):
                ecs.service()
            ecs.service()
        ecs.control("faults", [{"do": "slow:0.5", "when": {"every": 2}}])
        begun = time.monotonic()
        ecs.service()
        self.assertLess(time.monotonic() - begun, 0.4)
        ecs.service()
        self.assertGreater(time.monotonic() - begun, 0.5)
        self.assertRaises(Refused, ecs.control, "faults", [{"do": "throttle", "wehn": {}}])
        self.assertRaises(Refused, ecs.control, "settings", {"tick": 1})

    def test_an_effect_whose_answer_is_lost(self):
        ecs = self.ecs(1)
        for kind, definition in (("lost", "web:1"), ("500-after", "web:4")):
            ecs.control("faults", [{"action": "UpdateService", "when": {"first": 1}, "do": kind}])
            with self.assertRaises((Refused, OSError)):
                ecs.update(taskDefinition=definition)
            self.assertEqual(arn_end(ecs.primary()["taskDefinition"]), definition)
        self.assertEqual([(one["action"], one["fault"]) for one in ecs.control("calls") if one["fault"]], [("UpdateService", "lost"), ("UpdateService", "500-after")])

    def test_reads_of_a_moment_ago(self):
        ecs = self.ecs(1, stale_ms=400, record_ms=700)
        wait(lambda: ecs.primary()["rolloutState"] == "COMPLETED")
        before = ecs.primary()["id"]
        begun = time.monotonic()
        told = ecs.update(taskDefinition="web:1")["deployments"][0]["id"]
        self.assertNotEqual(told, before)
        self.assertEqual((ecs.primary()["id"], len(ecs.listed())), (before, 2))
        wait(lambda: ecs.primary()["id"] == told)
        self.assertGreater(time.monotonic() - begun, 0.35)
        wait(lambda: len(ecs.listed()) == 3)
        self.assertGreater(time.monotonic() - begun, 0.65)


class Clients(Case):
    def test_the_cli_with_its_signature(self):
        ecs = self.ecs(1, options=("--verify",))
        self.refused("MissingAuthenticationToken", ecs.service)
        told = ecs.cli("ecs", "update-service", "--cluster", "shop", "--service", "web", "--task-definition", "web:1", "--query", "service.deployments[0].rolloutState")
        if told is None:
            self.skipTest("no aws CLI")
        self.assertEqual(told, (0, '"IN_PROGRESS"\n', ""))
        code, _, wrong = ecs.cli("ecs", "update-service", "--cluster", "shop", "--service", "web", "--task-definition", "web:9")
        self.assertNotEqual(code, 0)
        self.assertIn("An error occurred (ClientException) when calling the UpdateService operation: TaskDefinition not found.", wrong)

    def test_boto3(self):
        ecs = self.ecs(1)
        client = ecs.boto("ecs")
        if not client:
            self.skipTest("no boto3")
        ecs.control("faults", [{"action": "DescribeServices", "when": {"first": 2}, "do": "throttle"}])
        self.assertEqual(client.describe_services(cluster="shop", services=["web"])["services"][0]["status"], "ACTIVE")
        client.update_service(cluster="shop", service="web", taskDefinition="web:1")
        client.get_waiter("services_stable").wait(cluster="shop", services=["web"], WaiterConfig={"Delay": 1, "MaxAttempts": 10})
        with self.assertRaises(client.exceptions.ServiceNotFoundException):
            client.update_service(cluster="shop", service="none")
        with self.assertRaises(client.exceptions.ClientException):
            client.update_service(cluster="shop", service="web", taskDefinition="web:77")
        if not hasattr(client, "list_service_deployments"):
            return  # a boto3 that is older than that
        listed = client.list_service_deployments(cluster="shop", service="web", status=["SUCCESSFUL"])["serviceDeployments"]
        self.assertEqual(len(listed), 3)
        told = client.describe_service_deployments(serviceDeploymentArns=[listed[0]["serviceDeploymentArn"]])
        self.assertEqual((told["failures"], told["serviceDeployments"][0]["createdAt"].year), ([], time.gmtime().tm_year))

    def test_the_death_of_a_client_changes_nothing(self):
        ecs = self.ecs(1)
        child = keeper.spawn([sys.executable, "-c", "import sys, urllib.request as r; r.urlopen(r.Request(sys.argv[1], sys.argv[2].encode(), "
                              "{'X-Amz-Target': 'AmazonEC2ContainerServiceV20141113.UpdateService'})).read(); import os; os.kill(os.getpid(), 9)",
                              ecs.url, '{"cluster": "shop", "service": "web", "taskDefinition": "web:1"}'])
        self.assertEqual(child.wait(10), -9)
        ecs.completed(ecs.primary()["id"])
        self.assertEqual(version(ecs.state()["target_group_port"]), "1.0.0")


class NothingIsLeft(Case):
    def family(self, ecs):
        pids = [ecs.process.pid, *keeper.family(ecs.process.pid)]
        titles = [targets.title(pid) for pid in pids]
        self.assertTrue(any(b"app.py" in one for one in titles) and any(b"nginx: worker" in one for one in titles), titles)
        return pids

    def gone(self, pids, but=()):
        wait(lambda: not [pid for pid in pids if pid not in but and targets.title(pid)], 5, "all are gone")

    def killed(self, kill):
        ecs = Ecs()
        pids = self.family(ecs)
        ecs.update(taskDefinition="web:1")
        time.sleep(0.3)  # in the middle of it
        pids += [one for one in keeper.family(ecs.process.pid) if one not in pids]
        kill(ecs, pids)
        self.gone(pids)
        ecs.close()

    def test_of_a_killed_server(self):
        self.killed(lambda ecs, pids: ecs.process.kill())

    def test_of_a_server_whose_worker_is_killed(self):
        self.killed(lambda ecs, pids: os.kill(pids[1], signal.SIGKILL))

    def test_of_a_server_that_is_told_to_end(self):
        self.killed(lambda ecs, pids: ecs.process.terminate())

    def test_of_a_server_whose_owner_is_gone(self):
        self.killed(lambda ecs, pids: ecs.process.stdin.close())


if __name__ == "__main__":
    if not targets.NGINX:
        print("skipped: nginx is missing")
    else:
        keeper.run(beside.main)
