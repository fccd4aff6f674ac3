"""Command documents of SSM: what they declare, and the scripts that a command makes of them."""
import hashlib
import json
import re
import time

from api import Refusal

RUN_SHELL_SCRIPT = {"schemaVersion": "1.2", "description": "Run a shell script or specify the commands to run.", "parameters": {
    "commands": {"type": "StringList", "description": "Specify a shell script or a command to run."},
    "workingDirectory": {"type": "String", "default": "", "description": "The path to the working directory on your instance."},
    "executionTimeout": {"type": "String", "default": "3600", "allowedPattern": "([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800)"}},
    "runtimeConfig": {"aws:runShellScript": {"properties": [{"id": "0.aws:runShellScript", "runCommand": "{{ commands }}", "workingDirectory": "{{ workingDirectory }}",
                                                             "timeoutSeconds": "{{ executionTimeout }}"}]}}}
ONE = re.compile(r"\{\{\s*([A-Za-z0-9_.:-]+)\s*\}\}")


class Step:
    """`name`: as GetCommandInvocation wants it. `script`, `folder`, `seconds`: what runs, where, and for how long at most. `env`: of parameters that are handed over that way."""

    def __init__(self, name, inputs, fill, env):
        lines = inputs.get("runCommand", [])
        whole = ONE.fullmatch(lines.strip()) if isinstance(lines, str) else None
        lines = fill(lines, whole) if whole else [line for item in (lines if isinstance(lines, list) else [lines]) for line in self.lines(item, fill)]
        self.name, self.script, self.env = name, "\n".join(lines) + "\n", env
        self.folder, self.seconds = fill(inputs.get("workingDirectory", "")), float(fill(str(inputs.get("timeoutSeconds", "3600"))) or 3600)
        self.exits = inputs.get("onFailure") == "exit"

    @staticmethod
    def lines(item, fill):
        filled = fill(item, ONE.fullmatch(item.strip()))
        return filled if isinstance(filled, list) else [filled]


class Document:
    def __init__(self, name, content, owner):
        assert all(one["action"] == "aws:runShellScript" for one in content.get("mainSteps", ())), "only steps aws:runShellScript are simulated"
        self.name, self.content, self.owner, self.created = name, content, owner, time.time()
        self.text = json.dumps(content)
        self.parameters = content.get("parameters", {})

    def hash(self):
        return hashlib.sha256(self.text.encode()).hexdigest()

    def fit(self, given):
        """The values of all parameters, given or default; what the document does not allow is refused."""
        values = {}
        for name, value in given.items():
            declared = self.parameters.get(name)
            if declared is None:
                raise Refusal("InvalidParameters", f"Parameter {name} is not declared in document {self.name}.")
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise Refusal("SerializationException")
            if declared["type"] != "StringList" and len(value) != 1:
                raise Refusal("InvalidParameters", f"Parameter {name} takes one value.")
            self.check(name, declared, value)
            values[name] = value if declared["type"] == "StringList" else value[0]
        for name, declared in self.parameters.items():
            if name not in values and "default" not in declared:
                raise Refusal("InvalidParameters", f"Parameter {name} is required by document {self.name}.")
            values.setdefault(name, declared.get("default"))
        return values

    @staticmethod
    def check(name, declared, value):
        allowed, pattern = declared.get("allowedValues"), declared.get("allowedPattern")
        for one in value:
            if (allowed and one not in allowed) or (pattern and not re.search(pattern, one)):
                raise Refusal("InvalidParameters", f"Parameter value {one} of {name} is not allowed.")

    def steps(self, values):
        """Placeholders become text, as they are: SSM quotes nothing. A parameter with interpolationType ENV_VAR is an environment variable SSM_name instead."""
        by_env = {name for name, declared in self.parameters.items() if declared.get("interpolationType") == "ENV_VAR"}
        env = {"SSM_" + name: values[name] for name in by_env}

        def text(match):
            name = match[1]
            if name not in values:
                return match[0]
            value = "${SSM_" + name + "}" if name in by_env else values[name]
            return value if isinstance(value, str) else json.dumps(value)

        def fill(item, whole=None):
            if whole and isinstance(values.get(whole[1]), list):
                return values[whole[1]]
            return ONE.sub(text, item)
        if "mainSteps" in self.content:
            found = [(one["name"], {**one["inputs"], "onFailure": one.get("onFailure", one["inputs"].get("onFailure"))}) for one in self.content["mainSteps"]]
        else:
            found = [("aws:runShellScript", one) for one in self.content["runtimeConfig"]["aws:runShellScript"]["properties"]]
        return [Step(name, inputs, fill, env) for name, inputs in found]

    def describe(self):
        declared = [{"Name": name, "Type": one["type"], **({"Description": one["description"]} if "description" in one else {}),
                     **({"DefaultValue": one["default"] if isinstance(one["default"], str) else json.dumps(one["default"])} if "default" in one else {})}
                    for name, one in self.parameters.items()]
        return {"Hash": self.hash(), "HashType": "Sha256", "Name": self.name, "Owner": self.owner, "CreatedDate": self.created, "Status": "Active", "DocumentVersion": "1",
                "Description": self.content.get("description", ""), "Parameters": declared, "PlatformTypes": ["Linux", "MacOS"], "DocumentType": "Command",
                "SchemaVersion": self.content["schemaVersion"], "LatestVersion": "1", "DefaultVersion": "1", "DocumentFormat": "JSON", "Tags": []}

    def get(self):
        return {"Name": self.name, "CreatedDate": self.created, "DocumentVersion": "1", "Status": "Active", "Content": self.text, "DocumentType": "Command",
                "DocumentFormat": "JSON"}
