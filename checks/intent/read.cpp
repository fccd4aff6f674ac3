// Validated first, then copied into plain data: the copying below cannot fail.
#include "checks/intent/read.h"

#include "checks/capability/expand.h"
#include "checks/core/run.h"
#include "checks/intent/capabilities.h"
#include "checks/intent/drills.h"
#include "checks/intent/hosts.h"
#include "checks/intent/validate.h"
#include "checks/text/tree.h"

namespace muster {
namespace {

using text::Node;

constexpr std::size_t kIntentNodes = 2'000'000;

/// The entries of the mapping under the key; none without it.
std::vector<Variable> texts_at(const Node& node, std::string_view key) {
  std::vector<Variable> texts;
  const auto map = node.find(key);
  for (std::size_t i = 0; map && i < map->size(); ++i) {
    texts.push_back({std::string(map->key_at(i).text()), std::string(map->at(i).text())});
  }
  return texts;
}

/// The enumerator whose word stands there; `absent` when the key is not there.
template <class Enum, std::size_t N>
Enum enum_at(const Node& node, std::string_view key, const Enum (&values)[N], Enum absent) {
  const std::string word = node.text_under(key);
  for (const Enum value : values) {
    if (word == to_string(value)) {
      return value;
    }
  }
  return absent;
}

IntentEnvironment read_environment(const Node& name, const Node& node) {
  IntentEnvironment environment;
  environment.name = name.text();
  environment.kind = enum_at(
      node, "class",
      {EnvironmentClass::Production, EnvironmentClass::Staging, EnvironmentClass::Development},
      EnvironmentClass::Unknown);
  environment.branches = node.texts_under("branches");
  if (const auto reviewers = node.find("reviewers")) {
    environment.reviewers = reviewers->boolean();
  }
  environment.variables = texts_at(node, "variables");
  environment.where = name.where();
  return environment;
}

IntentSubject read_subject(const Node& node) {
  IntentSubject subject;
  subject.repository = node.text_under("repository");
  if (const auto environment = node.find("environment")) {
    subject.environment = std::string(environment->text());
  }
  subject.branches = node.texts_under("branches");
  subject.tags = node.texts_under("tags");
  const auto pull_request = node.find("pull_request");
  subject.pull_request = pull_request && pull_request->boolean().value_or(false);
  subject.where = node.where();
  return subject;
}

IntentAllow read_allow(const Node& node) {
  IntentAllow allow;
  allow.actions = node.texts_under("actions");
  allow.resources = node.texts_under("resources");
  if (const auto conditions = node.find("conditions")) {
    allow.conditions = read_clauses(*conditions);
  }
  allow.where = node.where();
  return allow;
}

IntentAccept read_accept(const Node& node) {
  IntentAccept accept;
  accept.escalation = node.text_under("escalation");
  accept.via = node.texts_under("via");
  accept.target = node.text_under("target");
  accept.reason = node.text_under("reason");
  if (const auto day = parse_utc(node.text_under("until"))) {
    accept.until = std::chrono::floor<std::chrono::days>(*day);
  }
  accept.where = node.where();
  return accept;
}

IntentRole read_role(const Node& name, const Node& node) {
  IntentRole role;
  role.name = name.text();
  role.arn = node.text_under("arn");
  role.privilege = enum_at(node, "privilege", {Privilege::Admin, Privilege::Write, Privilege::Read},
                           Privilege::Unknown);
  role.trust_file = node.text_under("trust");
  role.permission_files = node.texts_under("permissions");
  role.environments = node.texts_under("environments");
  const auto subjects = node.find("subjects");
  for (std::size_t i = 0; subjects && i < subjects->size(); ++i) {
    role.subjects.push_back(read_subject(subjects->at(i)));
  }
  role.trusted_accounts = node.texts_under("trusted_accounts");
  role.region = node.text_under("region");
  if (const auto capabilities = node.find("capabilities")) {
    role.capabilities = read_capabilities(*capabilities);
  }
  const auto allow = node.find("allow");
  for (std::size_t i = 0; allow && i < allow->size(); ++i) {
    role.allow.push_back(read_allow(allow->at(i)));
  }
  const auto accepts = node.find("accepts");
  for (std::size_t i = 0; accepts && i < accepts->size(); ++i) {
    role.accepts.push_back(read_accept(accepts->at(i)));
  }
  role.where = name.where();
  return role;
}

SubjectFormat format_of(const std::string& word) {
  if (word == "classic") {
    return SubjectFormat::Classic;
  }
  return word == "immutable" ? SubjectFormat::Immutable : SubjectFormat::Both;
}

/// A subject is of a repository: its own, or the audited one. With neither it would stand for every
/// repository there is.
Status check_subjects(const Intent& intent) {
  for (const IntentRole& role : intent.roles) {
    for (const IntentSubject& subject : role.subjects) {
      if (subject.repository.empty() && intent.repository.empty()) {
        return Error{ErrorCode::Usage,
                     "this subject of role `" + role.name +
                         "` names no `repository`, and muster.yaml has none either; add "
                         "`repository: owner/name` at the top",
                     subject.where};
      }
    }
  }
  return Done{};
}

/// Hosts are of an environment that is declared: a misspelt one would be judged by no rule.
Status check_hosts(const Intent& intent) {
  for (const IntentHosts& hosts : intent.hosts) {
    if (intent.environment(hosts.environment) == nullptr) {
      return Error{ErrorCode::Usage,
                   "`hosts." + hosts.name + "` is of the environment `" + hosts.environment +
                       "`, which `environments` does not have",
                   hosts.where};
    }
    if (hosts.names.empty()) {
      return Error{ErrorCode::Usage, "`hosts." + hosts.name + "` names no host", hosts.where};
    }
  }
  return Done{};
}

/// What capabilities mean is worked out once here, so that every later reader can rely on it.
Status check_expansions(const Intent& intent) {
  for (const IntentRole& role : intent.roles) {
    if (capability::declares_capabilities(role)) {
      MUSTER_CHECK_OK(capability::expand(intent, role));
    }
  }
  return Done{};
}

}  // namespace

Result<Intent> read_intent(std::string bytes, SourceId source) {
  text::Limits limits;
  limits.bytes = kIntentBytes;
  limits.expanded_nodes = kIntentNodes;
  auto parsed = text::parse_yaml(std::move(bytes), source, text::KeyCase::Exact, limits);
  if (!parsed) {
    Error error = std::move(parsed).error();
    error.code = ErrorCode::Usage;
    return error;
  }
  const Node root = parsed.value().root();
  MUSTER_CHECK_OK(validate_intent(root));
  Intent intent;
  intent.declared = true;
  intent.source = std::move(source);
  intent.repository = root.text_under("repository");
  intent.repository_id = root.text_under("repository_id");
  intent.owner_id = root.text_under("owner_id");
  intent.default_branch = root.find("default_branch") ? root.text_under("default_branch") : "main";
  intent.region = root.text_under("region");
  intent.subject_format = format_of(root.text_under("subject_format"));
  intent.subject_claim_keys = root.texts_under("subject_claim_keys");
  intent.exclude = root.texts_under("exclude");
  intent.variables = texts_at(root, "variables");
  intent.host_scripts = texts_at(root, "host_scripts");
  if (const auto environments = root.find("environments")) {
    for (std::size_t i = 0; i < environments->size(); ++i) {
      intent.environments.push_back(read_environment(environments->key_at(i), environments->at(i)));
    }
  }
  if (const auto roles = root.find("roles")) {
    for (std::size_t i = 0; i < roles->size(); ++i) {
      intent.roles.push_back(read_role(roles->key_at(i), roles->at(i)));
    }
  }
  if (const auto hosts = root.find("hosts")) {
    intent.hosts = read_hosts(*hosts);
  }
  if (const auto drills = root.find("drills")) {
    MUSTER_TRY(intent.drills, read_drills(*drills, intent.environments));
  }
  if (const auto gate = root.find("gate")) {
    intent.fail_on = enum_at(*gate, "fail_on",
                             {Severity::Critical, Severity::High, Severity::Medium, Severity::Low},
                             Severity::Medium);
  }
  MUSTER_CHECK_OK(check_hosts(intent));
  MUSTER_CHECK_OK(check_subjects(intent));
  MUSTER_CHECK_OK(check_expansions(intent));
  return intent;
}

}  // namespace muster
