// Source of the answers: GitHub Docs, REST API, "Deployment environments", "Protected branches",
// "Repository rules", "GitHub Actions OIDC", "Permissions for GitHub Actions".
#include "checks/settings/read.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "checks/text/number.h"

namespace muster::settings {
namespace {

using text::Node;
using text::Type;

constexpr std::string_view kEndpoint = "GET /repos/{owner}/{repo}";

/// An answer with what it is about.
struct Given {
  std::string repository;
  /// Behind the repository: `/environments`.
  std::string endpoint;
  Node root;
};

/// Items of the sequence under a key; nothing when there is no sequence.
std::optional<std::vector<Node>> items_under(const Node& node, std::string_view key) {
  const auto list = node.find(key);
  if (!list || !list->is(Type::Sequence)) {
    return std::nullopt;
  }
  return list->items();
}

std::optional<bool> flag_of(const Node& node, std::string_view key) {
  const auto value = node.find(key);
  return value ? value->boolean() : std::nullopt;
}

std::optional<unsigned> number_of(const Node& node, std::string_view key) {
  return text::whole_number<unsigned>(node.text_under(key));
}

/// Whether something other than null stands under the key.
bool has_value(const Node& node, std::string_view key) {
  const auto value = node.find(key);
  return value && !value->is(Type::Null);
}

/// `acme/shop` of `https://api.github.com/repos/acme/shop/environments/production`.
std::string repository_of_address(std::string_view address) {
  constexpr std::string_view kRepos = "/repos/";
  const std::size_t at = address.find(kRepos);
  if (at == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = address.substr(at + kRepos.size());
  const std::size_t owner = rest.find('/');
  const std::size_t name = rest.find('/', owner == std::string_view::npos ? owner : owner + 1);
  return std::string(owner == std::string_view::npos ? std::string_view() : rest.substr(0, name));
}

bool is_environments(const Node& root) {
  const auto items = items_under(root, "environments");
  return items && !items->empty() && items->front().find("protection_rules") &&
         !repository_of_address(items->front().string_under("url")).empty();
}

bool is_repository(const Node& root) {
  return !root.string_under("full_name").empty() && !root.string_under("default_branch").empty() &&
         root.find("owner");
}

std::optional<Given> given(const Node& root) {
  const auto about = root.find("muster");
  if (about && about->string_under("endpoint").starts_with(kEndpoint)) {
    return Given{about->string_under("repository"),
                 about->string_under("endpoint").substr(kEndpoint.size()), root};
  }
  if (is_environments(root)) {
    const auto items = items_under(root, "environments");
    return Given{repository_of_address(items->front().string_under("url")), "/environments", root};
  }
  return std::nullopt;
}

/// A protection of a branch, as far as it asks for somebody else than the one who writes.
struct Protection {
  std::optional<bool> needs_another;
  bool by_one_approval = false;
  SourceRef where;
};

/// What the answers about one repository say, before it is put together.
struct Collected {
  RepositorySettings settings;
  /// By environment, branch and id.
  std::map<std::string, std::vector<std::pair<std::string, bool>>> policies;
  std::map<std::string, bool> custom_rules;
  std::map<std::string, Protection> protections;
  std::map<std::string, Ruleset> rulesets;
  std::vector<std::string> ruleset_ids;
  /// Lists of secrets that were read: the repository's and the organisation's.
  unsigned secret_lists = 0;
};

// ---- environments
// ------------------------------------------------------------------------------

void read_rule(const Node& rule, EnvironmentSettings& environment) {
  const std::string type = rule.string_under("type");
  if (type == "required_reviewers") {
    const auto reviewers = items_under(rule, "reviewers");
    environment.reviewers = reviewers ? std::optional(!reviewers->empty()) : std::nullopt;
    environment.self_review = !rule.flag_under("prevent_self_review");
  } else if (type == "wait_timer") {
    environment.wait_minutes = number_of(rule, "wait_timer").value_or(0);
  } else if (type != "branch_policy") {
    environment.other_rules = true;
  }
}

EnvironmentSettings environment_of(const Node& node) {
  EnvironmentSettings environment;
  environment.name = node.string_under("name");
  environment.where = node.find("name") ? node.find("name")->where() : node.where();
  environment.admins_bypass = flag_of(node, "can_admins_bypass");
  if (const auto rules = items_under(node, "protection_rules")) {
    environment.reviewers = false;
    for (const Node& rule : *rules) {
      read_rule(rule, environment);
    }
  }
  if (const auto policy = node.find("deployment_branch_policy");
      policy && policy->is(Type::Mapping)) {
    environment.refs = policy->flag_under("protected_branches") ? EnvironmentRefs::Protected
                                                                : EnvironmentRefs::Listed;
  }
  return environment;
}

bool read_environments(const Given& from, Collected& into) {
  const auto items = items_under(from.root, "environments");
  const auto total = number_of(from.root, "total_count");
  if (!items || (total && *total != items->size())) {
    return false;
  }
  std::vector<EnvironmentSettings> all;
  for (const Node& item : *items) {
    if (item.string_under("name").empty()) {
      return false;
    }
    all.push_back(environment_of(item));
  }
  into.settings.environments = std::move(all);
  into.settings.environments_where = from.root.where();
  return true;
}

std::string name_in(const Given& from, std::string_view key) {
  const auto about = from.root.find("muster");
  return about ? about->string_under(key) : std::string();
}

bool read_branch_policies(const Given& from, Collected& into) {
  const auto items = items_under(from.root, "branch_policies");
  if (!items) {
    return false;
  }
  auto& policies = into.policies[name_in(from, "environment_name")];
  for (const Node& item : *items) {
    policies.emplace_back(item.string_under("name"), item.string_under("type") == "tag");
  }
  return true;
}

bool read_custom_rules(const Given& from, Collected& into) {
  const auto items = items_under(from.root, "custom_deployment_protection_rules");
  if (!items) {
    return false;
  }
  into.custom_rules[name_in(from, "environment_name")] = std::any_of(
      items->begin(), items->end(), [](const Node& one) { return one.flag_under("enabled"); });
  return true;
}

// ---- branches and rulesets
// ---------------------------------------------------------------------

bool read_branches(const Given& from, Collected& into) {
  const auto items = items_under(from.root, "items");
  if (!items) {
    return false;
  }
  std::vector<BranchSettings> all;
  for (const Node& item : *items) {
    const auto safe = flag_of(item, "protected");
    if (!safe || item.string_under("name").empty()) {
      return false;
    }
    all.push_back({item.string_under("name"), *safe, std::nullopt, false, item.where()});
  }
  into.settings.branches = std::move(all);
  return true;
}

void read_needs(const Node& protection, Protection& into) {
  const auto lock = protection.find("lock_branch");
  if (has_value(protection, "restrictions") || (lock && lock->flag_under("enabled"))) {
    into.needs_another = true;
    return;
  }
  const auto reviews = protection.find("required_pull_request_reviews");
  if (!reviews || !reviews->is(Type::Mapping)) {
    into.needs_another = false;
    return;
  }
  const auto count = number_of(*reviews, "required_approving_review_count");
  into.needs_another = count ? std::optional(*count > 0) : std::nullopt;
  into.by_one_approval = count == 1 && !reviews->flag_under("require_code_owner_reviews");
}

bool read_protection(const Given& from, Collected& into) {
  const bool none = from.root.string_under("message") == "Branch not protected";
  if (!none && from.root.find("message")) {
    return false;
  }
  Protection& protection = into.protections[name_in(from, "branch")];
  protection.where = from.root.where();
  if (none) {
    protection.needs_another = false;
  } else {
    read_needs(from.root, protection);
  }
  return true;
}

/// Roles that everybody with write access has, and the app whose token every workflow gets.
std::optional<bool> writers_bypass(const Node& ruleset) {
  constexpr std::string_view kWriteRole = "4";
  constexpr std::string_view kActionsApp = "15368";
  const auto actors = items_under(ruleset, "bypass_actors");
  if (!actors) {
    return std::nullopt;
  }
  return std::any_of(actors->begin(), actors->end(), [&](const Node& actor) {
    const std::string type = actor.string_under("actor_type");
    const std::string id = actor.text_under("actor_id");
    return (type == "RepositoryRole" && id == kWriteRole) ||
           (type == "Integration" && id == kActionsApp);
  });
}

void read_ruleset_rule(const Node& rule, Ruleset& ruleset) {
  const std::string type = rule.string_under("type");
  ruleset.creation = ruleset.creation || type == "creation";
  ruleset.update = ruleset.update || type == "update";
  if (const auto parameters = rule.find("parameters"); type == "pull_request" && parameters) {
    ruleset.approvals = number_of(*parameters, "required_approving_review_count").value_or(0);
    ruleset.owners_approve = parameters->flag_under("require_code_owner_review");
  }
}

/// A ruleset as its list has it, or, with conditions and rules, whole.
Ruleset ruleset_of(const Node& node) {
  Ruleset ruleset;
  ruleset.name = node.string_under("name");
  ruleset.of_tags = node.string_under("target") == "tag";
  ruleset.active = node.string_under("enforcement") == "active";
  ruleset.where = node.find("name") ? node.find("name")->where() : node.where();
  ruleset.writers_bypass = writers_bypass(node);
  const auto conditions = node.find("conditions");
  const auto names = conditions ? conditions->find("ref_name") : std::nullopt;
  const auto rules = items_under(node, "rules");
  if (!names || !rules || !items_under(*names, "include")) {
    return ruleset;
  }
  ruleset.known = true;
  ruleset.include = names->texts_under("include");
  ruleset.exclude = names->texts_under("exclude");
  for (const Node& rule : *rules) {
    read_ruleset_rule(rule, ruleset);
  }
  return ruleset;
}

bool is_about_refs(const Node& ruleset) {
  const std::string target = ruleset.string_under("target");
  return target.empty() || target == "branch" || target == "tag";
}

bool read_rulesets(const Given& from, Collected& into) {
  const auto items = items_under(from.root, "items");
  if (!items) {
    return false;
  }
  for (const Node& item : *items) {
    const std::string id = item.text_under("id");
    if (id.empty() || item.string_under("enforcement").empty()) {
      return false;
    }
    if (is_about_refs(item)) {
      into.ruleset_ids.push_back(id);
      into.rulesets.try_emplace(id, ruleset_of(item));
    }
  }
  into.settings.rulesets.emplace();
  into.settings.rulesets_where = from.root.where();
  return true;
}

bool read_ruleset(const Given& from, Collected& into) {
  const std::string id = from.root.text_under("id");
  if (id.empty()) {
    return false;
  }
  into.rulesets.insert_or_assign(id, ruleset_of(from.root));
  return true;
}

// ---- Actions
// -----------------------------------------------------------------------------------

bool read_subject(const Given& from, Collected& into) {
  const auto standard = flag_of(from.root, "use_default");
  if (!standard) {
    return false;
  }
  into.settings.subject =
      SubjectSettings{*standard, from.root.texts_under("include_claim_keys"),
                      flag_of(from.root, "use_immutable_subject"), from.root.where()};
  return true;
}

bool read_token(const Given& from, Collected& into) {
  const auto value = from.root.find("default_workflow_permissions");
  const std::string text = from.root.string_under("default_workflow_permissions");
  if (text != "read" && text != "write") {
    return false;
  }
  into.settings.tokens_write = text == "write";
  into.settings.tokens_where = value->where();
  into.settings.actions_approve = flag_of(from.root, "can_approve_pull_request_reviews");
  return true;
}

bool read_allowed(const Given& from, Collected& into) {
  const auto enabled = flag_of(from.root, "enabled");
  if (!enabled) {
    return false;
  }
  const auto value = from.root.find("allowed_actions");
  into.settings.allowed_actions = from.root.string_under("allowed_actions");
  into.settings.actions_where = value ? value->where() : from.root.where();
  return true;
}

bool read_secrets(const Given& from, Collected& into) {
  const auto items = items_under(from.root, "secrets");
  if (!items) {
    return false;
  }
  ++into.secret_lists;
  auto& secrets = into.settings.secrets;
  secrets = secrets.value_or(std::vector<std::string>());
  for (const Node& item : *items) {
    secrets->push_back(item.string_under("name"));
  }
  return true;
}

bool read_identity(const Given& from, Collected& into) {
  if (!is_repository(from.root)) {
    return false;
  }
  into.settings.id = from.root.text_under("id");
  into.settings.owner_id = from.root.find("owner")->text_under("id");
  into.settings.default_branch = from.root.string_under("default_branch");
  into.settings.visibility = from.root.string_under("visibility");
  into.settings.where = from.root.where();
  return true;
}

// ---- all together
// ------------------------------------------------------------------------------

/// False when the answer is not what its endpoint gives.
using ReadAnswer = bool (*)(const Given& from, Collected& into);

constexpr std::array<std::pair<std::string_view, ReadAnswer>, 13> kAnswers = {{
    {"", read_identity},
    {"/environments", read_environments},
    {"/environments/{environment_name}/deployment-branch-policies", read_branch_policies},
    {"/environments/{environment_name}/deployment_protection_rules", read_custom_rules},
    {"/branches", read_branches},
    {"/branches/{branch}/protection", read_protection},
    {"/rulesets", read_rulesets},
    {"/rulesets/{ruleset_id}", read_ruleset},
    {"/actions/oidc/customization/sub", read_subject},
    {"/actions/permissions/workflow", read_token},
    {"/actions/permissions", read_allowed},
    {"/actions/secrets", read_secrets},
    {"/actions/organization-secrets", read_secrets},
}};

void finish_environments(Collected& from) {
  if (!from.settings.environments) {
    return;
  }
  const auto& branches = from.settings.branches;
  // Where no branch is protected, "protected branches only" keeps none out.
  const bool none_protected =
      branches && std::none_of(branches->begin(), branches->end(),
                               [](const BranchSettings& one) { return one.is_protected; });
  for (EnvironmentSettings& environment : *from.settings.environments) {
    if (environment.refs == EnvironmentRefs::Protected && none_protected) {
      environment.refs = EnvironmentRefs::Any;
    }
    environment.other_rules = environment.other_rules || from.custom_rules[environment.name];
    const auto policies = from.policies.find(environment.name);
    if (environment.refs != EnvironmentRefs::Listed || policies == from.policies.end()) {
      continue;
    }
    environment.branches.emplace();
    for (const auto& [name, tag] : policies->second) {
      (tag ? environment.tags : *environment.branches).push_back(name);
    }
  }
}

RepositorySettings finished(Collected from) {
  finish_environments(from);
  if (from.secret_lists < 2 && from.settings.secrets && from.settings.secrets->empty()) {
    from.settings.secrets.reset();
  }
  if (from.settings.branches) {
    for (BranchSettings& branch : *from.settings.branches) {
      if (const auto found = from.protections.find(branch.name); found != from.protections.end()) {
        branch.needs_another = found->second.needs_another;
        branch.by_one_approval = found->second.by_one_approval;
        branch.where = found->second.where;
      }
    }
  }
  if (from.settings.rulesets) {
    for (const std::string& id : from.ruleset_ids) {
      from.settings.rulesets->push_back(from.rulesets[id]);
    }
  }
  return std::move(from.settings);
}

/// Reads one document after the other.
class SettingsReader {
 public:
  void read(const Document& document);

  Read take() {
    for (auto& [name, collected] : collected_) {
      read_.repositories.push_back(finished(std::move(collected)));
    }
    return std::move(read_);
  }

 private:
  void missed(const Document& document, const std::string& why) {
    read_.not_covered.push_back({document.source.path(), why, true});
  }

  Read read_;
  std::map<std::string, Collected> collected_;
  /// Which answers were there, each with the names in its address.
  std::set<std::string> seen_;
};

/// All that tells one question from another.
std::string question_of(const Given& from) {
  std::string question = from.repository + " " + from.endpoint;
  for (const std::string_view name : {"environment_name", "branch", "ruleset_id"}) {
    question += " " + name_in(from, name);
  }
  return question;
}

void SettingsReader::read(const Document& document) {
  text::Limits limits;
  limits.bytes = document.bytes.size() + 1;
  limits.expanded_nodes = document.bytes.size() + 1;
  const auto tree = text::parse_json(document.bytes, document.source, limits);
  if (!tree) {
    missed(document, "settings of a repository: " + tree.error().message);
    return;
  }
  const auto from = given(tree.value().root());
  if (!from || from->repository.empty()) {
    missed(document, "settings of a repository that is not named");
    return;
  }
  const auto answer = std::find_if(kAnswers.begin(), kAnswers.end(),
                                   [&](const auto& one) { return one.first == from->endpoint; });
  Collected& into = collected_[from->repository];
  into.settings.name = from->repository;
  into.settings.collected = into.settings.collected || from->root.find("muster").has_value();
  if (answer == kAnswers.end()) {
    return;  // names, roles and tags: facts that no rule asks for yet
  }
  if (!seen_.insert(question_of(*from)).second) {
    missed(document,
           "settings of " + from->repository + ": another file answers the same question");
    return;
  }
  if (!answer->second(*from, into)) {
    missed(document, "settings of " + from->repository + ": not an answer to `" +
                         std::string(kEndpoint) + from->endpoint + "`");
  }
}

}  // namespace

bool is_answer(const Node& root) {
  return root.is(Type::Mapping) && given(root).has_value();
}

bool names_answer(std::string_view bytes) {
  const auto has = [&](std::string_view word) {
    return bytes.find(word) != std::string_view::npos;
  };
  return (has("\"muster\"") && has("\"GET /repos/")) ||
         (has("\"environments\"") && has("\"protection_rules\""));
}

Read read_settings(const std::vector<Document>& documents) {
  SettingsReader reader;
  for (const Document& document : documents) {
    if (document.kind == DocumentKind::GithubSettings) {
      reader.read(document);
    }
  }
  return reader.take();
}

}  // namespace muster::settings
