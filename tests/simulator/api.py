"""AWS's JSON 1.1 protocol over HTTP for simulators, on the loopback, with faults. What a simulator knows comes from its handlers.

A handler takes the request's members and gives the answer's; it raises `Refusal`. `sts:GetCallerIdentity` is answered here. Any signature is taken, or none; with
`verify` every call must be signed right, with the key of tests/aws/server.py.

Control, plain JSON, never signed:
  GET  /_sim/calls    every call so far: time, service, action, request, status, fault
  POST /_sim/faults   a list of rules, which replaces those there were and their counters
  others              what the simulator adds (`controls`)

A rule: {"service": "ecs", "action": "UpdateService", "when": {"nth": [2, 5]}, "do": "throttle"}. All but `do` may be left out. `when` is {"first": N}, {"nth": [N…]},
{"every": N}; absent is always. The first rule that fits a call is played:
  throttle, 500, 503, denied, expired   an error as AWS words it; nothing was done
  html, status:N                        a page of a load balancer in between; nothing was done
  reset, close, hang                    the connection is reset, closed, kept for 600 s; nothing was done
  slow:S                                S seconds later done and answered
  lost, 500-after, slow-after:S         done, and then the connection is closed, an error told, the answer S seconds late
  truncate:F, empty, badjson            done, and the answer is cut at the fraction F, has no body, is no JSON
  before, after                         somebody else does {"call": {"service", "action", "request"}} just before or after this call is done
"""
import http.server
import importlib.util
import json
import os
import socket
import struct
import sys
import threading
import time
import traceback
import urllib.parse
import uuid

TARGETS = {"AmazonEC2ContainerServiceV20141113": "ecs", "AmazonEC2ContainerRegistry_V20150921": "ecr", "AmazonSSM": "ssm"}
WORDED = {"throttle": (400, "ThrottlingException", "Rate exceeded"), "500": (500, "ServerException", "Service Unavailable. Please try again later."),
          "503": (503, "ServiceUnavailableException", "Service is unavailable"), "denied": (400, "AccessDeniedException", "User is not authorized to perform this action"),
          "expired": (400, "ExpiredTokenException", "The security token included in the request is expired")}
KEY, SECRET = "AKIAACMEEXAMPLE00001", "acme/secret+key/of/an/example/only/000001"


class Refusal(Exception):
    """An error as AWS tells it."""

    def __init__(self, code, message=None, status=400):
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


def snake(name):
    """SendCommand -> send_command"""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


def at_most(request, member, most):
    """Refuses more arguments in one call than AWS takes."""
    if len(request.get(member, ())) > most:
        raise Refusal("InvalidParameterException", f"{member} cannot have more than {most} elements.")


def page(items, request, token="nextToken", most="maxResults", default=100, limit=100, refusal="InvalidParameterException"):
    """One page of a list, and the token of the next one in a dictionary that is empty when there is none."""
    start, size = int(request.get(token) or 0), request.get(most) or default
    if not 1 <= size <= limit:
        raise Refusal(refusal, f"{most} must be between 1 and {limit}.")
    rest = {token: str(start + size)} if start + size < len(items) else {}
    return items[start:start + size], rest


def _signature_fault(handler, body):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "aws")
    if "aws_test_server" not in sys.modules:
        sys.path.insert(0, path)
        spec = importlib.util.spec_from_file_location("aws_test_server", os.path.join(path, "server.py"))
        sys.modules["aws_test_server"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["aws_test_server"])
    return sys.modules["aws_test_server"].signature_fault(handler, body)


