"""One service of ECS: its tasks, deployments and service deployments, moved on by `tick`. Time is the wall clock in seconds."""
import http.client
import math
import random
import secrets
import subprocess
import threading
import time
import uuid

from api import Refusal
from targets import Process, TargetGroup, keeper

KEPT_EVENTS = 100
KEPT_STOPPED_TASKS = 200
RUNNING_STATES = ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
DRAIN_SECONDS = 5


def number():
    return str(random.randrange(10 ** 18, 10 ** 19))


class Task:
    """PENDING -> RUNNING -> DEACTIVATING (off the target group) -> STOPPING -> STOPPED. `failed` when nobody asked for its end."""

    def __init__(self, service, deployment, start_at):
        self.service, self.deployment, self.revision = service, deployment, deployment.revision
        self.id = uuid.uuid4().hex
        self.arn = f"arn:aws:ecs:{service.world.region}:{service.world.account}:task/{service.cluster}/{self.id}"
        self.status, self.created, self.start_at, self.started, self.stopped, self.kill_at = "PENDING", time.time(), start_at, None, None, None
        self.process, self.digest, self.healthy, self.failed, self.code, self.reason, self.exit = None, self.revision.digest, False, False, None, None, None
        self.ill, self.silent_since, self.counted = 0, None, False

    def live(self):
        return self.status in ("PENDING", "RUNNING")

    def start(self):
        """Pulls the image and starts the app; a text that says why not."""
        world, container = self.service.world, self.revision.definition["containerDefinitions"][0]
        if container.get("versionConsistency") == "disabled":
            self.digest = world.images.resolve(container["image"])
        image = world.images.pull(container["image"], self.digest)
        if isinstance(image, str):
            return image
        self.status, self.started, self.silent_since = "RUNNING", time.time(), time.time()
        if image["fault"] == "crash":
            self.process = Crashed()
        else:
            self.process = Process(image["version"], world.images.folder(self.digest))
            threading.Thread(target=self.watch, daemon=True).start()
        return None

    def watch(self):
        """The target group's health check: three answers that are not 200 one after the other are unhealthy, and so is silence for long enough."""
        while self.status == "RUNNING":
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.process.port, timeout=1)
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                answer.read()
                connection.close()
                well = answer.status == 200
                self.silent_since, self.ill = None, 0 if well else self.ill + 1
                self.healthy = well or (self.healthy and self.ill < 3)
            except (OSError, http.client.HTTPException):
                self.silent_since = self.silent_since or time.time()
            time.sleep(self.service.world.seconds("health_ms"))

    def unhealthy(self, now):
        if now < self.started + self.service.grace:
            return False
        return self.ill >= 3 or (self.silent_since is not None and now > self.silent_since + self.service.world.seconds("silent_ms"))

    def leave(self, code, reason, failed=False):
        """Its end is asked for: off the target group first, when it is on it."""
        self.code, self.reason, self.failed = code, reason, failed
        self.status = "DEACTIVATING" if self.process else "STOPPED"
        if self.status == "STOPPED":
            self.stopped = time.time()

    def view(self):
        container = self.revision.definition["containerDefinitions"][0]
        last = {"lastStatus": self.status, "desiredStatus": "RUNNING" if self.live() else "STOPPED"}
        shown = {"taskArn": self.arn, "clusterArn": self.service.cluster_arn, "taskDefinitionArn": self.revision.definition["taskDefinitionArn"], **last,
                 "group": f"service:{self.service.name}", "startedBy": self.deployment.id, "launchType": "EC2", "createdAt": self.created,
                 "healthStatus": "HEALTHY" if self.healthy else "UNKNOWN", "connectivity": "CONNECTED", "version": 1,
                 "containers": [{"containerArn": self.arn.replace(":task/", ":container/"), "taskArn": self.arn, "name": container["name"], "image": container["image"],
                                 "lastStatus": self.status, **({"imageDigest": self.digest} if self.digest else {}), "networkBindings": []}]}
        if self.process and self.process.port and self.status != "STOPPED":
            port = next((one["containerPort"] for one in container.get("portMappings", ())), 80)
            shown["containers"][0]["networkBindings"] = [{"bindIP": "127.0.0.1", "containerPort": port, "hostPort": self.process.port, "protocol": "tcp"}]
        if self.started:
            shown["startedAt"] = self.started
        if self.reason:
            shown.update({"stopCode": self.code, "stoppedReason": self.reason})
        if self.stopped:
            shown["stoppedAt"] = self.stopped
            shown["containers"][0].update({} if self.exit is None else {"exitCode": self.exit})
        return shown


