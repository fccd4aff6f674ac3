// The table. Every word here is published: in the schema that editors use and in the error
// messages.
#include "checks/intent/schema.h"

#include <array>

#include "checks/intent/capabilities.h"
#include "checks/text/json_writer.h"

namespace muster {
namespace {

using T = IntentType;
using F = IntentFormat;

constexpr std::array<std::string_view, 1> kVersions = {"1"};
constexpr std::array<std::string_view, 3> kFormats = {"both", "classic", "immutable"};
constexpr std::array<std::string_view, 3> kClasses = {"production", "staging", "development"};
constexpr std::array<std::string_view, 3> kPrivileges = {"admin", "write", "read"};
constexpr std::array<std::string_view, 4> kEnvReaders = {"systemd", "docker", "compose", "shell"};
constexpr std::array<std::string_view, 4> kSeverities = {"critical", "high", "medium", "low"};

constexpr IntentKey kSubjectKeys[] = {
    {"repository", T::Text, "owner/name; the audited repository if left out", F::Repository},
    {"environment", T::Text,
     "Job environment; then `branches` and `tags` limit the ref of the run"},
    {"branches", T::TextList, "Branch names or globs, e.g. main or release/*", F::RefGlob},
    {"tags", T::TextList, "Tag names or globs, e.g. v*", F::RefGlob},
    {"pull_request", T::Boolean, "Whether runs of pull requests may assume the role"},
};
constexpr IntentObject kSubject{kSubjectKeys};

constexpr IntentKey kAllowKeys[] = {
    {"actions", T::TextList, "Actions as in a policy, e.g. logs:GetLogEvents"},
    {"resources", T::TextList, "ARNs as in a policy; * for actions that take no resource"},
    {"conditions", T::Clauses, "From condition operator to key to values, as in a policy"},
};
constexpr IntentObject kAllow{kAllowKeys};

constexpr IntentKey kAcceptKeys[] = {
    {"escalation", T::Text, "Last step, as muster escalations names it, e.g. ssm-send-command",
     F::Escalation, true},
    {"via", T::TextList, "The steps before it, in order; none if left out", F::Escalation},
    {"target", T::Text,
     "ARN of the role or user that it ends in; itself for rights that the role gives itself",
     F::PrincipalOrItself, true},
    {"reason", T::Text, "Why the owners live with it", F::Prose, true},
    {"until", T::Text, "Last day on which it is accepted (UTC), e.g. 2026-12-31", F::Day, true},
};
constexpr IntentObject kAccept{kAcceptKeys};

constexpr IntentKey kRoleKeys[] = {
    {"arn", T::Text, "ARN of the role", F::RoleArn},
    {"privilege", T::Text, "How much the role may do; grades findings; unknown counts as write",
     F::Any, false, kPrivileges},
    {"trust", T::Text,
     "File with its trust policy; may be left out when account facts hold the role", F::Path},
    {"permissions", T::TextList, "Files with its permission policies", F::Path},
    {"environments", T::TextList, "Environments that the role changes"},
    {"subjects",
     T::ObjectList,
     "Who may assume the role through OIDC",
     F::Any,
     false,
     {},
     &kSubject},
    {"trusted_accounts", T::TextList, "Other AWS accounts that may assume it", F::AccountId},
    {"region", T::Text, "Region of its capabilities; that of the file if left out", F::Region},
    {"capabilities", T::Capabilities,
     "All that the role is for; its policies are held against it (docs/capabilities.md)"},
    {"allow",
     T::ObjectList,
     "Further statements that the role may have, for what no capability describes",
     F::Any,
     false,
     {},
     &kAllow},
    {"accepts",
     T::ObjectList,
     "Ways to more power that are known and accepted for a while (docs/escalations.md)",
     F::Any,
     false,
     {},
     &kAccept},
};
constexpr IntentObject kRole{kRoleKeys};

constexpr IntentKey kEnvironmentKeys[] = {
    {"class", T::Text, "What the environment is for", F::Any, false, kClasses},
    {"branches", T::TextList, "Branches from which a deployment may start (deployment branch rule)",
     F::RefGlob},
    {"reviewers", T::Boolean, "Whether required reviewers protect it"},
    {"variables", T::NamedTexts,
     "Values of vars, env or secrets names in this environment; never a secret", F::PublicValue},
};
constexpr IntentObject kEnvironment{kEnvironmentKeys};

constexpr IntentKey kHostPathKeys[] = {
    {"legacy", T::TextList, "Where it was before: nothing may be there but a link to it",
     F::HostPath},
    {"owner", T::Text, "User and group, by name or number, e.g. shop:shop or \"1000:1000\"",
     F::HostOwner},
};
constexpr IntentObject kHostPath{kHostPathKeys};

constexpr IntentKey kEnvFileKeys[] = {
    {"owner", T::Text, "Name or number of the user who may own it beside root", F::HostUser},
    {"readers", T::TextList, "What reads it; each has rules of its own for quotes and comments",
     F::Any, false, kEnvReaders},
    {"required", T::TextList, "Variables that must have a value", F::VariableName},
    {"public",
     T::NamedTexts,
     "Variables that are no secret, with the value that each must have, exactly",
     F::PublicValue,
     false,
     {},
     nullptr,
     F::VariableName},
};
constexpr IntentObject kEnvFile{kEnvFileKeys};

constexpr IntentKey kUnitKeys[] = {
    {"at_boot", T::Boolean, "Whether it is meant to run at each start of the host"},
};
constexpr IntentObject kUnit{kUnitKeys};

constexpr IntentKey kStateKeys[] = {
    {"max_age_days", T::Text, "Days after which somebody should have deployed again", F::Days},
    {"current", T::Text, "Member that names the version that runs; current if left out"},
    {"previous", T::Text, "Member that names the version before; previous if left out"},
};
constexpr IntentObject kState{kStateKeys};

constexpr IntentKey kLinkKeys[] = {
    {"targets", T::TextList, "Where it may lead in the end", F::HostPath, true},
};
constexpr IntentObject kLink{kLinkKeys};

constexpr IntentKey kHostsKeys[] = {
    {"environment", T::Text, "Environment that they are of", F::Any, true},
    {"names", T::TextList, "Their names, as collect.sh --host calls them", F::Any, true},
    {"max_age_days", T::Text, "Days for which collected facts count; 7 if left out", F::Days},
    {"paths",
     T::NamedObjects,
     "Folders that deploys write, by their path",
     F::Any,
     false,
     {},
     &kHostPath,
     F::HostPath},
    {"env_files",
     T::NamedObjects,
     "Environment files, by their path",
     F::Any,
     false,
     {},
     &kEnvFile,
     F::HostPath},
    {"units",
     T::NamedObjects,
     "Units of systemd, by the path of their file",
     F::Any,
     false,
     {},
     &kUnit,
     F::HostPath},
    {"states",
     T::NamedObjects,
     "JSON files in which deploys keep what runs and what ran before, by their path",
     F::Any,
     false,
     {},
     &kState,
     F::HostPath},
    {"links",
     T::NamedObjects,
     "Links that choose what runs, by their path",
     F::Any,
     false,
     {},
     &kLink,
     F::HostPath},
};
constexpr IntentObject kHosts{kHostsKeys};

constexpr IntentKey kDrillKeys[] = {
    {"environment", T::Text, "Environment that the service belongs to", F::Any, true},
    {"deploy", T::TextList,
     "Command that deploys {release}, named {run}, if {expect} is the newest change", F::Any, true},
    {"digest", T::TextList, "Command that prints the digest of {release}", F::Any, true},
    {"reload", T::TextList, "Command that makes the proxy read its configuration (blue/green)"},
    {"lock", T::Text, "File that a deploy holds with flock while it runs", F::Any, true},
    {"state", T::Text, "File with the deploy state (docs/drills.md)", F::Any, true},
    {"balancer", T::Text, "Base address that visitors use", F::Any, true},
    {"backends", T::NamedTexts, "Base addresses behind it; of blue/green by color"},
    {"link", T::Text, "Link that says which color serves (blue/green)"},
    {"upstreams", T::NamedTexts, "What the link says for each color (blue/green)"},
    {"version_path", T::Text, "Path that tells the version; /version if left out"},
    {"version_member", T::Text, "Member of its JSON answer; version if left out"},
    {"version_of", T::Text, "The version of a release, with {release} or {tag}; {tag} if left out"},
    {"verify", T::NamedTexts, "What else must hold of a whole service: path to status", F::Digits},
    {"path", T::TextList, "Files that a rollback runs or reads", F::Any, true},
    {"stop_file", T::Text, "While it is there no drill begins, and a running one ends"},
    {"approvers", T::Text,
     "Who may approve a drill in production: a file of ssh-keygen's allowed_signers"},
    {"windows", T::TextList,
     "When a drill may begin (UTC), e.g. Mon-Thu 09:00-15:00; always if left out"},
    {"objective_seconds", T::Text, "Recovery time objective; 300 if left out", F::Digits},
    {"max_lost", T::Text, "Requests that may be lost; 0 if left out", F::Digits},
    {"max_age_days", T::Text, "For how long a passed drill counts; 90 if left out", F::Digits},
    {"timeout_seconds", T::Text, "For one run of deploy; 600 if left out", F::Digits},
    {"rate", T::Text, "Requests a second that measure the drill; 50 if left out", F::Digits},
};
constexpr IntentObject kDrill{kDrillKeys};

constexpr IntentKey kGateKeys[] = {
    {"fail_on", T::Text, "Findings of this severity and above fail the audit; default medium",
     F::Any, false, kSeverities},
};
constexpr IntentObject kGate{kGateKeys};

constexpr IntentKey kRootKeys[] = {
    {"version", T::Text, "Version of this file's format: 1", F::Any, true, kVersions},
    {"repository", T::Text, "owner/name of this repository on GitHub", F::Repository},
    {"repository_id", T::Text, "Numeric id of the repository", F::Digits},
    {"owner_id", T::Text, "Numeric id of its owner", F::Digits},
    {"default_branch", T::Text, "Default branch; main if left out", F::RefGlob},
    {"region", T::Text, "Region of the capabilities that name none", F::Region},
    {"subject_format", T::Text,
     "Form of the OIDC subject: with ids (immutable), without (classic), or both", F::Any, false,
     kFormats},
    {"subject_claim_keys", T::TextList, "include_claim_keys of a customised subject, in order"},
    {"exclude", T::TextList, "Path globs that the audit leaves out", F::Path},
    {"variables", T::NamedTexts,
     "Values of vars, env or secrets names, so that role ARNs can be resolved; never a secret",
     F::PublicValue},
    {"host_scripts",
     T::NamedTexts,
     "Scripts installed on hosts: path there, and the file of this repository that it is a copy of",
     F::Path,
     false,
     {},
     nullptr,
     F::HostPath},
    {"environments",
     T::NamedObjects,
     "Deployment environments by name",
     F::Any,
     false,
     {},
     &kEnvironment},
    {"roles", T::NamedObjects, "AWS roles by a short name", F::Any, false, {}, &kRole},
    {"hosts",
     T::NamedObjects,
     "Hosts of a service in an environment by a short name; judged by what collect.sh tells of "
     "them "
     "(docs/host-facts.md)",
     F::Any,
     false,
     {},
     &kHosts},
    {"drills",
     T::NamedObjects,
     "Services whose rollback is rehearsed, by a short name (docs/drills.md)",
     F::Any,
     false,
     {},
     &kDrill},
    {"gate", T::Object, "When the audit fails", F::Any, false, {}, &kGate},
};
constexpr IntentObject kRoot{kRootKeys};

using text::json_quoted;

bool is_list(T type) {
  return type == T::TextList || type == T::ObjectList || type == T::Capabilities;
}

/// JSON Schema of one value (of one item, for lists). Depth is bounded by the table, not by input.
std::string value_schema(const IntentKey& key, const std::string& indent);

/// `type`: as JSON.
std::string object_schema(const IntentObject& object, const std::string& indent,
                          const std::string& type = "\"object\"") {
  std::string text = "\"type\": " + type + ",\n" + indent + "\"additionalProperties\": false,\n" +
                     indent + "\"properties\": {";
  std::string required;
  const char* separator = "\n";
  for (const IntentKey& key : object.keys) {
    const std::string inner = indent + "    ";
    std::string value = value_schema(key, inner);
    if (is_list(key.type)) {
      value = "\"type\": \"array\",\n" + inner + "\"items\": {" + value + "}";
    }
    text += separator + indent + "  " + json_quoted(key.name) + ": {\n" + inner +
            "\"description\": " + json_quoted(key.description) + ",\n" + inner + value + "\n" +
            indent + "  }";
    separator = ",\n";
    if (key.required) {
      required += (required.empty() ? "" : ", ") + json_quoted(key.name);
    }
  }
  text += "\n" + indent + "}";
  return required.empty() ? text : text + ",\n" + indent + "\"required\": [" + required + "]";
}

std::string pattern_of(F format) {
  switch (format) {
    case F::Repository:
      return "^[A-Za-z0-9_-]+/[A-Za-z0-9._-]+$";
    case F::RoleArn:
      return "^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$";
    case F::AccountId:
      return "^[0-9]{12}$";
    case F::Digits:
      return "^[0-9]+$";
    case F::Region:
      return "^[a-z]+(-[a-z]+)+-[0-9]+$";
    case F::Day:
      return "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
    case F::PrincipalOrItself:
      return "^(itself|arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+)$";
    case F::Escalation:
      return "^[a-z0-9-]+$";
    case F::Prose:
      return "[^ ]";
    case F::Days:
      return "^[1-9][0-9]{0,4}$";
    case F::HostPath:
      return "^/[^/]";
    case F::HostUser:
      return "^[A-Za-z0-9_][A-Za-z0-9_.-]*$";
    case F::HostOwner:
      return "^[A-Za-z0-9_][A-Za-z0-9_.-]*:[A-Za-z0-9_][A-Za-z0-9_.-]*$";
    case F::VariableName:
      return "^[A-Za-z_][A-Za-z0-9_]*$";
    case F::Any:
    case F::RefGlob:
    case F::Path:
    case F::PublicValue:
      return "";
  }
  return "";
}

std::string text_schema(const IntentKey& key) {
  std::string text =
      takes_number(key) ? "\"type\": [\"string\", \"integer\"]" : "\"type\": \"string\"";
  if (!key.values.empty()) {
    std::string values;
    for (const std::string_view value : key.values) {
      values += (values.empty() ? "" : ", ") + json_quoted(value);
      values += value == "1" ? ", 1" : "";
    }
    return "\"enum\": [" + values + "]";
  }
  const std::string pattern = pattern_of(key.format);
  return pattern.empty() ? text : text + ", \"pattern\": " + json_quoted(pattern);
}

std::string value_schema(const IntentKey& key, const std::string& indent) {
  switch (key.type) {
    case T::Text:
    case T::TextList:
      return text_schema(key);
    case T::Boolean:
      return "\"type\": \"boolean\"";
    case T::Object:
    case T::ObjectList:
      return object_schema(*key.object, indent);
    case T::Capabilities:
      return capability_json_schema(indent);
    case T::Clauses:
      return "\"type\": \"object\",\n" + indent +
             "\"additionalProperties\": {\"type\": \"object\"}";
    case T::NamedObjects:
      return "\"type\": \"object\",\n" + indent + "\"additionalProperties\": {" +
             object_schema(*key.object, indent + "  ", R"(["object", "null"])") + "}";
    case T::NamedTexts:
      return "\"type\": \"object\",\n" + indent +
             "\"additionalProperties\": {\"type\": \"string\"}";
  }
  return "";
}

}  // namespace

const IntentObject& intent_schema() {
  return kRoot;
}

std::string intent_json_schema() {
  return "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
         "  \"title\": \"muster.yaml\",\n"
         "  \"description\": \"What the owners of a repository declare about its deployments. "
         "Generated; do not edit.\",\n  " +
         object_schema(kRoot, "  ") + "\n}\n";
}

}  // namespace muster
