"""SSM's Run Command for drills, on the loopback: SendCommand runs the script with the real sh. Standard library alone.

  server.py [--port N] [--seed FILE] [--port-file FILE] [--root DIR] [--verify] [--tether]

Prints its URL (and writes it to --port-file); that is the endpoint for the aws CLI, boto3 and anything that speaks AWS's JSON 1.1. It lives until SIGTERM, or with --tether
until its standard input ends. What its scripts started lives on when the script and its client are gone, as on a host; when the server ends, kill -9 included, all of it ends.
--root: each instance gets a copy of this folder; without it an empty one. --verify: calls must be signed with the key of tests/aws/server.py.

The seed, JSON: {"region", "account", "settings": {…}, "faults": […], "instances": [{"InstanceId", "Name", "PingStatus", "Tags": {…}, "environment": {…}, "root"}],
"documents": [{"Name", "Content": {…}}]}. Without instances there is one, i-0123456789abcdef0.

What is simulated. SendCommand, GetCommandInvocation, ListCommands, ListCommandInvocations, CancelCommand, DescribeInstanceInformation, DescribeDocument, GetDocument,
sts:GetCallerIdentity. Documents: AWS-RunShellScript and those of the seed, with steps aws:runShellScript, declared parameters, defaults, allowedValues, allowedPattern,
{{ placeholders }} put in as text, interpolationType ENV_VAR; a document that does not exist and a parameter that is not declared are refused. The working directory is the
instance's folder, and so are $HOME and $ROOT; nothing is mounted, and / is that of the machine. InvocationDoesNotExist at first (`appear_ms`); Pending, InProgress, Delayed
while the agent cannot be reached, Success, Failed, Cancelling, Cancelled, TimedOut with the details DeliveryTimedOut or ExecutionTimedOut. ResponseCode -1 before the start;
no output before the end, then 24,000 characters (stderr 8,000, details of ListCommandInvocations 2,500) whose last ones say that it was cut. TimeoutSeconds limits delivery,
executionTimeout the run. An agent without connection runs on and reports later. A script that leaves a daemon with its stdout or stderr stays InProgress.

What is not: S3 and CloudWatch output, notifications, MaxConcurrency and MaxErrors, other plugins, versions of documents, exit code 194, throttling by itself, and other
filters than those of `filtered`. Made up: how the 2,500 characters are shared when there is an error; -1 when a signal ended the shell itself;
that the placeholder of an ENV_VAR parameter becomes ${SSM_name}.

Controls, beside those of ../simulator/api.py:
  GET  /_sim/state      settings, instances with root and state
  POST /_sim/settings   changes settings, see SETTINGS below; times in ms
  POST /_sim/instance   {"InstanceId", …}: adds one or changes it. "PingStatus": Online, ConnectionLost (commands wait and report later), Inactive (SendCommand refuses it);
                        "delay_ms": so much later is each command delivered; "reboot": true kills what runs there, and nobody reports it
  POST /_sim/document   {"Name", "Content"}: adds one or changes it; without content it is gone
"""
import argparse
import calendar
import json
import os
import shutil
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "simulator"))
import keeper  # noqa: E402
from api import Api, Refusal, page, snake  # noqa: E402
from documents import RUN_SHELL_SCRIPT, Document  # noqa: E402
from invocation import Command  # noqa: E402

SETTINGS = {
    "appear_ms": 300,  # GetCommandInvocation and ListCommandInvocations do not know of it before
    "deliver_ms": 100,  # Pending
    "cancel_ms": 100,  # Cancelling
    "record_ms": 0,  # ListCommands does not know of it before
    "delivery_timeout_ms": None,  # instead of TimeoutSeconds
}
ACTIONS = ("SendCommand", "GetCommandInvocation", "ListCommands", "ListCommandInvocations", "CancelCommand", "DescribeInstanceInformation", "DescribeDocument", "GetDocument")
STATES = ("Online", "ConnectionLost", "Inactive")


class Instance:
    def __init__(self, world, told):
        self.world, self.id, self.name, self.tags = world, told["InstanceId"], told.get("Name", ""), told.get("Tags", {})
        self.ping, self.delay, self.extra, self.registered = told.get("PingStatus", "Online"), told.get("delay_ms", 0), told.get("environment", {}), time.time()
        self.root = told.get("root") or os.path.join(world.root, "instances", self.id)
        if "root" not in told and world.copied:
            shutil.copytree(world.copied, self.root, symlinks=True)
        os.makedirs(self.root, exist_ok=True)

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": self.root, "ROOT": self.root, "AWS_SSM_INSTANCE_ID": self.id, "AWS_SSM_REGION_NAME": self.world.region,
                # The app of drills lives as long as its host.
                "DRILL_KEEPER": str(os.getpid()), **self.extra}

    def reachable(self, since):
        return self.ping == "Online" and time.time() >= since + self.delay / 1000

    def reboot(self):
        """Kills what its scripts started: those with its id in their environment or its folder in their command line, and what they started."""
        for invocation in (one.invocations.get(self.id) for one in self.world.commands):
            if invocation and invocation.status == "InProgress":
                invocation.lost = True
        for pid in keeper.family(os.getpid()):
            if self.owns(pid):
                for one in [pid, *keeper.family(pid)]:
                    keeper.kill(one)

    def owns(self, pid):
        for name, mark in (("environ", f"AWS_SSM_INSTANCE_ID={self.id}"), ("cmdline", self.root)):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    if mark.encode() in file.read():
                        return True
            except OSError:
                pass
        return False

    def view(self):
        return {"InstanceId": self.id, "PingStatus": self.ping, "LastPingDateTime": time.time() - (0 if self.ping == "Online" else 600), "AgentVersion": "3.3.3050.0",
                "IsLatestVersion": True, "PlatformType": "Linux", "PlatformName": "Debian GNU/Linux", "PlatformVersion": "12", "ResourceType": "EC2Instance",
                "IPAddress": "127.0.0.1", "ComputerName": self.name or self.id, "SourceId": self.id, "SourceType": "AWS::EC2::Instance"}