class Crashed:
    """The container of an image whose program ends at once."""
    port = None

    def __init__(self):
        self.child = keeper.spawn(["/bin/false"], stdout=subprocess.DEVNULL)


class Revision:
    """A service revision: the task definition with the digests that its tags were when the deployment began."""

    def __init__(self, service, definition):
        images = service.world.images
        self.arn = f"arn:aws:ecs:{service.world.region}:{service.world.account}:service-revision/{service.cluster}/{service.name}/{number()}"
        self.service, self.definition, self.created = service, definition, time.time()
        self.images = [(one["name"], one["image"], images.resolve(one["image"])) for one in definition["containerDefinitions"]]
        self.digest = self.images[0][2]

    def view(self):
        return {"serviceRevisionArn": self.arn, "serviceArn": self.service.arn, "clusterArn": self.service.cluster_arn, "taskDefinition": self.definition["taskDefinitionArn"],
                "launchType": "EC2", "loadBalancers": self.service.load_balancers, "guardDutyEnabled": False, "createdAt": self.created,
                "containerImages": [{"containerName": name, "image": image, **({"imageDigest": digest} if digest else {})} for name, image, digest in self.images]}


class Deployment:
    """An entry of `deployments`, with its id ecs-svc/…"""

    def __init__(self, revision):
        self.id, self.revision, self.status, self.created = "ecs-svc/" + number(), revision, "PRIMARY", time.time()
        self.updated, self.failed_tasks, self.desired, self.retry_at = self.created, 0, None, 0
        self.state, self.reason = "IN_PROGRESS", f"ECS deployment {self.id} in progress."

    def turn(self, state, reason):
        self.state, self.reason, self.updated = state, reason, time.time()


