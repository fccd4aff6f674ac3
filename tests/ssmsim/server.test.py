"""The simulator of SSM behaves as AWS does where a drill would notice, and leaves nothing behind."""
import json
import os
import signal
import sys
import tempfile
import threading
import time
import unittest

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [os.path.join(TESTS, "aws"), os.path.join(TESTS, "simulator")]
import beside  # noqa: E402
import keeper  # noqa: E402
from client import Refused, Simulator, wait  # noqa: E402

HOST, OTHER = "i-0123456789abcdef0", "i-0fedcba9876543210"
ROLLBACK = {"schemaVersion": "2.2", "description": "Rolls back.", "parameters": {
    "version": {"type": "String", "allowedPattern": "^[0-9.]+$"}, "mode": {"type": "String", "default": "warm", "allowedValues": ["warm", "cold"]},
    "words": {"type": "StringList", "default": []}, "who": {"type": "String", "default": "", "interpolationType": "ENV_VAR"}},
    "mainSteps": [{"action": "aws:runShellScript", "name": "roll", "inputs": {"runCommand": ["echo {{ version }} {{mode}} \"{{ who }}\"", "pwd"]}}]}


class Ssm(Simulator):
    def __init__(self, instances=None, options=(), documents=(), **settings):
        seed = {"settings": settings, "documents": [{"Name": "roll-back", "Content": ROLLBACK}, *documents],
                "instances": instances or [{"InstanceId": HOST, "Name": "web-1", "Tags": {"role": "web"}}]}
        super().__init__("ssmsim/server.py", seed, *options, api="ssm")

    def send(self, *lines, **members):
        """The id of a command."""
        parameters = {"commands": list(lines), **members.pop("parameters", {})}
        request = {"InstanceIds": [HOST], "DocumentName": "AWS-RunShellScript", "Parameters": parameters, **members}
        return self.call("SendCommand", **{name: value for name, value in request.items() if value is not None})["Command"]["CommandId"]

    def invocation(self, id, instance=HOST, **members):
        return self.call("GetCommandInvocation", CommandId=id, InstanceId=instance, **members)

    def status(self, id):
        """The status; nothing while the invocation does not exist."""
        try:
            return self.invocation(id)["Status"]
        except Refused as refused:
            assert refused.code == "InvocationDoesNotExist", refused
            return None

    def ended(self, id, status="Success", **members):
        wait(lambda: self.status(id) in ("Success", "Failed", "Cancelled", "TimedOut"), what=f"{id} ended")
        told = self.invocation(id, **members)
        assert told["Status"] == status, told
        return told

    def run(self, *lines, status="Success", **members):
        return self.ended(self.send(*lines, **members), status)


class Case(unittest.TestCase):
    def ssm(self, *args, **settings):
        ssm = Ssm(*args, **settings)
        self.addCleanup(ssm.close)
        return ssm

    def refused(self, code, call, *args, **members):
        with self.assertRaises(Refused) as caught:
            call(*args, **members)
        self.assertEqual(caught.exception.code, code)
        return caught.exception


