"""A small GitHub for tests, on the loopback: one repository with settings, pages, entity tags, limits and faults. Standard library alone.
    python3 server.py        prints every answer it can give, for the test that holds them against GitHub's published description"""
import hashlib
import http.server
import json
import os
import re
import struct
import sys
import threading
import time
import urllib.parse

TOKEN = "ghp_tokenOfATestThatIsNowhere0000000001"
# Everything of this kind is in answers and must be in no file.
CANARY = "canary-7f3a91"
REPOSITORY = "acme/shop"
WHEN = "2026-01-02T03:04:05Z"

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "answers.schema.json")) as file:
    SCHEMA = json.load(file)


def sample(schema, /, **given):
    """A value of the schema with its required members alone, and those that are given."""
    if "$ref" in schema:
        return sample(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]], **given)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema and "properties" not in schema:
            return sample(schema[choice][0], **given)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        members = {name: sample(schema["properties"][name]) for name in schema.get("required", ()) if name not in given}
        return {**members, **given}
    texts = {"date-time": WHEN, "uri": "https://api.github.com/x", "email": CANARY + "@example.com"}
    return {"array": [], "string": texts.get(schema.get("format"), "text"), "integer": 1, "number": 1, "boolean": False, "null": None}[kind]


def made(kind, /, **given):
    return sample(SCHEMA["$defs"][kind], **given)


def person(login, **given):
    return {**made("simple-user", login=login, id=len(login), email=CANARY + "@example.com"), **given}


def environment(name, rules=(), policy=None, **given):
    return made("environment", name=name, url=f"https://api.github.com/repos/{REPOSITORY}/environments/{urllib.parse.quote(name, safe='')}",
                protection_rules=[{"id": i, "node_id": "n", **rule} for i, rule in enumerate(rules)], deployment_branch_policy=policy, **given)


def named(*names, **given):
    return [{"name": name, "created_at": WHEN, "updated_at": WHEN, **given} for name in names]


def answers():
    """Endpoint behind the repository -> (member of its list, `[]`, or nothing; the answer)."""
    reviewers = {"type": "required_reviewers", "prevent_self_review": True, "reviewers": [{"type": "User", "reviewer": person("ann")}]}
    custom = {"protected_branches": False, "custom_branch_policies": True}
    ruleset = dict(id=42, name="releases", target="tag", source_type="Repository", source=REPOSITORY, enforcement="active")
    protection = {"required_pull_request_reviews": {"dismiss_stale_reviews": True, "require_code_owner_reviews": False, "required_approving_review_count": 1},
                  "enforce_admins": {"url": "https://api.github.com/x", "enabled": True}}
    found = {
        "": ("", made("full-repository", id=880000123, full_name=REPOSITORY, name="shop", owner=person("acme", id=4400001), default_branch="main",
                      visibility="private", private=True, temp_clone_token=CANARY)),
        "/environments": ("environments", [
            environment("production", [reviewers, {"type": "wait_timer", "wait_timer": 30}, {"type": "branch_policy"}], custom, can_admins_bypass=False),
            environment("staging"), environment("a/b:c"), environment("..")]),
        "/environments/production/deployment-branch-policies": ("branch_policies", [{"id": 1, "node_id": "n", "name": "main", "type": "branch"}]),
        "/branches": ("[]", [made("short-branch", name=name, protected=safe, commit={"sha": "0" * 40, "url": "https://api.github.com/x"})
                             for name, safe in (("main", True), ("next", True), ("topic/a", False))]),
        "/branches/main/protection": ("", protection),
        "/rulesets": ("[]", [ruleset]),
        "/rulesets/42": ("", {**ruleset, "bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}],
                              "conditions": {"ref_name": {"include": ["refs/tags/v*"], "exclude": []}}, "rules": [{"type": "creation"}, {"type": "update"}, {"type": "deletion"}]}),
        "/actions/permissions": ("", {"enabled": True, "allowed_actions": "selected", "selected_actions_url": "https://api.github.com/x"}),
        "/actions/permissions/selected-actions": ("", {"github_owned_allowed": True, "verified_allowed": False, "patterns_allowed": ["aws-actions/*"]}),
        "/actions/permissions/workflow": ("", {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False}),
        "/actions/permissions/fork-pr-contributor-approval": ("", {"approval_policy": "first_time_contributors"}),
        "/actions/oidc/customization/sub": ("", {"use_default": True, "use_immutable_subject": False, "sub_claim_prefix": "repo:" + REPOSITORY}),
        "/actions/secrets": ("secrets", named("DEPLOY_KEY", "NPM_TOKEN", "SLACK_HOOK")),
        "/actions/organization-secrets": ("secrets", named("ORG_KEY")),
        "/actions/variables": ("variables", named("AWS_REGION", "ROLE_ARN", value=CANARY)),
        "/actions/organization-variables": ("variables", []),
        "/immutable-releases": ("", {"enabled": True, "enforced_by_owner": False}),
        "/collaborators": ("[]", [made("collaborator", login=login, id=i, role_name=role, email=CANARY, permissions={
            "pull": True, "triage": True, "push": role != "read", "maintain": role == "admin", "admin": role == "admin"})
            for i, (login, role) in enumerate((("ann", "admin"), ("ben", "write"), ("cid", "read")))]),
        "/teams": ("[]", [made("team", name="core", slug="core", permission="push", parent=None)]),
        "/releases": ("[]", [made("release", tag_name="v1.0.0", target_commitish="main", draft=False, prerelease=False, immutable=True, body=CANARY,
                                  author=person("ann"))]),
        "/git/matching-refs/tags/": ("[]", [{"ref": f"refs/tags/v{i}.0.0", "node_id": "n", "url": "https://api.github.com/x",
                                             "object": {"type": "tag", "sha": str(i) * 40, "url": "https://api.github.com/x"}} for i in range(5)]),
    }
    for name in ("production", "staging", "a%2Fb%3Ac", "%2E%2E"):
        folder = "/environments/" + name
        found[folder + "/deployment_protection_rules"] = ("", {"total_count": 0, "custom_deployment_protection_rules": []})
        found[folder + "/secrets"] = ("secrets", named("DB_PASSWORD") if name == "production" else [])
        found[folder + "/variables"] = ("variables", named("HOST", value=CANARY) if name == "production" else [])
    return found


