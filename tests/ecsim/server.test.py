"""The simulator of ECS behaves as AWS does where a drill would notice, and leaves nothing behind."""
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
    """web:1 is 1.0.0, web:2 is 1.1.0, web:3 is 1.2.0, which is ill, and web:4 is the tag `latest`, now 1.1.0."""
    images = [{"repository": "shop", "version": "1.0.0", "tags": ["1.0.0"]}, {"repository": "shop", "version": "1.1.0", "tags": ["1.1.0", "latest"]},
              {"repository": "shop", "version": "1.2.0", "tags": ["1.2.0"], "fault": "unhealthy"}]
    definitions = [{"family": "web", "containerDefinitions": [{"name": "app", "image": f"{HOST}/shop:{tag}", "portMappings": [{"containerPort": 8000}]}]}
                   for tag in ("1.0.0", "1.1.0", "1.2.0", "latest")]
    return {"clusters": ["shop"], "images": images, "taskDefinitions": definitions, "settings": settings,
            "services": [{"cluster": "shop", "serviceName": "web", "taskDefinition": current, "desiredCount": desired, "deploymentConfiguration": configuration or {},
                          "history": [{"taskDefinition": "web:1"}]}]}


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