class ServiceDeployment:
    """What ListServiceDeployments tells: one rollout from its beginning to its end, its own rollback included."""

    def __init__(self, service, deployment, sources):
        self.arn = f"arn:aws:ecs:{service.world.region}:{service.world.account}:service-deployment/{service.cluster}/{service.name}/{secrets.token_urlsafe(16)[:21]}"
        self.service, self.deployment, self.target, self.requested = service, deployment, deployment.revision, service.desired
        # Each with the number of its tasks at the beginning.
        self.sources = sources
        self.status, self.reason, self.created, self.updated, self.started, self.finished = "PENDING", None, time.time(), time.time(), None, None
        self.due, self.failures, self.in_a_row, self.rollback, self.breaker = time.time() + service.world.seconds("pending_ms"), 0, 0, None, None
        self.configuration, self.frozen = dict(service.configuration), None

    def turn(self, status, reason=None):
        self.status, self.updated = status, time.time()
        self.reason = reason or self.reason
        if status not in RUNNING_STATES:
            self.finished = self.updated
            self.breaker = self.breaker or ("MONITORING_COMPLETE" if self.enabled() else None)

    def enabled(self):
        return self.configuration["deploymentCircuitBreaker"]["enable"]

    def threshold(self):
        """How many failures in a row are too many: half of what is desired, at least 3 and at most 200, unless the service says otherwise."""
        wish = self.configuration["deploymentCircuitBreaker"].get("thresholdConfiguration", {"type": "BOUNDED_PERCENT", "value": 50})
        if wish["type"] == "COUNT":
            return wish["value"]
        part = math.ceil(self.service.desired * wish["value"] / 100)
        return max(1, part) if wish["type"] == "UNBOUNDED_PERCENT" else min(max(3, part), 200)

    def told(self, tasks):
        """`brief` and `view`, with {revision: statuses of its tasks}. What is over and has no task any more is not made again."""
        if self.frozen:
            return self.frozen
        told = self.brief(), self.view(tasks)
        if self.finished and not any(one in tasks for one in [self.target, *(source for source, _ in self.sources)]):
            self.frozen = told
        return told

    def brief(self):
        told = {"serviceDeploymentArn": self.arn, "serviceArn": self.service.arn, "clusterArn": self.service.cluster_arn, "createdAt": self.created,
                "targetServiceRevisionArn": self.target.arn, "status": self.status}
        optional = {"startedAt": self.started, "finishedAt": self.finished, "statusReason": self.reason}
        return {**told, **{name: value for name, value in optional.items() if value is not None}}

    def view(self, tasks):
        def counts(revision):
            statuses = tasks.get(revision, [])
            return {"runningTaskCount": statuses.count("RUNNING"), "pendingTaskCount": statuses.count("PENDING")}
        told = self.brief()
        told["targetServiceRevision"] = {"arn": told.pop("targetServiceRevisionArn"), "requestedTaskCount": self.requested, **counts(self.target)}
        told["sourceServiceRevisions"] = [{"arn": one.arn, "requestedTaskCount": count, **counts(one)} for one, count in self.sources]
        breaker = self.breaker or ("MONITORING" if self.enabled() else "DISABLED")
        told.update({"updatedAt": self.updated, "deploymentConfiguration": self.configuration, "alarms": {"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []},
                     "deploymentCircuitBreaker": {"status": breaker, "failureCount": self.failures, "threshold": self.threshold()}})
        if self.status == "STOPPED":
            told["stoppedAt"] = self.finished
        if self.rollback:
            told["rollback"] = self.rollback
        return told


class Service:
    def __init__(self, world, cluster, request, root):
        self.world, self.cluster, self.name, self.created = world, cluster, request["serviceName"], time.time()
        self.cluster_arn = world.cluster_arn(cluster)
        self.arn = f"arn:aws:ecs:{world.region}:{world.account}:service/{cluster}/{self.name}"
        self.desired, self.grace = request.get("desiredCount", 1), request.get("healthCheckGracePeriodSeconds", 0)
        self.target_group = f"arn:aws:elasticloadbalancing:{world.region}:{world.account}:targetgroup/{self.name}/{secrets.token_hex(8)}"
        self.load_balancers = request.get("loadBalancers") or [{"targetGroupArn": self.target_group, "containerName": "app", "containerPort": 80}]
        self.target_group = self.load_balancers[0]["targetGroupArn"]
        self.configuration = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}, "maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING"}
        self.configure(request.get("deploymentConfiguration", {}))
        self.group, self.tasks, self.deployments, self.events, self.history, self.revisions = TargetGroup(root), [], [], [], [], []
        self.completed, self.views, self.stuck, self.calm_since = None, [], False, None

    # ---- what is asked for ----------------------------------------------------------------------
    def configure(self, wish):
        if wish.get("strategy", "ROLLING") != "ROLLING" or wish.get("alarms", {}).get("enable"):
            raise Refusal("UnsupportedFeatureException", "Only rolling deployments without alarms are simulated.")
        self.configuration = {**self.configuration, **wish}

    def deploy(self, definition):
        """A new deployment of a task definition; one that is on its way is stopped."""
        for other in self.history:
            if other.status in RUNNING_STATES:
                rolling_back = other.status.startswith("ROLLBACK")
                other.turn("ROLLBACK_FAILED" if rolling_back else "STOPPED", "Service deployment was stopped because a newer one began.")
        sources = [(one.revision, self.alive(one)) for one in self.deployments if self.alive(one)]
        if not sources and self.completed:
            sources = [(self.completed.revision, 0)]
        revision = Revision(self, definition)
        self.revisions.append(revision)
        for one in self.deployments:
            one.status = "ACTIVE"
        self.deployments.insert(0, Deployment(revision))
        self.history.insert(0, ServiceDeployment(self, self.deployments[0], sources))
        self.stuck, self.calm_since = False, None

    def remember(self, definition, status):
        """A deployment of long ago, of which nothing runs."""
        revision = Revision(self, definition)
        self.revisions.append(revision)
        past = ServiceDeployment(self, Deployment(revision), [(one.target, 0) for one in self.history[:1]])
        past.created = past.started = revision.created = time.time() - 3600 * (24 - len(self.history))
        past.turn(status)
        past.finished = past.updated = past.created + 60
        self.history.insert(0, past)

    def stop(self, deployment, kind):
        if kind == "ROLLBACK" and deployment.status in ("PENDING", "IN_PROGRESS"):
            deployment.turn("ROLLBACK_REQUESTED")
        elif kind == "ABORT" and deployment.status in ("PENDING", "IN_PROGRESS"):
            deployment.turn("STOP_REQUESTED")
        deployment.due = time.time() + self.world.seconds("pending_ms")

    # ---- what happens ---------------------------------------------------------------------------
    def event(self, text):
        self.events.insert(0, {"id": str(uuid.uuid4()), "createdAt": time.time(), "message": f"(service {self.name}) {text}"})
        del self.events[KEPT_EVENTS:]

    def alive(self, deployment):
        return sum(one.live() for one in self.tasks if one.deployment is deployment)

    @property
    def primary(self):
        return self.deployments[0]

    def current(self):
        """The service deployment that moves the primary deployment, or None."""
        return next((one for one in self.history[:1] if one.status in RUNNING_STATES), None)

    def tick(self):
        now = time.time()
        for task in self.tasks:
            self.advance(task, now)
        stopped = [one for one in self.tasks if one.status == "STOPPED"]
        if len(stopped) > KEPT_STOPPED_TASKS:
            self.tasks.remove(stopped[0])
        self.hand_over()
        current = self.current()
        if current and not self.move(current, now):
            return
        self.scale(now)
        self.conclude(current)

    def advance(self, task, now):
        if task.status == "PENDING" and now >= task.start_at:
            reason = task.start()
            if reason:
                self.fail(task, "TaskFailedToStart", reason, now)
        elif task.status == "RUNNING":
            self.check(task, now)
        elif task.status == "STOPPING":
            task.exit = task.process.child.poll()
            if task.exit is not None:
                task.status, task.stopped = "STOPPED", now
            elif now > task.kill_at:
                task.process.child.kill()

    def check(self, task, now):
        task.exit = task.process.child.poll()
        if task.exit is not None:
            self.fail(task, "EssentialContainerExited", "Essential container in task exited", now)
        elif task.unhealthy(now):
            self.event(f"(port {task.process.port}) is unhealthy in (target-group {self.target_group}) due to (reason Health checks failed with these codes: [503]).")
            self.fail(task, "ServiceSchedulerInitiated", f"Task failed ELB health checks in (target-group {self.target_group})", now)
        elif task.healthy and (current := self.current()) and task.revision is current.target:
            if current.configuration["deploymentCircuitBreaker"].get("resetOnHealthyTask", True) and not task.counted:
                task.counted, current.in_a_row = True, 0

    def fail(self, task, code, reason, now):
        task.leave(code, reason, failed=True)
        task.deployment.failed_tasks += 1
        task.deployment.retry_at = now + self.world.seconds("retry_ms")
        current = self.current()
        if current and task.revision is current.target and current.status in ("PENDING", "IN_PROGRESS"):
            current.failures, current.in_a_row = current.failures + 1, current.in_a_row + 1
            if current.enabled() and current.in_a_row >= current.threshold():
                self.trip(current)

    def hand_over(self):
        """The target group follows the tasks; what was taken off it is stopped once no request goes there any more."""
        if not self.group.settled():
            return
        for task in self.tasks:
            if task.status == "DEACTIVATING" and task.process.port not in (self.group.ports or ()):
                task.status, task.kill_at = "STOPPING", time.time() + DRAIN_SECONDS
                task.process.child.terminate()
        ports = sorted(one.process.port for one in self.tasks if one.status == "RUNNING" and one.healthy)
        if ports != (self.group.ports or []) or (self.group.ports is None and not self.desired):
            came, went = set(ports) - set(self.group.ports or ()), set(self.group.ports or ()) - set(ports)
            self.group.change(ports)
            for count, verb, preposition in ((len(came), "registered", "in"), (len(went), "deregistered", "in")):
                if count:
                    self.event(f"{verb} {count} targets {preposition} (target-group {self.target_group})")

    def move(self, current, now):
        """The states of a service deployment that only time changes. False while nothing may be started or stopped."""
        if now < current.due:
            return current.status not in ("PENDING", "STOP_REQUESTED", "ROLLBACK_REQUESTED")
        if current.status == "PENDING":
            current.turn("IN_PROGRESS")
            current.started = now
        elif current.status == "STOP_REQUESTED":
            current.turn("STOPPED", "Service deployment was stopped by a request.")
            current.deployment.turn("FAILED", f"ECS deployment {current.deployment.id} was stopped.")
        elif current.status == "ROLLBACK_REQUESTED":
            self.revert(current, "Service deployment was rolled back by a request.", f"ECS deployment {current.deployment.id} was stopped.",
                        "ECS deployment stopped: rolling back to deploymentId {}.")
        return True

    def trip(self, current):
        """The circuit breaker: no more tasks of this deployment, and back to the last completed one when that is wished for."""
        current.breaker = "TRIGGERED"
        self.event(f"(deployment {current.deployment.id}) deployment failed: tasks failed to start.")
        why = "Service deployment rolled back because the circuit breaker threshold was exceeded."
        failed = "ECS deployment circuit breaker: tasks failed to start."
        if current.configuration["deploymentCircuitBreaker"]["rollback"]:
            return self.revert(current, why, failed, "ECS deployment circuit breaker: rolling back to deploymentId {}.")
        current.deployment.turn("FAILED", failed)
        current.turn("STOPPED", "Service deployment failed because the circuit breaker threshold was exceeded.")

    def revert(self, current, why, failed, reason):
        """`why`: of the service deployment. `failed`: of the deployment that ends. `reason`: of the one that comes back."""
        lost, back = current.deployment, self.completed
        lost.turn("FAILED", failed)
        if back is None:
            current.turn("ROLLBACK_FAILED", "No rollback candidate was found to run the rollback.")
            return
        told = back.id
        lost.status, lost.desired = "ACTIVE", 0
        if self.world.settings["rollback_deployment"] == "new":
            back = Deployment(back.revision)
        others = [one for one in self.deployments if one is not back]
        for one in others:
            one.status = "ACTIVE"
        self.deployments = [back, *others]
        back.status, self.calm_since = "PRIMARY", None
        back.turn("IN_PROGRESS", reason.format(told))
        self.event(f"rolling back to deployment {told}.")
        current.turn("ROLLBACK_IN_PROGRESS", why)
        current.due = time.time() + self.world.seconds("settle_ms")
        current.rollback = {"reason": why, "startedAt": time.time(), "serviceRevisionArn": back.revision.arn}
        current.deployment = back

    # ---- tasks ----------------------------------------------------------------------------------
    def scale(self, now):
        """One step towards `desired` tasks of the primary deployment, within minimumHealthyPercent and maximumPercent."""
        if self.primary.state == "FAILED":
            return
        lower = math.ceil(self.desired * self.configuration["minimumHealthyPercent"] / 100)
        upper = math.floor(self.desired * self.configuration["maximumPercent"] / 100)
        live = [one for one in self.tasks if one.live()]
        ours = [one for one in live if one.deployment is self.primary]
        theirs = [one for one in live if one.deployment is not self.primary]
        missing = self.desired - len(ours)
        # While a deployment has old tasks, those count; without, nothing forbids to start what is missing.
        room = max(upper, self.desired if not theirs else 0) - len(live)
        start = min(missing, room) if now >= self.primary.retry_at else 0
        for _ in range(start):
            self.tasks.append(Task(self, self.primary, now + self.start_seconds()))
        if start > 0:
            self.event(f"has started {start} tasks: " + " ".join(f"(task {one.id})" for one in self.tasks[-start:]) + ".")
        stopped = self.stop_old(theirs, lower, missing > 0 and room <= 0)
        stopped += self.stop_tasks(sorted(ours, key=lambda one: one.healthy)[:max(0, -missing)])
        self.tell_stuck(missing > 0 and room <= 0 and not stopped and all(one.healthy for one in live))

    def start_seconds(self):
        image = self.world.images.pull(self.primary.revision.images[0][1], self.primary.revision.digest)
        more = 0 if isinstance(image, str) else image["start_ms"]
        return self.world.seconds("start_ms") + more / 1000

    def stop_old(self, theirs, lower, no_room):
        """Old tasks go when there are more healthy ones than desired, or when the new ones have no room, but never below what must be healthy."""
        healthy = sum(one.healthy for one in self.tasks if one.live())
        ending = [one for one in theirs if not one.healthy]
        for task in (one for one in theirs if one.healthy):
            if healthy > self.desired or (no_room and not ending and healthy > lower):
                ending.append(task)
                healthy -= 1
        return self.stop_tasks(ending)

    def stop_tasks(self, tasks):
        for task in tasks:
            task.leave("ServiceSchedulerInitiated", f"Scaling activity initiated by (deployment {self.primary.id})")
        if tasks:
            self.event(f"has stopped {len(tasks)} running tasks: " + " ".join(f"(task {one.id})" for one in tasks) + ".")
        return len(tasks)

    def tell_stuck(self, stuck):
        if stuck and not self.stuck:
            self.event("was unable to stop or start tasks during a deployment because of the service deployment configuration. "
                       "Update the minimumHealthyPercent or maximumPercent value and try again.")
        self.stuck = stuck

    def conclude(self, current):
        """A service deployment ends when the new tasks serve; the deployment is completed when the old ones are gone."""
        ours = [one for one in self.tasks if one.deployment is self.primary and one.live()]
        reached = len(ours) == self.desired and all(one.healthy and one.process.port in (self.group.ports or ()) for one in ours)
        if not reached or any(one.live() and one.deployment is not self.primary for one in self.tasks):
            self.calm_since = None
            return
        now = time.time()
        self.calm_since = self.calm_since or now
        if current and now >= current.due and current.status in ("IN_PROGRESS", "ROLLBACK_IN_PROGRESS"):
            current.turn("SUCCESSFUL" if current.status == "IN_PROGRESS" else "ROLLBACK_SUCCESSFUL")
        calm = now >= self.calm_since + self.world.seconds("settle_ms")
        if self.primary.state == "IN_PROGRESS" and calm and all(one.status == "STOPPED" for one in self.tasks if one.deployment is not self.primary):
            self.primary.turn("COMPLETED", f"ECS deployment {self.primary.id} completed.")
            self.completed, self.deployments = self.primary, [self.primary]
            self.event(f"(deployment {self.primary.id}) deployment completed.")
            self.event("has reached a steady state.")

    def steady(self):
        return bool(self.deployments) and len(self.deployments) == 1 and self.primary.state == "COMPLETED" and self.group.settled()

    # ---- what is told ---------------------------------------------------------------------------
    def count(self, status, deployment=None):
        return sum(one.status == status for one in self.tasks if deployment in (None, one.deployment))

    def view(self):
        listed = [{"id": one.id, "status": one.status, "taskDefinition": one.revision.definition["taskDefinitionArn"],
                   "desiredCount": self.desired if one is self.primary else one.desired if one.desired is not None else self.alive(one),
                   "pendingCount": self.count("PENDING", one), "runningCount": self.count("RUNNING", one), "failedTasks": one.failed_tasks, "createdAt": one.created,
                   "updatedAt": one.updated, "launchType": "EC2", "rolloutState": one.state, "rolloutStateReason": one.reason} for one in self.deployments]
        current = self.current()
        revisions = {one.revision.arn: one.revision for one in self.deployments}.values()
        return {"serviceArn": self.arn, "serviceName": self.name, "clusterArn": self.cluster_arn, "loadBalancers": self.load_balancers, "serviceRegistries": [],
                "status": "ACTIVE", "desiredCount": self.desired, "runningCount": self.count("RUNNING"), "pendingCount": self.count("PENDING"), "launchType": "EC2",
                "taskDefinition": self.primary.revision.definition["taskDefinitionArn"], "deploymentConfiguration": self.configuration, "deployments": listed,
                "events": list(self.events), "createdAt": self.created, "placementConstraints": [], "placementStrategy": [],
                "healthCheckGracePeriodSeconds": self.grace, "schedulingStrategy": "REPLICA", "deploymentController": {"type": "ECS"}, "enableECSManagedTags": False,
                "propagateTags": "NONE", "enableExecuteCommand": False, **({"currentServiceDeployment": current.arn} if current else {}),
                "currentServiceRevisions": [{"arn": one.arn, "requestedTaskCount": self.desired if one is self.primary.revision else 0,
                                             "runningTaskCount": sum(task.status == "RUNNING" for task in self.tasks if task.revision is one),
                                             "pendingTaskCount": sum(task.status == "PENDING" for task in self.tasks if task.revision is one)} for one in revisions]}

    def record(self):
        """Keeps what there is to tell, with its time, so that reads can be of a moment ago."""
        tasks = {}
        for one in self.tasks:
            if one.status != "STOPPED":
                tasks.setdefault(one.revision, []).append(one.status)
        told = self.view(), [one.told(tasks) for one in self.history]
        if not self.views or self.views[-1][1] != told:
            self.views.append((time.time(), told))
            oldest = time.time() - 60
            while len(self.views) > 1 and self.views[1][0] < oldest:
                self.views.pop(0)

    def told(self, ago):
        """View and service deployments as they were `ago` seconds ago."""
        then = time.time() - ago
        return next((told for at, told in reversed(self.views) if at <= then), self.views[0][1])
