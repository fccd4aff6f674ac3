"""Takes the answers that `muster collect github` asks for out of GitHub's published OpenAPI description, as JSON schemas for the test server.
    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz && python3 extract.py package/generated/api.github.com.json > answers.schema.json
The description is 13 MB and the package 400 MB, so the part that is needed is committed instead. Words and examples are left out."""
import json
import sys

PATHS = ["", "/environments", "/environments/{environment_name}/deployment-branch-policies",
         "/environments/{environment_name}/deployment_protection_rules", "/environments/{environment_name}/secrets",
         "/environments/{environment_name}/variables", "/branches", "/branches/{branch}/protection", "/rulesets", "/rulesets/{ruleset_id}",
         "/actions/permissions", "/actions/permissions/workflow", "/actions/permissions/selected-actions",
         "/actions/permissions/fork-pr-contributor-approval", "/actions/oidc/customization/sub", "/actions/secrets",
         "/actions/organization-secrets", "/actions/variables", "/actions/organization-variables", "/immutable-releases", "/collaborators",
         "/teams", "/releases", "/git/matching-refs/{ref}"]
DROPPED = {"description", "example", "examples", "title", "default", "externalDocs", "x-github", "deprecated", "nullable"}


def main():
    with open(sys.argv[1]) as file:
        whole = json.load(file)
    used = {}

    def schema_of(node):
        if isinstance(node, list):
            return [schema_of(one) for one in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[1]
            if name not in used:
                used[name] = None
                used[name] = schema_of(whole["components"]["schemas"][name])
            return {"$ref": "#/$defs/" + name}
        # Names of members are no keywords.
        kept = {key: {name: schema_of(one) for name, one in value.items()} if key == "properties" else schema_of(value)
                for key, value in node.items() if key not in DROPPED}
        if node.get("nullable"):
            return {"anyOf": [kept, {"type": "null"}]}
        return kept

    answers = {}
    for path in PATHS + ["/orgs/{org}/repos"]:
        full = path if path.startswith("/orgs") else "/repos/{owner}/{repo}" + path
        answer = whole["paths"][full]["get"]["responses"]["200"]
        answer = whole["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]] if "$ref" in answer else answer
        answers[full] = schema_of(answer["content"]["application/json"]["schema"])
    source = "GitHub's OpenAPI description, npm @octokit/openapi " + whole["info"]["version"] + ", MIT licence, by tests/github/extract.py"
    json.dump({"$comment": source, "answers": answers, "$defs": dict(sorted(used.items()))}, sys.stdout, sort_keys=True, separators=(",", ":"))


main()