def endpoint_of(path):
    """`/branches/main/protection` -> as the description names it."""
    path = re.sub(r"^/environments/[^/]+/", "/environments/{environment_name}/", path)
    path = re.sub(r"^/branches/[^/]+/", "/branches/{branch}/", path)
    path = re.sub(r"^/rulesets/[^/]+", "/rulesets/{ruleset_id}", path)
    path = path.replace("/git/matching-refs/tags/", "/git/matching-refs/{ref}")
    return "/repos/{owner}/{repo}" + path


def whole(list_name, answer):
    return answer if list_name in ("", "[]") else {"total_count": len(answer), list_name: answer}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=(), content_type="application/json; charset=utf-8"):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        named_headers = {"Content-Type": content_type, "Content-Length": str(len(body)), "X-RateLimit-Remaining": "4999", **dict(headers)}
        for name, value in named_headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def message(self, status, text, headers=()):
        self.answer(status, json.dumps({"message": text, "documentation_url": "https://docs.github.com/rest", "status": str(status)}), headers)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        path = path.removeprefix(self.server.prefix)
        asked = re.sub(r"^/(repos/" + REPOSITORY + "|repositories/7)", "", path)
        self.server.calls.append((asked, dict(self.headers)))
        if self.fault(asked):
            return
        if self.headers.get("Authorization") not in (f"Bearer {TOKEN}", None):
            return self.message(401, "Bad credentials")
        if path == "/orgs/acme/repos":
            return self.pages([{"full_name": REPOSITORY, "archived": False}, {"full_name": "acme/old", "archived": True}], "[]", query, path)
        if asked in self.server.denied:
            return self.message(*self.server.denied[asked])
        if asked == path or asked not in self.server.answers:
            return self.message(404, "Branch not protected" if asked.endswith("/protection") else "Not Found")
        list_name, answer = self.server.answers[asked]
        if not list_name:
            return self.tagged(answer)
        self.pages(answer, list_name, query, "/repositories/7" + asked)

    def pages(self, items, list_name, query, path):
        page = int(dict(urllib.parse.parse_qsl(query)).get("page", 1))
        size = self.server.page_size
        part = items[(page - 1) * size:page * size]
        headers = {}
        if page * size < len(items):
            link = self.server.link or f"{self.server.url()}{path}?per_page={size}&page={page + 1}"
            headers["Link"] = f'<{self.server.url()}{path}?page=1>; rel="first", <{link}>; rel="next"'
        self.tagged(part if list_name == "[]" else {"total_count": len(items), list_name: part}, headers)

    def tagged(self, answer, headers=()):
        body = json.dumps(answer)
        tag = 'W/"' + hashlib.sha256(body.encode()).hexdigest() + '"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        self.answer(200, body, {"ETag": tag, **dict(headers)})

    # ---- faults -------------------------------------------------------------------------------
    def fault(self, asked):
        faults = self.server.faults.get(asked)
        kind = faults.pop(0) if faults else None
        if kind is None:
            return False
        if kind == "500":
            self.message(500, "Server Error")
        elif kind == "secondary":
            self.message(403, "You have exceeded a secondary rate limit.", {"Retry-After": "1"})
        elif kind == "primary":
            self.message(403, "API rate limit exceeded", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 1)})
        elif kind == "html":
            self.answer(200, "<html><body>Unicorn!</body></html>", content_type="text/html")
        elif kind == "bad":
            self.answer(200, '{"environments": [')
        elif kind == "truncate":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b'{"environments": [')
            self.wfile.flush()
            self.close_connection = True
        elif kind == "reset":
            self.connection.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER: a reset instead of an end
            self.connection.close()
            self.close_connection = True
        elif kind == "hang":
            self.server.hanging.set()
            time.sleep(20)
            self.close_connection = True
        elif kind == "large":
            self.answer(200, b"[" + b" " * (40 << 20) + b"]")
        elif kind == "redirect":
            self.answer(301, json.dumps({"message": "Moved Permanently", "url": self.server.url() + "/repositories/9"}), {"Location": self.server.url() + "/stolen"})
        return True


class Github(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, prefix=""):
        super().__init__(("127.0.0.1", 0), Handler)
        self.prefix = prefix
        self.reset()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass

    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}{self.prefix}"

    def reset(self):
        self.answers = answers()
        self.calls, self.faults, self.denied = [], {}, {}
        self.page_size, self.link = 2, None
        self.hanging = threading.Event()


if __name__ == "__main__":
    json.dump([{"endpoint": endpoint_of(path), "path": path, "answer": whole(*answer)} for path, answer in answers().items()], sys.stdout)