class Commands(Case):
    def test_a_command_from_its_beginning_to_its_end(self):
        ssm = self.ssm()
        begun = time.monotonic()
        id = ssm.send("echo out", "echo wrong >&2", "sleep 0.6", "exit 3", Comment="drill:7")
        self.assertIsNone(ssm.status(id))
        self.assertEqual(ssm.call("ListCommands", CommandId=id)["Commands"][0]["Comment"], "drill:7")
        self.assertEqual(ssm.call("ListCommandInvocations", CommandId=id)["CommandInvocations"], [])
        wait(lambda: ssm.status(id))
        self.assertGreater(time.monotonic() - begun, 0.28)
        told = ssm.invocation(id)
        self.assertEqual((told["Status"], told["ResponseCode"], told["StandardOutputContent"], told["StandardErrorContent"], told["ExecutionEndDateTime"]), ("InProgress", -1, "", "", ""))
        told = ssm.ended(id, "Failed")
        self.assertEqual((told["StatusDetails"], told["ResponseCode"], told["StandardOutputContent"], told["StandardErrorContent"]), ("Failed", 3, "out\n", "wrong\n"))
        self.assertEqual((told["Comment"], told["PluginName"]), ("drill:7", "aws:runShellScript"))
        self.assertRegex(told["ExecutionStartDateTime"], r"^20\d\d-\d\d-\d\dT[0-9:.]+Z$")
        listed = ssm.call("ListCommandInvocations", CommandId=id, Details=True)["CommandInvocations"][0]
        self.assertEqual((listed["Status"], listed["InstanceName"]), ("Failed", "web-1"))
        self.assertEqual(listed["CommandPlugins"][0]["Output"], "out\n\n----------ERROR-------\nwrong\n")
        command = ssm.call("ListCommands", CommandId=id)["Commands"][0]
        self.assertEqual((command["Status"], command["CompletedCount"], command["ErrorCount"], command["TargetCount"]), ("Failed", 1, 1, 1))

    def test_pending_before_the_agent_has_it(self):
        ssm = self.ssm(appear_ms=0, deliver_ms=400)
        id = ssm.send("true")
        told = ssm.invocation(id)
        self.assertEqual((told["Status"], told["ResponseCode"], told["ExecutionStartDateTime"]), ("Pending", -1, ""))
        ssm.ended(id)

    def test_outputs_are_cut(self):
        ssm = self.ssm()
        told = ssm.run("i=0; while [ $i -lt 3000 ]; do echo 0123456789; echo abcdefghij >&2; i=$((i + 1)); done")
        out, error = told["StandardOutputContent"], told["StandardErrorContent"]
        self.assertEqual((len(out), len(error)), (24000, 8000))
        self.assertTrue(out.startswith("0123456789\n") and out.endswith("--output truncated--") and error.startswith("abcdefghij\n"))
        plugin = ssm.call("ListCommandInvocations", CommandId=told["CommandId"], Details=True)["CommandInvocations"][0]["CommandPlugins"][0]
        self.assertEqual(len(plugin["Output"]), 2500)
        self.assertIn("\n---Output truncated---\n----------ERROR-------\nabcdefghij", plugin["Output"])
        exact = ssm.run("head -c 24000 /dev/zero | tr '\\0' x")
        self.assertEqual(exact["StandardOutputContent"], "x" * 24000)

    def test_the_real_shell(self):
        ssm = self.ssm()
        told = ssm.run("set -eu", "name='a b'", "printf '%s|' \"$name\" \"$AWS_SSM_INSTANCE_ID\" \"${ROOT##*/}\"", "pwd | sed 's,.*/,,'")
        self.assertEqual(told["StandardOutputContent"], f"a b|{HOST}|{HOST}|{HOST}\n")
        told = ssm.run("pwd", parameters={"workingDirectory": ["/"]})
        self.assertEqual(told["StandardOutputContent"], "/\n")
        self.assertEqual(ssm.run("#!/usr/bin/env python3", "print('no shell')")["StandardOutputContent"], "no shell\n")
        self.assertEqual(ssm.run("kill -9 $$", status="Failed")["ResponseCode"], 137)
        self.assertEqual(ssm.run("cd /nowhere", status="Failed")["ResponseCode"], 2)

    def test_a_copy_of_a_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "state.json"), "w") as file:
                file.write("1\n")
            ssm = self.ssm(options=("--root", folder))
            self.assertEqual(ssm.run("cat state.json; echo 2 > state.json")["StandardOutputContent"], "1\n")
            self.assertEqual(ssm.run("cat $ROOT/state.json")["StandardOutputContent"], "2\n")
            with open(os.path.join(folder, "state.json")) as file:
                self.assertEqual(file.read(), "1\n")

    def test_several_instances(self):
        ssm = self.ssm([{"InstanceId": HOST, "Tags": {"role": "web"}}, {"InstanceId": OTHER, "Tags": {"role": "web"}}, {"InstanceId": "i-0aaaaaaaaaaaaaaaa"}])
        id = ssm.send(f"test $AWS_SSM_INSTANCE_ID = {HOST}", InstanceIds=None, Targets=[{"Key": "tag:role", "Values": ["web"]}])
        ssm.ended(id)
        wait(lambda: ssm.invocation(id, OTHER)["Status"] == "Failed")
        self.refused("InvocationDoesNotExist", ssm.invocation, id, "i-0aaaaaaaaaaaaaaaa")
        command = ssm.call("ListCommands", CommandId=id)["Commands"][0]
        self.assertEqual((command["Status"], command["TargetCount"], command["ErrorCount"]), ("Failed", 2, 1))

    def test_lists(self):
        ssm = self.ssm(appear_ms=0, deliver_ms=0)
        ids = [ssm.send("true") for _ in range(7)]
        first = ssm.call("ListCommands", MaxResults=5)
        rest = ssm.call("ListCommands", MaxResults=5, NextToken=first["NextToken"])
        self.assertEqual([one["CommandId"] for one in first["Commands"] + rest["Commands"]], ids[::-1])
        self.assertNotIn("NextToken", rest)
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
        listed = lambda key, value: len(ssm.call("ListCommands", Filters=[{"key": key, "value": value}])["Commands"])
        self.assertEqual((listed("InvokedAfter", soon), listed("InvokedBefore", soon), listed("DocumentName", "roll-back")), (0, 7, 0))
        self.refused("InvalidFilterKey", listed, "Color", "red")
        self.refused("InvalidCommandId", ssm.call, "ListCommands", CommandId="0" * 36)
        ssm.control("settings", {"record_ms": 60000})
        self.assertEqual(ssm.call("ListCommands")["Commands"], [])