class World:
    def __init__(self, seed, root, copied):
        self.region, self.account = seed.get("region", "eu-central-1"), seed.get("account", "111122223333")
        self.root, self.copied, self.lock, self.settings = root, copied, threading.RLock(), dict(SETTINGS)
        self.set(seed.get("settings", {}))
        self.documents = {"AWS-RunShellScript": Document("AWS-RunShellScript", RUN_SHELL_SCRIPT, "Amazon")}
        self.instances, self.commands = {}, []
        for one in seed.get("documents", ()):
            self.put_document(one)
        for one in seed.get("instances", [{"InstanceId": "i-0123456789abcdef0"}]):
            self.put_instance(one)

    def handlers(self):
        return {("ssm", action): self.locked(getattr(self, snake(action))) for action in ACTIONS}

    def controls(self):
        return {name: self.locked(control) for name, control in
                {"state": self.state, "settings": self.set, "instance": self.put_instance, "document": self.put_document}.items()}

    def locked(self, call):
        def answer(request):
            with self.lock:
                return call(request)
        return answer

    def seconds(self, setting):
        return self.settings[setting] / 1000

    # ---- controls -------------------------------------------------------------------------------
    def set(self, wish):
        assert set(wish) <= set(SETTINGS), f"settings are {', '.join(SETTINGS)}"
        self.settings.update(wish)

    def state(self, _):
        return {"settings": self.settings, "instances": {one.id: {"root": one.root, "PingStatus": one.ping} for one in self.instances.values()}}

    def put_instance(self, told):
        assert set(told) <= {"InstanceId", "Name", "PingStatus", "Tags", "environment", "root", "delay_ms", "reboot"}, told
        assert told.get("PingStatus", "Online") in STATES, told["PingStatus"]
        known = self.instances.get(told["InstanceId"])
        if known is None:
            self.instances[told["InstanceId"]] = Instance(self, told)
            return
        known.ping, known.delay = told.get("PingStatus", known.ping), told.get("delay_ms", known.delay)
        if told.get("reboot"):
            known.reboot()

    def put_document(self, told):
        if "Content" in told:
            self.documents[told["Name"]] = Document(told["Name"], told["Content"], self.account)
        else:
            del self.documents[told["Name"]]

    # ---- documents ------------------------------------------------------------------------------
    def document(self, request, member="Name"):
        # An ARN of a document ends in its name.
        found = self.documents.get(request[member].rpartition("/")[2])
        if found is None:
            raise Refusal("InvalidDocument", f"Document with name {request[member]} does not exist.")
        if request.get("DocumentVersion", "$DEFAULT") not in ("$DEFAULT", "$LATEST", "1"):
            raise Refusal("InvalidDocumentVersion")
        return found

    def describe_document(self, request):
        return {"Document": self.document(request).describe()}

    def get_document(self, request):
        return self.document(request).get()

    # ---- commands -------------------------------------------------------------------------------
    def send_command(self, request):
        document = self.document(request, "DocumentName")
        if request.get("DocumentHash", document.hash()) != document.hash():
            raise Refusal("InvalidDocument", "The document hash does not match.")
        if len(request.get("Comment", "")) > 100:
            raise Refusal("ValidationException", "1 validation error detected: Value at 'comment' failed to satisfy constraint: Member must have length less than or equal to 100")
        if not 30 <= request.get("TimeoutSeconds", 3600) <= 2592000:
            raise Refusal("ValidationException", "1 validation error detected: Value at 'timeoutSeconds' failed to satisfy constraint: Member must be between 30 and 2592000")
        instances = self.reached(request)
        values = document.fit(request.get("Parameters", {}))
        self.commands.insert(0, Command(self, request, document, values, instances))
        return {"Command": self.commands[0].view()}

    def reached(self, request):
        """The instances of a request; one that is unknown or inactive is refused when it is named, and left out when it is only a target."""
        ids = request.get("InstanceIds", [])
        if len(ids) > 50:
            raise Refusal("ValidationException", "1 validation error detected: Value at 'instanceIds' failed to satisfy constraint: Member must have length less than or equal to 50")
        if len(set(ids)) < len(ids):
            raise Refusal("DuplicateInstanceId")
        if bool(ids) == bool(request.get("Targets")):
            raise Refusal("InvalidInstanceId", "Either InstanceIds or Targets must be given.")
        wrong = [one for one in ids if one not in self.instances or self.instances[one].ping == "Inactive"]
        if wrong:
            raise Refusal("InvalidInstanceId", f"Instances [[{', '.join(wrong)}]] not in a valid state for account {self.account}")
        found = [self.instances[one] for one in ids]
        if not ids:
            found = [one for one in self.instances.values() if one.ping != "Inactive" and all(self.targeted(one, target) for target in request["Targets"])]
        return found

    @staticmethod
    def targeted(instance, target):
        key = target["Key"]
        has = instance.id if key.lower() == "instanceids" else instance.tags.get(key.removeprefix("tag:"))
        return has in target["Values"]

    def command(self, request, needed=True):
        found = next((one for one in self.commands if one.id == request.get("CommandId")), None)
        if found is None and needed:
            raise Refusal("InvalidCommandId")
        return found

    def get_command_invocation(self, request):
        command = self.command(request, False)
        invocation = command and command.invocations.get(request["InstanceId"])
        if not invocation or not invocation.visible():
            raise Refusal("InvocationDoesNotExist")
        plugins = [one for one in invocation.plugins if request.get("PluginName") in (None, one.step.name)]
        if not plugins or (len(invocation.plugins) > 1 and "PluginName" not in request):
            raise Refusal("InvalidPluginName")
        return invocation.whole(plugins[0])

    def cancel_command(self, request):
        command = self.command(request)
        for one in request.get("InstanceIds") or command.invocations:
            if one not in command.invocations:
                raise Refusal("InvalidInstanceId")
            command.invocations[one].cancelled.set()
        return {}

    def filtered(self, request, items, status, requested):
        """Filters InvokedAfter, InvokedBefore, Status, DocumentName."""
        for one in request.get("Filters", ()):
            key, value = one["key"], one["value"]
            if key in ("InvokedAfter", "InvokedBefore"):
                moment = calendar.timegm(time.strptime(value.rstrip("Z").partition(".")[0], "%Y-%m-%dT%H:%M:%S"))
                items = [item for item in items if (requested(item) >= moment) == (key == "InvokedAfter")]
            elif key == "Status":
                items = [item for item in items if status(item) == value]
            elif key == "DocumentName":
                items = [item for item in items if (item if isinstance(item, Command) else item.command).document.name == value]
            else:
                raise Refusal("InvalidFilterKey")
        return items

    def list_commands(self, request):
        if request.get("CommandId"):
            self.command(request)
        known = time.time() - self.seconds("record_ms")
        found = [one for one in self.commands if one.requested <= known and request.get("CommandId", one.id) == one.id
                 and ("InstanceId" not in request or request["InstanceId"] in one.invocations)]
        here, rest = page(self.filtered(request, found, lambda one: one.status(), lambda one: one.requested), request, "NextToken", "MaxResults", 50, 50, "ValidationException")
        return {"Commands": [one.view() for one in here], **rest}

    def list_command_invocations(self, request):
        found = [one for command in self.commands for one in command.invocations.values() if request.get("CommandId", command.id) == command.id
                 and request.get("InstanceId", one.instance.id) == one.instance.id and one.visible()]
        here, rest = page(self.filtered(request, found, lambda one: one.status, lambda one: one.begun), request, "NextToken", "MaxResults", 50, 50, "ValidationException")
        return {"CommandInvocations": [one.view(request.get("Details", False)) for one in here], **rest}

    def describe_instance_information(self, request):
        if not 5 <= request.get("MaxResults", 10) <= 50:
            raise Refusal("ValidationException", "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must be between 5 and 50")
        wishes = [(one["Key"], one["Values"]) for one in request.get("Filters", ())]
        wishes += [(one["key"], one["valueSet"]) for one in request.get("InstanceInformationFilterList", ())]
        found = list(self.instances.values())
        for key, values in wishes:
            read = {"InstanceIds": lambda one: one.id, "PingStatus": lambda one: one.ping}.get(key)
            if read is None and not key.startswith("tag:"):
                raise Refusal("InvalidFilterKey")
            found = [one for one in found if (read(one) if read else one.tags.get(key.removeprefix("tag:"))) in values]
        here, rest = page(found, request, "NextToken", "MaxResults", 10, 50)
        return {"InstanceInformationList": [one.view() for one in here], **rest}


def serve(options, scratch):
    seed = {}
    if options.seed:
        with open(options.seed) as file:
            seed = json.load(file)
    world = World(seed, scratch, options.root)
    api = Api(options.port, world.account, world.handlers(), world.controls(), options.verify)
    api.faults.replace(seed.get("faults", []))
    print(api.url, flush=True)
    if options.port_file:
        api.tell(options.port_file)
    api.serve_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed")
    parser.add_argument("--port-file")
    parser.add_argument("--root")
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--tether", action="store_true")
    options = parser.parse_args()
    scratch = keeper.scratch("ssmsim-")
    keeper.run(lambda: serve(options, scratch), options.tether, reap=True)


if __name__ == "__main__":
    main()
