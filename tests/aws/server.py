"""A small AWS for tests, on the loopback: checks signatures by itself, answers a few calls, plays faults. Standard library alone."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import socket
import ssl
import struct
import threading
import time
import urllib.parse
from datetime import datetime, timedelta, timezone

import account
from account import ACCOUNT, CANARY

KEY, SECRET = "AKIAACMEEXAMPLE00001", "acme/secret+key/of/an/example/only/000001"
SESSION = {"AccessKeyId": "ASIAACMESESSION00001", "SecretAccessKey": "session-secret", "SessionToken": "session-token"}
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
REPORT = ("user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,"
          "access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,"
          "access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
          "cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n"
          f"ann,arn:aws:iam::{ACCOUNT}:user/ann,2026-01-02T03:04:05Z,false,N/A,N/A,N/A,false,true,2026-01-02T03:04:05Z,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,"
          "false,N/A,false,N/A\n")
WEB_TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": "sts:AssumeRoleWithWebIdentity",
             "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                                            "token.actions.githubusercontent.com:sub": "repo:acme/shop:environment:prod"}}}]}
TARGETS = {"AmazonEC2ContainerRegistry_V20150921": "ecr", "AWSOrganizationsV20161128": "organizations", "SpencerFrontendService": "ecr-public",
           "AmazonEC2ContainerServiceV20141113": "ecs", "AmazonSSM": "ssm", "secretsmanager": "secretsmanager", "TrentService": "kms",
           "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": "cloudtrail"}
FORMS = {"2010-05-08": "iam", "2011-06-15": "sts", "2016-11-15": "ec2"}
KEY_ID = re.compile(r"Credential=([^/]+)/")
SCOPE = re.compile(r"Credential=[^/]+/[^/]+/([^/]+)/([^/]+)/")
ROLES = ["admin", "build", "deploy-prod", "deploy-staging", "web"]


def later(seconds):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def hmac256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def canonical(method, target, headers, names, body, service):
    path, _, query = target.partition("?")
    if service != "s3":
        kept = []
        for part in path.split("/"):
            if part == "..":
                kept[-1:] = []
            elif part not in ("", "."):
                kept.append(part)
        path = "/" + "/".join(kept) + ("/" if kept and path.endswith("/") else "")
        path = urllib.parse.quote(path, safe="/-_.~")
    pairs = sorted((name, value) for name, _, value in (part.partition("=") for part in query.split("&") if part))
    lines = [f"{name}:{' '.join(headers[name].split())}" for name in names]
    return "\n".join([method, path, "&".join(f"{name}={value}" for name, value in pairs), *lines, "", ";".join(names),
                      hashlib.sha256(body).hexdigest()])


def signature_fault(handler, body):
    """Nothing when the signature is right, else (code, message), as a service would word it."""
    headers = {name.lower(): value for name, value in handler.headers.items()}
    match = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
                         headers.get("authorization", ""))
    if not match:
        return "MissingAuthenticationToken", "not signed"
    key, day, region, service, names, signature = match.groups()
    known = handler.server.keys.get(key)
    if not known:
        return "InvalidClientTokenId", "unknown key"
    secret, token = known
    if headers.get("x-amz-security-token", "") != token:
        return "InvalidClientTokenId", "wrong token"
    date = headers.get("x-amz-date", "")
    now = datetime.now(timezone.utc) + timedelta(seconds=handler.server.clock_ahead)
    then = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    if abs((now - then).total_seconds()) > 900:
        return "SignatureDoesNotMatch", f"Signature expired: {date}"
    names = names.split(";")
    must = {"host", "x-amz-date"} | ({"x-amz-security-token"} if token else set())
    if not must <= set(names) or day != date[:8]:
        return "SignatureDoesNotMatch", "host, date or token is not signed"
    if service == "iam" and region != "us-east-1":
        return "SignatureDoesNotMatch", "Credential should be scoped to a valid region"
    request = canonical(handler.command, handler.path, headers, names, body, service)
    to_sign = f"AWS4-HMAC-SHA256\n{date}\n{day}/{region}/{service}/aws4_request\n{hashlib.sha256(request.encode()).hexdigest()}"
    signing = hmac256(hmac256(hmac256(hmac256(("AWS4" + secret).encode(), day), region), service), "aws4_request")
    if hmac256(signing, to_sign).hex() != signature:
        return "SignatureDoesNotMatch", "the signature does not match"
    return None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return super().date_time_string((timestamp or time.time()) + self.server.clock_ahead)

    def answer(self, status, body, content_type="text/xml", headers=()):
        body = body.encode() if isinstance(body, str) else body
        if self.account != ACCOUNT:
            body = body.replace(ACCOUNT.encode(), self.account.encode())
        self.send_response(status)
        for name, value in (("Content-Type", content_type), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def error(self, service, status, code, message):
        """As the service words it; behind what is to be told stands what is not: the request again, members that nobody knows."""
        message += f"\n\nThe Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:{CANARY}'"
        if service == "ec2":
            self.answer(status, f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>{CANARY}</RequestID></Response>")
        elif service == "s3":
            self.answer(status, f"<Error><Code>{code}</Code><Message>{message}</Message><Resource>{CANARY}</Resource><HostId>{CANARY}</HostId></Error>")
        elif service in TARGETS.values():
            self.answer(status, json.dumps({"__type": "com.amazonaws.ecr#" + code, "message": message, "detail": CANARY}), "application/x-amz-json-1.1")
        else:
            self.answer(status, f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message><Detail>{CANARY}</Detail></Error>"
                        f"<RequestId>{CANARY}</RequestId></ErrorResponse>")

    def handle_any(self):
        signed = body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        key = KEY_ID.search(self.headers.get("Authorization", ""))
        self.account = self.server.accounts.get(key and key[1], ACCOUNT)
        if self.account != ACCOUNT:
            # Every account is like the first one.
            body = body.replace(self.account.encode(), ACCOUNT.encode())
        form = dict(urllib.parse.parse_qsl(body.decode("latin1")))
        target = self.headers.get("X-Amz-Target", "")
        action = target.rpartition(".")[2] or form.get("Action") or self.command + " " + self.path.partition("?")[0]
        service = TARGETS[target.rpartition(".")[0]] if target else FORMS.get(form.get("Version"), "")
        scope, answer = SCOPE.search(self.headers.get("Authorization", "")), None
        if not service and scope and scope[2] in ("s3", "cloudfront"):
            service = scope[2]
            path, _, query = self.path.partition("?")
            action, answer = account.rest(service, path, dict(urllib.parse.parse_qsl(query, keep_blank_values=True)))
        self.server.calls.append((service, action, dict(self.headers), form))
        self.server.asked.append((time.monotonic(), service, action, scope and scope[1]))
        self.server.by_account.append((self.account, service, action))
        time.sleep(self.server.delay)
        while (self.account, action) in self.server.hanging:
            time.sleep(0.05)
        if self.fault(service, action):
            return
        if service and action != "AssumeRoleWithWebIdentity":
            wrong = signature_fault(self, signed)
            if wrong:
                return self.error(service, 403, *wrong)
        if answer is not None:
            return self.error(service, answer.status, answer.code, "no") if isinstance(answer, account.Refusal) else self.answer(200, answer)
        self.reply(service, action, form, json.loads(body) if target else {})

    do_GET = do_POST = do_PUT = handle_any

    # ---- faults -------------------------------------------------------------------------------
    def fault(self, service, action):
        faults = self.server.faults.get(action)
        kind = faults.pop(0) if faults else None
        if kind is None:
            return False
        if kind == "throttle":
            self.error(service, 400, "ThrottlingException" if service in TARGETS.values() else "Throttling", "Rate exceeded")
        elif kind == "500":
            self.error(service, 500, "InternalFailure", "oops")
        elif kind == "html":
            self.answer(502, "<html><body>Bad Gateway" + CANARY + "</body></html>", "text/html")
        elif kind == "denied":
            self.error(service, 403, "AccessDeniedException" if service in TARGETS.values() else "UnauthorizedOperation" if service == "ec2" else "AccessDenied", "User ann is not authorized")
        elif kind == "expired":
            self.error(service, 403, "ExpiredTokenException" if service in TARGETS.values() else "RequestExpired" if service == "ec2" else "ExpiredToken", "The token has expired")
        elif kind == "slow":
            time.sleep(3)
            self.close_connection = True
        elif kind in ("truncate", "drip", "large"):
            self.broken_body(kind)
        elif kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif kind == "failure":
            self.answer(200, json.dumps({"clusters": [], "failures": [{"arn": "arn:lost", "reason": "MISSING"}]}), "application/x-amz-json-1.1")
        elif kind == "redirect":
            self.answer(302, "", headers=(("Location", f"http://127.0.0.1:{self.server.server_port}/stolen"),))
        else:
            bodies = {"empty": "", "bad": '{"x":' if service in TARGETS.values() else "<a><b>", "other": "{}" if service in TARGETS.values() else "<Foo/>"}
            self.answer(200, bodies[kind])
        return True

    def broken_body(self, kind):
        self.send_response(200)
        self.send_header("Content-Length", "100000" if kind != "large" else str(4 << 20))
        self.end_headers()
        self.close_connection = True
        try:
            if kind == "truncate":
                self.wfile.write(b"<ListRolesResponse>")
            for _ in range(self.server.drip if kind == "drip" else 4096 if kind == "large" else 0):
                self.wfile.write(b"x" if kind == "drip" else b"x" * 1024)
                self.wfile.flush()
                if kind == "drip":
                    time.sleep(0.2)
        except OSError:
            pass

    # ---- answers ------------------------------------------------------------------------------
    def reply(self, service, action, form, asked):
        simple = {"GetCallerIdentity": self.identity, "AssumeRole": self.session, "AssumeRoleWithWebIdentity": self.session}
        if action in simple:
            return simple[action](action, form)
        if action == "ListRoles":
            return self.roles(form)
        if service == "ec2":
            return self.answer(200, f"<{action}Response><requestId>1</requestId>{account.EC2[action]}</{action}Response>")
        if (service, action) in account.JSON:
            try:
                return self.answer(200, json.dumps(account.JSON[service, action](asked)), "application/x-amz-json-1.1")
            except account.Refusal as refusal:
                return self.error(service, refusal.status, refusal.code, "no")
        if action == "DescribeRepositories":
            return self.repositories(asked)
        if service == "iam":
            return self.iam(action, form)
        if service == "organizations":
            return self.organizations(action, asked)
        if action == "GetRepositoryPolicy":
            if asked["repositoryName"] != "shop":
                return self.error(service, 400, "RepositoryPolicyNotFoundException", "no policy")
            return self.answer(200, json.dumps({"repositoryName": "shop", "policyText": json.dumps(ALL)}), "application/x-amz-json-1.1")
        return self.metadata(action)

    def iam(self, action, form):
        document = lambda value: urllib.parse.quote(json.dumps(value), safe="-_.~")
        role = (f"<member><Path>/</Path><RoleName>admin</RoleName><RoleId>AROAEXAMPLE</RoleId><Arn>arn:aws:iam::{ACCOUNT}:role/admin</Arn>"
                f"<CreateDate>2026-01-02T03:04:05Z</CreateDate><AssumeRolePolicyDocument>{document(TRUST)}</AssumeRolePolicyDocument><InstanceProfileList/>"
                f"<RolePolicyList><member><PolicyName>all</PolicyName><PolicyDocument>{document(ALL)}</PolicyDocument></member></RolePolicyList>"
                "<AttachedManagedPolicies/><Tags/></member>")
        role = role.replace("<InstanceProfileList/>", f"<InstanceProfileList><member><InstanceProfileName>admin</InstanceProfileName><Arn>arn:aws:iam::{ACCOUNT}:instance-profile/admin"
                            "</Arn></member></InstanceProfileList>")
        role += (f"<member><Path>/</Path><RoleName>web</RoleName><RoleId>AROAWEB</RoleId><Arn>arn:aws:iam::{ACCOUNT}:role/web</Arn>"
                 f"<CreateDate>2026-01-02T03:04:05Z</CreateDate><AssumeRolePolicyDocument>{document(WEB_TRUST)}</AssumeRolePolicyDocument><InstanceProfileList/>"
                 "<RolePolicyList/><AttachedManagedPolicies/><Tags/></member>")
        user = (f"<member><Path>/</Path><UserName>ann</UserName><UserId>AIDAEXAMPLE</UserId><Arn>arn:aws:iam::{ACCOUNT}:user/ann</Arn>"
                "<CreateDate>2026-01-02T03:04:05Z</CreateDate><GroupList/><AttachedManagedPolicies/></member>")
        second = "Marker" in form
        state, self.server.reports = self.server.reports, self.server.reports + 1
        results = {
            "GetAccountAuthorizationDetails": f"<IsTruncated>{str(not second).lower()}</IsTruncated><UserDetailList>{'' if second else user}</UserDetailList>"
                                              f"<GroupDetailList/><RoleDetailList>{role if second else ''}</RoleDetailList><Policies/>"
                                              + ("" if second else "<Marker>next</Marker>"),
            "GenerateServiceLastAccessedDetails": "<JobId>job-1</JobId>",
            "GetServiceLastAccessedDetails": f"<JobStatus>{'IN_PROGRESS' if self.jobs() == 0 else 'COMPLETED'}</JobStatus><IsTruncated>false</IsTruncated>"
                                             "<ServicesLastAccessed><member><ServiceName>Amazon S3</ServiceName><ServiceNamespace>s3</ServiceNamespace>"
                                             "<TotalAuthenticatedEntities>0</TotalAuthenticatedEntities></member></ServicesLastAccessed>",
            "ListOpenIDConnectProviders": f"<OpenIDConnectProviderList><member><Arn>{PROVIDER}</Arn></member></OpenIDConnectProviderList>",
            "GetOpenIDConnectProvider": "<Url>token.actions.githubusercontent.com</Url><ClientIDList><member>sts.amazonaws.com</member></ClientIDList>"
                                        "<ThumbprintList/><CreateDate>2026-01-02T03:04:05Z</CreateDate>",
            "GenerateCredentialReport": f"<State>{'STARTED' if state == 0 else 'COMPLETE'}</State>",
            "GetCredentialReport": f"<Content>{base64.b64encode(REPORT.replace(ACCOUNT, self.account).encode()).decode()}</Content><ReportFormat>text/csv</ReportFormat>"
                                   "<GeneratedTime>2026-11-22T12:00:00Z</GeneratedTime>"}
        if action not in results:
            return self.error("iam", 400, "InvalidAction", action)
        self.answer(200, f"<{action}Response><{action}Result>{results[action]}</{action}Result></{action}Response>")

    def jobs(self):
        """How often the details of a job were asked for before."""
        return [call[1] for call in self.server.calls].count("GetServiceLastAccessedDetails") - 1

    def organizations(self, action, asked):
        kind, members = asked.get("Filter", "SERVICE_CONTROL_POLICY"), self.server.members
        if members and self.account != ACCOUNT and action != "DescribeOrganization":
            return self.error("organizations", 400, "AccessDeniedException", "not the management account")
        results = {"DescribeOrganization": {"Organization": {"Id": "o-acme", "MasterAccountId": ACCOUNT if members else "999988887777"}},
                   "ListAccounts": account.pages(asked, "Accounts", members, 2, "NextToken"),
                   "ListParents": {"Parents": [{"Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT"} if asked.get("ChildId", "").isdigit() else {"Id": "r-1", "Type": "ROOT"}]},
                   "ListPoliciesForTarget": {"Policies": [{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Type": kind}]
                                             if kind == "SERVICE_CONTROL_POLICY" else []},
                   "DescribePolicy": {"Policy": {"Content": json.dumps(ALL)}}}
        self.answer(200, json.dumps(results[action]), "application/x-amz-json-1.1")

    def identity(self, *_):
        self.answer(200, f"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/ann</Arn><UserId>AIDAEXAMPLE</UserId>"
                         f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")

    def session(self, action, form):
        if form.get("WebIdentityToken", "web-token") != "web-token":
            return self.error("sts", 400, "InvalidIdentityToken", "bad token")
        name, asked = form["RoleArn"].rpartition("/")[2], form["RoleArn"].split(":")[4]
        if asked in self.server.refusing or form.get("ExternalId", "") != self.server.external_ids.get(asked, form.get("ExternalId", "")):
            return self.error("sts", 403, "AccessDenied", f"not authorized to perform sts:AssumeRole on {form['RoleArn']}")
        self.server.sessions[asked] = self.server.sessions.get(asked, 0) + 1
        number = self.server.sessions[asked] if asked != ACCOUNT else 1
        key = "ASIA" + hashlib.sha256(f"{form['RoleArn']} {form.get('ExternalId', '')} {number}".encode()).hexdigest()[:16].upper()
        self.server.keys[key] = ("secret-of-" + name, "token-of-" + name)
        self.server.accounts[key] = self.server.answering_as.get(asked, asked)
        self.answer(200, f"<{action}Response><{action}Result><AssumedRoleUser><Arn>{form['RoleArn']}</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser>"
                         f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret-of-{name}</SecretAccessKey>"
                         f"<SessionToken>token-of-{name}</SessionToken><Expiration>{self.server.expiration}</Expiration></Credentials></{action}Result></{action}Response>")

    def roles(self, form):
        start = int(form.get("Marker") or 0)
        size, pages = 2, self.server.pages
        names, more = ROLES[start:start + size], start + size < len(ROLES)
        marker = str(start + size)
        if pages == "loop":
            names, more, marker = ["again"], True, "0"
        elif pages == "hole" and start == 2:
            names = []
        members = "".join(f"<member><RoleName>{name}</RoleName><Description>{CANARY}</Description><MaxSessionDuration>3600</MaxSessionDuration></member>"
                          for name in names)
        self.answer(200, f"<ListRolesResponse><ListRolesResult><IsTruncated>{str(more).lower()}</IsTruncated><Roles>{members}</Roles>"
                         + (f"<Marker>{marker}</Marker>" if more else "") + "</ListRolesResult></ListRolesResponse>")

    def repositories(self, asked):
        start = int(asked.get("nextToken") or 0)
        names = ["api", "shop", "web"][start:start + 2]
        out = {"repositories": [{"repositoryName": name, "repositoryArn": f"arn:aws:ecr:eu-central-1:{ACCOUNT}:repository/{name}", "imageTagMutability": "MUTABLE"}
                                for name in names]}
        if start == 0:
            out["nextToken"] = "2"
        self.answer(200, json.dumps(out), "application/x-amz-json-1.1")

    def metadata(self, action):
        """Identity Center, container and machine."""
        keys = {**SESSION, "Token": SESSION["SessionToken"], "Expiration": self.server.expiration}
        if action == "GET /federation/credentials":
            good = self.headers.get("x-amz-sso_bearer_token") == "sso-token"
            inner = {"accessKeyId": "ASIASSO", "secretAccessKey": "sso-secret", "sessionToken": "sso-session",
                     "expiration": int(datetime.fromisoformat(self.server.expiration.replace("Z", "+00:00")).timestamp() * 1000)}
            return self.answer(200 if good else 401, json.dumps({"roleCredentials": inner} if good else {"message": "no"}), "application/json")
        if action == "GET /container":
            good = self.headers.get("Authorization") == "container-token"
            return self.answer(200 if good else 403, json.dumps(keys), "application/json")
        if action == "PUT /latest/api/token":
            return self.answer(200, "imds-token", "text/plain")
        if action.startswith("GET /latest/") and self.headers.get("x-aws-ec2-metadata-token") == "imds-token":
            role = action.endswith("web-host")
            return self.answer(200, json.dumps(keys) if role else "web-host", "text/plain")
        return self.answer(404, "", "text/plain")


class Aws(http.server.ThreadingHTTPServer):
    """Runs in the background until `close`. `faults`: for each action what happens to its next calls; None is no fault."""
    daemon_threads = True

    def __init__(self, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.scheme = "https"
        self.expiration = later(3600)
        self.reset()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def reset(self):
        self.keys = {KEY: (SECRET, "")}
        # Of the accounts beside the first: whose a key is, sessions so far; which roles cannot be assumed, what they ask for, who answers in their place.
        self.accounts, self.sessions, self.refusing, self.external_ids, self.answering_as = {}, {}, set(), {}, {}
        # What ListAccounts has; with it the first account is that of the management.
        self.members, self.by_account = [], []
        # Account and action of calls that have no answer as long as they stand here.
        self.hanging = set()
        self.faults, self.calls, self.pages, self.clock_ahead, self.reports, self.delay, self.asked, self.drip = {}, [], "", 0, 0, 0, [], 600

    def handle_error(self, *_):
        """Clients that go away are part of the tests."""

    def url(self, host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.server_port}"

    def close(self):
        self.shutdown()
        self.server_close()


def certificate(folder, name, subject, days=3650, authority=None):
    """Makes a key and a certificate with the openssl program; signed by itself, or by an authority made before."""
    import subprocess
    key, cert = os.path.join(folder, name + ".key"), os.path.join(folder, name + ".pem")
    run = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True)
    if authority is None:
        run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert, "-days", str(days), "-subj",
            "/CN=" + name, "-addext", "basicConstraints=critical,CA:TRUE")
        return cert, key
    request, extension = os.path.join(folder, name + ".csr"), os.path.join(folder, name + ".ext")
    with open(extension, "w") as out:
        out.write("subjectAltName=" + subject + "\n")
    run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=" + name)
    run("x509", "-req", "-in", request, "-CA", authority[0], "-CAkey", authority[1], "-CAcreateserial", "-days", str(days), "-extfile", extension, "-out", cert)
    return cert, key