class Ends(Case):
    def test_cancelled(self):
        ssm = self.ssm(cancel_ms=400)
        id = ssm.send("echo begun", "sleep 60 & wait")
        wait(lambda: ssm.status(id) == "InProgress")
        self.assertEqual(ssm.call("CancelCommand", CommandId=id), {})
        wait(lambda: ssm.status(id) == "Cancelling")
        self.assertEqual(ssm.call("ListCommands", CommandId=id)["Commands"][0]["Status"], "Cancelling")
        told = ssm.ended(id, "Cancelled")
        self.assertEqual((told["ResponseCode"], told["StandardOutputContent"]), (-1, "begun\n"))
        # An end is an end.
        done = ssm.run("true")["CommandId"]
        ssm.call("CancelCommand", CommandId=done)
        self.assertEqual(ssm.status(done), "Success")
        self.refused("InvalidCommandId", ssm.call, "CancelCommand", CommandId="0" * 36)

    def test_out_of_time(self):
        ssm = self.ssm()
        told = ssm.run("echo begun", "sleep 60", status="TimedOut", parameters={"executionTimeout": ["1"]})
        self.assertEqual((told["StatusDetails"], told["StandardOutputContent"]), ("ExecutionTimedOut", "begun\n"))

    def test_never_delivered(self):
        ssm = self.ssm([{"InstanceId": HOST, "PingStatus": "ConnectionLost"}], delivery_timeout_ms=1000)
        id = ssm.send("touch ran")
        wait(lambda: ssm.status(id) == "Delayed")
        told = ssm.ended(id, "TimedOut")
        self.assertEqual((told["StatusDetails"], told["ResponseCode"]), ("DeliveryTimedOut", -1))
        self.assertEqual(ssm.call("ListCommands", CommandId=id)["Commands"][0]["DeliveryTimedOutCount"], 1)
        self.assertFalse(os.path.exists(os.path.join(ssm.control("state")["instances"][HOST]["root"], "ran")))

    def test_delivered_late(self):
        ssm = self.ssm([{"InstanceId": HOST, "delay_ms": 700}])
        id = ssm.send("echo late")
        wait(lambda: ssm.status(id) == "Delayed")
        self.assertEqual(ssm.ended(id)["StandardOutputContent"], "late\n")

    def test_an_agent_without_connection_reports_later(self):
        ssm = self.ssm()
        id = ssm.send("sleep 0.5", "echo done", "touch ran")
        wait(lambda: ssm.status(id) == "InProgress")
        ssm.control("instance", {"InstanceId": HOST, "PingStatus": "ConnectionLost"})
        root = ssm.control("state")["instances"][HOST]["root"]
        wait(lambda: os.path.exists(os.path.join(root, "ran")))
        time.sleep(0.2)
        told = ssm.invocation(id)
        self.assertEqual((told["Status"], told["StandardOutputContent"]), ("InProgress", ""))
        ssm.control("instance", {"InstanceId": HOST, "PingStatus": "Online"})
        self.assertEqual(ssm.ended(id)["StandardOutputContent"], "done\n")

    def test_a_host_that_dies_in_between(self):
        ssm = self.ssm(delivery_timeout_ms=2500)
        ssm.run("setsid sleep 300 > /dev/null 2>&1 & echo $! > daemon")
        id = ssm.send("sleep 60", "touch ran")
        wait(lambda: ssm.status(id) == "InProgress")
        ssm.control("instance", {"InstanceId": HOST, "reboot": True})
        self.assertEqual(ssm.run("kill -0 $(cat daemon) 2> /dev/null && echo lives; ls")["StandardOutputContent"], "daemon\n")
        self.assertEqual(ssm.status(id), "InProgress")
        ssm.ended(id, "TimedOut")

    def test_a_daemon_lives_on_and_a_dead_one_is_gone(self):
        ssm = self.ssm()
        daemon = int(ssm.run("setsid sleep 300 > /dev/null 2>&1 & echo $!")["StandardOutputContent"])
        os.kill(daemon, 0)
        told = ssm.run(f"kill -9 {daemon}; sleep 0.3; kill -0 {daemon} 2> /dev/null || echo gone")
        self.assertEqual(told["StandardOutputContent"], "gone\n")

    def test_a_daemon_that_keeps_the_output(self):
        ssm = self.ssm()
        id = ssm.send("sleep 1.2 &", "echo $!")
        time.sleep(0.8)
        self.assertEqual(ssm.status(id), "InProgress")
        ssm.ended(id)


