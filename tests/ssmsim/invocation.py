"""A command of SSM and what becomes of it on each instance, in a thread of its own. The agent's side is real: sh, its output, its process group."""
import os
import signal
import subprocess
import threading
import time
import uuid
from datetime import datetime, timezone

import keeper

ENDED = ("Success", "Cancelled", "TimedOut", "Failed")
MOST_OUTPUT, MOST_ERROR, MOST_DETAILS = 24000, 8000, 2500
SEPARATOR = "\n----------ERROR-------\n"


def cut(text, most, suffix):
    """At most so many characters, the suffix included that tells of the rest."""
    return text if len(text) <= most else text[:most - len(suffix)] + suffix


def details(out, error):
    """Both outputs in the 2,500 characters of ListCommandInvocations; an error keeps half of them."""
    if not error:
        return cut(out, MOST_DETAILS, "\n---Output truncated---")
    rest = MOST_DETAILS - len(SEPARATOR)
    shown = cut(error, max(rest // 2, rest - len(out)), "\n---Error truncated----")
    return cut(out, rest - len(shown), "\n---Output truncated---") + SEPARATOR + shown


def iso(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Plugin:
    """One step on one instance. `code` is -1 before it starts and when a signal ended it; the outputs are empty until it ended."""

    def __init__(self, step):
        self.step, self.status, self.details, self.code = step, "Pending", "Pending", -1
        self.started, self.finished, self.out, self.error = None, None, "", ""

    def turn(self, status, more=None):
        self.status, self.details = status, more or status

    def end(self, status, code, out, error):
        self.out, self.error, self.code, self.finished = out.decode("utf-8", "replace"), error.decode("utf-8", "replace"), code, time.time()
        self.turn(status, "ExecutionTimedOut" if status == "TimedOut" else status)

    def view(self):
        shown = {"Name": self.step.name, "Status": self.status, "StatusDetails": self.details, "ResponseCode": self.code, "Output": details(self.out, self.error),
                 "StandardOutputUrl": "", "StandardErrorUrl": "", "OutputS3Region": "", "OutputS3BucketName": "", "OutputS3KeyPrefix": ""}
        times = {"ResponseStartDateTime": self.started, "ResponseFinishDateTime": self.finished}
        return {**shown, **{name: value for name, value in times.items() if value}}


class Invocation:
    """What GetCommandInvocation tells about. It ends by itself whether anybody asks or not."""

    def __init__(self, command, instance):
        self.command, self.instance, self.world, self.begun = command, instance, command.world, time.time()
        self.status, self.details, self.plugins = "Pending", "Pending", [Plugin(one) for one in command.steps]
        self.cancelled, self.process, self.lost = threading.Event(), None, False
        threading.Thread(target=self.run, daemon=True).start()

    def turn(self, status, more=None):
        self.status, self.details = status, more or status

    def visible(self):
        return time.time() >= self.begun + self.world.seconds("appear_ms")

    # ---- the agent ------------------------------------------------------------------------------
    def run(self):
        time.sleep(self.world.seconds("deliver_ms"))
        if not self.delivered():
            return
        self.turn("InProgress")
        for plugin in self.plugins:
            outcome = self.play(plugin)
            while not self.lost and not self.instance.reachable(0):
                time.sleep(0.02)  # the service learns of it once the agent has a connection
            if self.lost:
                return self.expire()
            last = plugin is self.plugins[-1] or outcome[0] in ("Cancelled", "TimedOut") or (outcome[0] == "Failed" and plugin.step.exits)
            # Nobody sees an output of a command that goes on, nor the end of one without.
            with self.world.lock:
                plugin.end(*outcome)
                if last:
                    return self.conclude()

    def conclude(self):
        worst = next((status for status in ("Cancelled", "TimedOut", "Failed") if any(one.status == status for one in self.plugins)), "Success")
        self.turn(worst, next(one.details for one in self.plugins if one.status == worst))

    def delivered(self):
        """Waits for the agent, at most as long as the command's delivery may take."""
        end = self.begun + self.command.delivery_seconds()
        while not self.instance.reachable(self.begun):
            if self.cancelled.wait(0.02):
                break
            if time.time() > end:
                self.turn("TimedOut", "DeliveryTimedOut")
                return False
            self.turn("Delayed")
        if self.cancelled.is_set():
            self.turn("Cancelled")
        return not self.cancelled.is_set()

    def play(self, plugin):
        """Runs a step: its status, exit code, stdout and stderr."""
        step, folder = plugin.step, os.path.join(self.world.root, "orchestration", self.command.id, self.instance.id)
        os.makedirs(folder, exist_ok=True)
        script = os.path.join(folder, "_script.sh")
        with open(script, "w") as file:
            file.write(step.script)
        os.chmod(script, 0o700)
        plugin.started = time.time()
        plugin.turn("InProgress")
        try:
            self.process = keeper.spawn(["sh", "-c", script], cwd=step.folder or self.instance.root, env={**self.instance.environment(), **step.env},
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        except OSError as error:
            return "Failed", 1, b"", str(error).encode()
        # Like the agent's own, both pipes are read to their end: a daemon that keeps one open keeps the command in progress.
        outputs = {}
        readers = [threading.Thread(target=lambda name, pipe: outputs.update({name: pipe.read()}), args=(name, getattr(self.process, name)), daemon=True)
                   for name in ("stdout", "stderr")]
        for one in readers:
            one.start()
        status = self.attend(readers, plugin.started + step.seconds)
        for one in readers:
            one.join(1)
        code = self.process.poll()
        code = -1 if code is None or code < 0 else code
        return status or ("Success" if code == 0 else "Failed"), code, outputs.get("stdout", b""), outputs.get("stderr", b"")

    def attend(self, readers, deadline):
        """Waits for the script; Cancelled and TimedOut when that is why it ended."""
        while self.process.poll() is None or any(one.is_alive() for one in readers):
            if self.lost:
                return None
            if self.cancelled.is_set():
                self.turn("Cancelling")
                time.sleep(self.world.seconds("cancel_ms"))
                self.kill()
                return "Cancelled"
            if time.time() > deadline:
                self.kill()
                return "TimedOut"
            time.sleep(0.01)
        return None

    def kill(self):
        """The script's process group, as the agent does it: a daemon in a session of its own lives on."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def expire(self):
        """The agent died with its host: nobody reports, until the command's whole time is over."""
        while time.time() < self.command.expires():
            time.sleep(0.05)
        self.turn("TimedOut", "DeliveryTimedOut")

    # ---- what is told ---------------------------------------------------------------------------
    def view(self, more):
        shown = {"CommandId": self.command.id, "InstanceId": self.instance.id, "InstanceName": self.instance.name, "Comment": self.command.comment,
                 "DocumentName": self.command.document.name, "DocumentVersion": "$DEFAULT", "RequestedDateTime": self.command.requested, "Status": self.status,
                 "StatusDetails": self.details, "TraceOutput": "", "StandardOutputUrl": "", "StandardErrorUrl": "", "CommandPlugins": [], "ServiceRole": "",
                 "NotificationConfig": {"NotificationArn": "", "NotificationEvents": [], "NotificationType": ""}, "CloudWatchOutputConfig": {"CloudWatchOutputEnabled": False}}
        if more:
            shown["CommandPlugins"] = [one.view() for one in self.plugins]
        return shown

    def whole(self, plugin):
        """GetCommandInvocation. The status is that of the invocation, the rest that of the step."""
        elapsed = (plugin.finished or time.time()) - plugin.started if plugin.started else 0
        ended = plugin.finished is not None
        return {"CommandId": self.command.id, "InstanceId": self.instance.id, "Comment": self.command.comment, "DocumentName": self.command.document.name,
                "DocumentVersion": "$DEFAULT", "PluginName": plugin.step.name, "ResponseCode": plugin.code,
                "ExecutionStartDateTime": iso(plugin.started) if plugin.started else "", "ExecutionElapsedTime": f"PT{elapsed:.3f}S" if plugin.started else "",
                "ExecutionEndDateTime": iso(plugin.finished) if ended else "", "Status": self.status, "StatusDetails": self.details,
                "StandardOutputContent": cut(plugin.out, MOST_OUTPUT, "--output truncated--"), "StandardOutputUrl": "",
                "StandardErrorContent": cut(plugin.error, MOST_ERROR, "--error truncated--"), "StandardErrorUrl": "", "CloudWatchOutputConfig": {"CloudWatchLogGroupName": "", "CloudWatchOutputEnabled": False}}


class Command:
    def __init__(self, world, request, document, values, instances):
        self.world, self.id, self.requested, self.document = world, str(uuid.uuid4()), time.time(), document
        self.comment, self.timeout, self.parameters = request.get("Comment", ""), request.get("TimeoutSeconds", 3600), request.get("Parameters", {})
        self.targets, self.asked = request.get("Targets", []), request.get("InstanceIds", [])
        self.steps = document.steps(values)
        self.cancelled = False
        self.invocations = {one.id: Invocation(self, one) for one in instances}

    def delivery_seconds(self):
        limit = self.world.settings["delivery_timeout_ms"]
        return self.timeout if limit is None else limit / 1000

    def expires(self):
        limit = self.world.settings["delivery_timeout_ms"]
        return self.requested + (self.timeout + sum(one.seconds for one in self.steps) if limit is None else limit / 1000)

    def status(self):
        """Status and details of the command as a whole."""
        states = [one.status for one in self.invocations.values()]
        if not all(one in ENDED for one in states):
            if "Cancelling" in states:
                return "Cancelling"
            return "Pending" if all(one == "Pending" for one in states) else "InProgress"
        return next((one for one in ("Cancelled", "Failed", "TimedOut") if one in states), "Success")

    def view(self):
        status, states = self.status(), [one.status for one in self.invocations.values()]
        more = next((one.details for one in self.invocations.values() if one.status == status), status)
        return {"CommandId": self.id, "DocumentName": self.document.name, "DocumentVersion": "$DEFAULT", "Comment": self.comment, "ExpiresAfter": self.expires(),
                "Parameters": self.parameters, "InstanceIds": self.asked, "Targets": self.targets, "RequestedDateTime": self.requested, "Status": status, "StatusDetails": more,
                "OutputS3Region": "", "OutputS3BucketName": "", "OutputS3KeyPrefix": "", "MaxConcurrency": "50", "MaxErrors": "0", "TargetCount": len(states),
                "CompletedCount": sum(one in ENDED for one in states), "ErrorCount": sum(one in ("Failed", "TimedOut") for one in states),
                "DeliveryTimedOutCount": sum(one.details == "DeliveryTimedOut" for one in self.invocations.values()), "ServiceRole": "",
                "NotificationConfig": {"NotificationArn": "", "NotificationEvents": [], "NotificationType": ""}, "CloudWatchOutputConfig": {"CloudWatchOutputEnabled": False},
                "TimeoutSeconds": self.timeout}