class Faults:
    def __init__(self):
        self.lock, self.rules = threading.Lock(), []

    def replace(self, rules):
        for rule in rules:
            assert set(rule) <= {"service", "action", "when", "do", "call"} and "do" in rule, rule
            assert set(rule.get("when", {})) <= {"first", "nth", "every"}, rule
        with self.lock:
            self.rules = [{**rule, "seen": 0} for rule in rules]

    def of(self, service, action):
        """The rule to play for this call, or None. A rule counts every call that it could be for."""
        with self.lock:
            played = None
            for rule in self.rules:
                if rule.get("service", service) != service or rule.get("action", action) != action:
                    continue
                rule["seen"] += 1
                if played is None and self._now(rule.get("when"), rule["seen"]):
                    played = rule
            return played

    @staticmethod
    def _now(when, count):
        if not when:
            return True
        return count <= when.get("first", 0) or count in when.get("nth", ()) or ("every" in when and count % when["every"] == 0)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, status, body, content_type="application/x-amz-json-1.1", cut=None):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if cut is None else body[:int(len(body) * cut)])
        if cut is not None:
            self.close_connection = True

    def refuse(self, refusal):
        self.answer(refusal.status, {"__type": refusal.code, **({"message": refusal.message} if refusal.message else {})})

    def do_GET(self):
        self.control({})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/_sim/"):
            return self.control(json.loads(body or b"{}"))
        prefix, _, action = self.headers.get("X-Amz-Target", "").rpartition(".")
        form = dict(urllib.parse.parse_qsl(body.decode("latin1"))) if not prefix else {}
        service = TARGETS.get(prefix, "sts" if form.get("Version") == "2011-06-15" else "")
        action = action or form.get("Action", "")
        wrong = self.server.keys and _signature_fault(self, body)
        if wrong:
            return self.refuse(Refusal(*wrong))
        try:
            request = json.loads(body or b"{}") if prefix else form
        except ValueError:
            return self.refuse(Refusal("SerializationException"))
        call = {"time": time.time(), "service": service, "action": action, "request": request, "status": None, "fault": None}
        self.server.calls.append(call)
        rule = self.server.faults.of(service, action)
        call["fault"] = rule and rule["do"]
        self.play(rule or {"do": ""}, call)

    def play(self, rule, call):
        kind, _, value = rule["do"].partition(":")
        if kind in WORDED:
            status, code, message = WORDED[kind]
            return self.refuse(Refusal(code, message, status))
        if kind in ("html", "status"):
            return self.answer(int(value or 502), b"<html><body>Bad Gateway</body></html>", "text/html")
        if kind in ("reset", "close", "hang"):
            return self.drop(kind)
        if kind == "slow":
            time.sleep(float(value))
        if kind == "before":
            self.server.somebody(rule["call"])
        outcome = self.server.perform(call)
        if kind == "after":
            self.server.somebody(rule["call"])
        if kind == "slow-after":
            time.sleep(float(value))
        if kind == "lost":
            return self.drop("close")
        if kind == "500-after":
            outcome = Refusal("ServerException", "Service Unavailable. Please try again later.", 500)
        call["status"] = outcome.status if isinstance(outcome, Refusal) else 200
        if isinstance(outcome, Refusal):
            return self.refuse(outcome)
        if isinstance(outcome, bytes):
            return self.answer(200, outcome, "text/xml")
        broken = {"empty": b"", "badjson": b'{"x":'}.get(kind)
        self.answer(200, outcome if broken is None else broken, cut=float(value) if kind == "truncate" else None)

    def drop(self, kind):
        if kind == "hang":
            time.sleep(600)
        if kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        if kind == "close":
            self.connection.shutdown(socket.SHUT_RDWR)

    def control(self, asked):
        name = self.path.removeprefix("/_sim/")
        try:
            if name == "calls":
                done = list(self.server.calls)
            elif name == "faults":
                self.server.faults.replace(asked)
                done = {}
            elif name in self.server.controls:
                done = self.server.controls[name](asked) or {}
            else:
                return self.answer(404, {"error": f"no such control: {name}"}, "application/json")
        except Refusal as refusal:
            return self.answer(400, {"error": f"{refusal.code}: {refusal.message}"}, "application/json")
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            return self.answer(400, {"error": f"{type(error).__name__}: {error}"}, "application/json")
        self.answer(200, done, "application/json")


class Api(http.server.ThreadingHTTPServer):
    """`handlers`: {(service, action): function}. `controls`: {name: function} for /_sim/name. Port 0 is one that is free; `url` tells which."""
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port, account, handlers, controls, verify=False):
        super().__init__(("127.0.0.1", port), Handler)
        self.account, self.handlers, self.controls = account, handlers, controls
        # As the check of signatures wants them.
        self.keys, self.clock_ahead = {KEY: (SECRET, "")} if verify else {}, 0
        self.faults, self.calls = Faults(), []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """Clients that go away, and those whose connection is cut, are part of the tests."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def perform(self, call):
        """What the handler gives, or the Refusal it raised."""
        if (call["service"], call["action"]) == ("sts", "GetCallerIdentity"):
            return self.identity()
        handler = self.handlers.get((call["service"], call["action"]))
        if handler is None:
            return Refusal("UnknownOperationException", None)
        try:
            return handler(call["request"])
        except Refusal as refusal:
            return refusal
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            traceback.print_exc()
            return Refusal("SerializationException", f"{type(error).__name__}: {error}")

    def somebody(self, call):
        """Another party's call: of no fault, in no list of calls."""
        outcome = self.perform({"service": call["service"], "action": call["action"], "request": call.get("request", {})})
        if isinstance(outcome, Refusal):
            print(f"the other party's {call['action']} was refused: {outcome.code}: {outcome.message}", file=sys.stderr, flush=True)

    def identity(self):
        return (f'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::{self.account}:user/drill</Arn>'
                f"<UserId>AIDAEXAMPLEDRILL00001</UserId><Account>{self.account}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId>"
                "</ResponseMetadata></GetCallerIdentityResponse>").encode()

    def tell(self, path):
        """Writes the URL to a file in one step, for those who wait for it."""
        with open(path + ".new", "w") as file:
            file.write(self.url + "\n")
        os.rename(path + ".new", path)