class Refusals(Case):
    def test_documents_and_parameters(self):
        ssm = self.ssm()
        send = lambda parameters, **members: ssm.call("SendCommand", InstanceIds=[HOST], DocumentName="roll-back", Parameters=parameters, **members)["Command"]["CommandId"]
        told = ssm.ended(send({"version": ["1.0.0"], "who": ["a $(b) `c`"]}))
        self.assertEqual(told["StandardOutputContent"].splitlines()[0], "1.0.0 warm a $(b) `c`")
        self.assertEqual(told["PluginName"], "roll")
        self.refused("InvalidDocument", ssm.send, "true", DocumentName="nobody-has-it")
        self.refused("InvalidDocument", send, {"version": ["1"]}, DocumentHash="0" * 64)
        self.refused("InvalidDocumentVersion", send, {"version": ["1"]}, DocumentVersion="7")
        for parameters in ({}, {"version": ["1"], "other": ["x"]}, {"version": ["1; rm"]}, {"version": ["1"], "mode": ["hot"]}, {"version": ["1", "2"]}):
            self.refused("InvalidParameters", send, parameters)
        self.refused("InvalidParameters", ssm.call, "SendCommand", InstanceIds=[HOST], DocumentName="AWS-RunShellScript")
        self.assertEqual(len(ssm.call("ListCommands")["Commands"]), 1)

    def test_what_a_document_declares(self):
        ssm = self.ssm()
        got = ssm.call("GetDocument", Name="roll-back")
        self.assertEqual((json.loads(got["Content"]), got["DocumentFormat"], got["Status"]), (ROLLBACK, "JSON", "Active"))
        told = ssm.call("DescribeDocument", Name="roll-back")["Document"]
        self.assertEqual([(one["Name"], one["Type"], one.get("DefaultValue")) for one in told["Parameters"]],
                         [("version", "String", None), ("mode", "String", "warm"), ("words", "StringList", "[]"), ("who", "String", "")])
        self.assertEqual((told["HashType"], len(told["Hash"])), ("Sha256", 64))
        ssm.control("document", {"Name": "roll-back", "Content": {**ROLLBACK, "description": "Another."}})
        self.assertNotEqual(ssm.call("DescribeDocument", Name="roll-back")["Document"]["Hash"], told["Hash"])
        ssm.control("document", {"Name": "roll-back"})
        self.refused("InvalidDocument", ssm.call, "GetDocument", Name="roll-back")

    def test_several_steps(self):
        step = lambda name, line, **more: {"action": "aws:runShellScript", "name": name, "inputs": {"runCommand": [line]}, **more}
        several = {"schemaVersion": "2.2", "mainSteps": [step("one", "echo 1"), step("two", "exit 5", onFailure="exit"), step("three", "echo 3")]}
        ssm = self.ssm(documents=[{"Name": "several", "Content": several}])
        id = ssm.call("SendCommand", InstanceIds=[HOST], DocumentName="several")["Command"]["CommandId"]
        wait(lambda: ssm.call("ListCommands", CommandId=id)["Commands"][0]["Status"] == "Failed")
        time.sleep(0.3)
        self.refused("InvalidPluginName", ssm.invocation, id)
        told = [ssm.invocation(id, PluginName=name) for name in ("one", "two", "three")]
        self.assertEqual([one["ResponseCode"] for one in told], [0, 5, -1])
        self.assertEqual([one["StandardOutputContent"] for one in told], ["1\n", "", ""])

    def test_instances_and_limits(self):
        ssm = self.ssm([{"InstanceId": HOST}, {"InstanceId": OTHER, "PingStatus": "Inactive"}])
        self.refused("InvalidInstanceId", ssm.send, "true", InstanceIds=["i-0ffffffffffffffff"])
        self.refused("InvalidInstanceId", ssm.send, "true", InstanceIds=[OTHER])
        self.refused("DuplicateInstanceId", ssm.send, "true", InstanceIds=[HOST, HOST])
        self.refused("ValidationException", ssm.send, "true", Comment="x" * 101)
        self.refused("ValidationException", ssm.send, "true", TimeoutSeconds=29)
        self.refused("ValidationException", ssm.send, "true", TimeoutSeconds=2592001)
        self.refused("ValidationException", ssm.call, "ListCommands", MaxResults=51)
        self.refused("UnknownOperationException", ssm.call, "DeleteDocument", Name="roll-back")
        information = lambda **members: [(one["InstanceId"], one["PingStatus"]) for one in ssm.call("DescribeInstanceInformation", **members)["InstanceInformationList"]]
        self.assertEqual(information(), [(HOST, "Online"), (OTHER, "Inactive")])
        self.assertEqual(information(Filters=[{"Key": "PingStatus", "Values": ["Online"]}]), [(HOST, "Online")])
        self.assertEqual(information(InstanceInformationFilterList=[{"key": "InstanceIds", "valueSet": [OTHER]}]), [(OTHER, "Inactive")])
        self.refused("ValidationException", information, MaxResults=3)


class Faults(Case):
    def test_of_the_answer(self):
        ssm = self.ssm()
        ssm.control("faults", [{"action": "SendCommand", "when": {"first": 1}, "do": "throttle"}, {"action": "SendCommand", "when": {"nth": [2]}, "do": "lost"}])
        self.refused("ThrottlingException", ssm.send, "echo >> ran")
        with self.assertRaises(OSError):
            ssm.send("echo >> ran", Comment="drill:8")
        # Whoever lost the answer finds its command by its comment.
        found = [one["CommandId"] for one in ssm.call("ListCommands")["Commands"] if one["Comment"] == "drill:8"]
        self.assertEqual(len(found), 1)
        ssm.ended(found[0])
        self.assertEqual(ssm.run("wc -l < ran")["StandardOutputContent"].strip(), "1")

    def test_many_at_once(self):
        ssm = self.ssm(appear_ms=0, deliver_ms=0)
        wrong = []

        def client(number):
            try:
                for turn in range(3):
                    told = ssm.run(f"echo {number} {turn}")["StandardOutputContent"]
                    assert told == f"{number} {turn}\n", told
            except Exception as error:
                wrong.append(error)
        threads = [threading.Thread(target=client, args=(number,)) for number in range(6)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        self.assertEqual((wrong, len(ssm.call("ListCommands")["Commands"])), ([], 18))


class Clients(Case):
    def test_the_cli_with_its_signature(self):
        ssm = self.ssm(options=("--verify",))
        self.refused("MissingAuthenticationToken", ssm.send, "true")
        told = ssm.cli("ssm", "send-command", "--instance-ids", HOST, "--document-name", "AWS-RunShellScript", "--comment", "drill:1", "--parameters",
                       'commands=["echo from the CLI"]', "--query", "Command.CommandId")
        if told is None:
            self.skipTest("no aws CLI")
        self.assertEqual((told[0], told[2]), (0, ""))
        told = ssm.cli("ssm", "get-command-invocation", "--command-id", json.loads(told[1]), "--instance-id", HOST, "--query", "[Status, StandardOutputContent]")
        self.assertEqual((told[0], json.loads(told[1])), (0, ["Success", "from the CLI\n"]))

    def test_boto3(self):
        ssm = self.ssm()
        client = ssm.boto("ssm")
        if not client:
            self.skipTest("no boto3")
        id = client.send_command(InstanceIds=[HOST], DocumentName="AWS-RunShellScript", Parameters={"commands": ["echo hi"]})["Command"]["CommandId"]
        with self.assertRaises(client.exceptions.InvocationDoesNotExist):
            client.get_command_invocation(CommandId=id, InstanceId=HOST)
        client.get_waiter("command_executed").wait(CommandId=id, InstanceId=HOST, WaiterConfig={"Delay": 1, "MaxAttempts": 8})
        self.assertEqual(client.get_command_invocation(CommandId=id, InstanceId=HOST)["StandardOutputContent"], "hi\n")
        listed = client.list_command_invocations(CommandId=id, Details=True)["CommandInvocations"][0]
        self.assertEqual(listed["RequestedDateTime"].year, time.gmtime().tm_year)
        with self.assertRaises(client.exceptions.InvalidDocument):
            client.get_document(Name="none")

    def test_the_death_of_a_client_changes_nothing(self):
        ssm = self.ssm()
        body = {"InstanceIds": [HOST], "DocumentName": "AWS-RunShellScript", "Comment": "drill:2", "Parameters": {"commands": ["sleep 0.5", "echo ran"]}}
        child = keeper.spawn([sys.executable, "-c", "import sys, urllib.request as r; r.urlopen(r.Request(sys.argv[1], sys.argv[2].encode(), "
                              "{'X-Amz-Target': 'AmazonSSM.SendCommand'})).read(); import os; os.kill(os.getpid(), 9)", ssm.url, json.dumps(body)])
        self.assertEqual(child.wait(10), -9)
        self.assertEqual(ssm.ended(ssm.call("ListCommands")["Commands"][0]["CommandId"])["StandardOutputContent"], "ran\n")


class NothingIsLeft(Case):
    def killed(self, kill):
        ssm = Ssm()
        ssm.run("for i in 1 2 3; do setsid sh -c 'sleep 300; true' > /dev/null 2>&1 & done")
        id = ssm.send("sh -c 'while :; do sleep 0.01; done'")
        wait(lambda: ssm.status(id) == "InProgress")
        pids = [ssm.process.pid, *keeper.family(ssm.process.pid)]
        self.assertGreaterEqual(len(pids), 8)
        kill(ssm, pids)
        wait(lambda: not [pid for pid in pids if self.alive(pid)], 5, "all are gone")
        ssm.close()

    @staticmethod
    def alive(pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return bool(file.read())
        except OSError:
            return False

    def test_of_a_killed_server(self):
        self.killed(lambda ssm, pids: ssm.process.kill())

    def test_of_a_server_whose_worker_is_killed(self):
        self.killed(lambda ssm, pids: os.kill(pids[1], signal.SIGKILL))

    def test_of_a_server_that_is_told_to_end(self):
        self.killed(lambda ssm, pids: ssm.process.terminate())

    def test_of_a_server_whose_owner_is_gone(self):
        self.killed(lambda ssm, pids: ssm.process.stdin.close())


if __name__ == "__main__":
    keeper.run(beside.main)
