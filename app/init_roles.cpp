// First who is named where, then which files belong to whom, then what the policies add.
#include "app/init_roles.h"

#include <algorithm>
#include <set>

#include "app/init_infer.h"
#include "app/init_privilege.h"
#include "app/init_subjects.h"
#include "app/init_taken.h"
#include "checks/intent/schema.h"
#include "checks/oidc/trusts.h"
#include "checks/text/ascii.h"

namespace muster::app {
namespace {

using workflow::Credential;
using workflow::CredentialKind;
using workflow::JobRun;

/// What muster.yaml takes as an ARN, in IAM's own alphabet.
bool is_arn(const std::string& text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=,.@-/:";
  const std::string_view partition = std::string_view(text).substr(0, text.find(":iam:"));
  return text.size() <= 600 && format_problem(IntentFormat::RoleArn, text).empty() &&
         text.find_first_not_of(kAlphabet) == std::string::npos &&
         partition.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@/") ==
             std::string_view::npos &&
         iam::last_part(text).size() <= kLongestName && !iam::last_part(text).empty();
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return text::is_word_char(c) || c == '-'; });
}

/// The names behind `vars.`, `secrets.` and `env.` in a text, each once.
std::set<std::string> variables_in(std::string_view text) {
  std::set<std::string> names;
  for (const std::string_view prefix : {"vars.", "secrets.", "env."}) {
    for (std::size_t at = text.find(prefix); at != std::string_view::npos;
         at = text.find(prefix, at + 1)) {
      const bool inside = at > 0 && (text::is_word_char(text[at - 1]) || text[at - 1] == '.');
      std::size_t end = at + prefix.size();
      while (end < text.size() && text::is_word_char(text[end])) {
        ++end;
      }
      if (!inside && end > at + prefix.size() && end - at <= kLongestName) {
        names.emplace(text.substr(at + prefix.size(), end - at - prefix.size()));
      }
    }
  }
  return names;
}

/// `AWS_ROLE_ARN` becomes `aws-role-arn`.
std::string key_of(std::string_view name) {
  std::string key;
  for (const char c : name) {
    key += c == '_' ? '-' : text::lower(c);
  }
  return key;
}

class RoleFinder {
 public:
  RoleFinder(const AuditInput& base, Draft& draft) : base_(base), draft_(draft) {}

  void run() {
    take_credentials();
    take_facts();
    match_trusts(base_, taken_, draft_);
    match_permissions(base_, taken_);
    finish();
  }

 private:
  void take_credentials();
  void take_credential(const JobRun& run, const Credential& credential);
  void take_unknown(const JobRun& run, const Credential& credential);
  void ask_for_variables(const JobRun& run, const Credential& credential);
  void take_facts();
  void finish();
  void subjects(Taken& taken) const;
  void name_repository();
  void suggest_roles();
  void privilege(DraftRole& role, const iam::Roles& known) const;
  void trust_facts(DraftRole& role, const oidc::Trusts& trusts) const;

  Taken& taken(const std::string& arn, const std::string& written, const std::string& key);
  [[nodiscard]] std::string unused_key(const std::string& wanted, const std::string& arn) const;
  [[nodiscard]] std::string environment_of(const JobRun& run) const;
  [[nodiscard]] Intent intent_so_far() const;

  const AuditInput& base_;
  Draft& draft_;
  std::vector<Taken> taken_;
};

std::string RoleFinder::environment_of(const JobRun& run) const {
  if (!run.job->environment) {
    return "";
  }
  const auto names = workflow::resolve(run.job->environment->name.value, run.scope(base_.intent()));
  return names.only() != nullptr && names.only()->size() <= kLongestName ? *names.only() : "";
}

/// A key that no other role has: the name, else with the account, else with a number.
std::string RoleFinder::unused_key(const std::string& wanted, const std::string& arn) const {
  const auto is_used = [&](const std::string& key) {
    return std::any_of(taken_.begin(), taken_.end(),
                       [&](const Taken& other) { return other.role.name == key; });
  };
  std::string key = wanted;
  if (is_used(key) && !arn.empty()) {
    key = wanted + "-" + std::string(iam::arn_field(arn, iam::kAccountField));
  }
  const std::string stem = key;
  for (std::size_t i = 2; is_used(key); ++i) {
    key = stem + "-" + std::to_string(i);
  }
  return key;
}

Taken& RoleFinder::taken(const std::string& arn, const std::string& written,
                         const std::string& key) {
  const auto known = std::find_if(taken_.begin(), taken_.end(), [&](const Taken& other) {
    return arn.empty() ? other.role.written == written : other.role.arn == arn;
  });
  if (known != taken_.end()) {
    return *known;
  }
  Taken fresh;
  fresh.role.arn = arn;
  fresh.role.written = written;
  fresh.role.name = unused_key(key, arn);
  taken_.push_back(std::move(fresh));
  return taken_.back();
}

void RoleFinder::take_credentials() {
  for (const JobRun& run : base_.model<workflow::JobRuns>().all()) {
    for (const Credential& credential : run.recognised->credentials) {
      if (credential.kind != CredentialKind::StaticKeys) {
        take_credential(run, credential);
      }
    }
  }
}

void add_run(Taken& taken, const JobRun& run, const Credential& credential) {
  const bool chained = credential.kind == CredentialKind::Chained;
  taken.role.chained = chained && (taken.runs.empty() || taken.role.chained);
  add_place(taken.role.used, credential.role.where);
  taken.runs.push_back(&run);
}

void RoleFinder::take_credential(const JobRun& run, const Credential& credential) {
  for (const std::string& value : credential.role_arns.values) {
    if (is_arn(value)) {
      add_run(taken(value, value, iam::last_part(value)), run, credential);
    } else if (!value.empty()) {
      draft_.questions.push_back(
          {"`" + value + "` is taken as a role but is no ARN of one", credential.role.where});
    }
  }
  if (!credential.role_arns.known) {
    take_unknown(run, credential);
  }
}

/// A role whose ARN the repository does not hold. The same text in two environments is two roles.
void RoleFinder::take_unknown(const JobRun& run, const Credential& credential) {
  ask_for_variables(run, credential);
  std::set<std::string> names = variables_in(credential.role_arns.missing);
  if (names.empty()) {
    names = variables_in(credential.role.value);
  }
  if (names.empty()) {
    draft_.questions.push_back({"the role `" + credential.role.value + "` is not known: `" +
                                    credential.role_arns.missing + "` has no value here",
                                credential.role.where});
    return;
  }
  const std::string environment = environment_of(run);
  const std::string tail = iam::last_part(credential.role.value);
  const bool named = credential.role.value.starts_with("arn:") && is_word(tail);
  const std::string key =
      named ? tail : key_of(*names.begin()) + (environment.empty() ? "" : "-" + environment);
  const std::string written = "`" + credential.role.value.substr(0, kLongestName) + "`" +
                              (environment.empty() ? "" : " in environment `" + environment + "`");
  add_run(taken("", written, key), run, credential);
}

void add_variable(std::vector<DraftVariable>& variables, DraftVariable wanted) {
  const auto known = std::find_if(variables.begin(), variables.end(),
                                  [&](const DraftVariable& v) { return v.name == wanted.name; });
  if (known == variables.end()) {
    variables.push_back(std::move(wanted));
  } else {
    add_place(known->used, wanted.used.front());
  }
}

void RoleFinder::ask_for_variables(const JobRun& run, const Credential& credential) {
  std::set<std::string> names = variables_in(credential.role_arns.missing);
  names.merge(variables_in(credential.role.value));
  const bool whole = names.size() == 1 && !credential.role.value.starts_with("arn:");
  const std::string environment = environment_of(run);
  const auto known = std::find_if(draft_.environments.begin(), draft_.environments.end(),
                                  [&](const DraftEnvironment& e) { return e.name == environment; });
  for (const std::string& name : names) {
    auto& list = known == draft_.environments.end() ? draft_.variables : known->variables;
    add_variable(list, {name,
                        whole ? "arn:aws:iam::111122223333:role/NAME" : "VALUE",
                        {},
                        {credential.role.where}});
  }
}

/// Roles of the account facts: those that workflows name are marked, others are added when GitHub
/// can assume them for this repository.
void RoleFinder::take_facts() {
  const auto& trusts = base_.model<oidc::Trusts>();
  const std::string& repository = base_.intent().repository;
  for (const iam::Role& role : base_.model<iam::Roles>().all()) {
    if (role.arn.empty() || !is_arn(role.arn)) {
      continue;
    }
    const auto named = std::find_if(taken_.begin(), taken_.end(),
                                    [&](const Taken& taken) { return taken.role.arn == role.arn; });
    const auto github = trusts.github_of(role);
    const bool ours = std::any_of(github.begin(), github.end(), [&](const oidc::Trust* trust) {
      const auto repositories = trust->search.literal_repositories();
      return repository.empty() || text::one_of(repository, repositories);
    });
    if (named == taken_.end() && !ours) {
      ++draft_.other_roles;
      continue;
    }
    taken(role.arn, role.arn, iam::last_part(role.arn)).role.facts = role.source.path();
  }
}

/// The draft as an intent, so that the models join the files with the roles.
Intent RoleFinder::intent_so_far() const {
  Intent intent = base_.intent();
  for (const Taken& taken : taken_) {
    IntentRole role;
    role.name = taken.role.name;
    role.arn = taken.role.arn;
    role.trust_file = taken.role.trust.value;
    role.permission_files = taken.role.permissions;
    intent.roles.push_back(std::move(role));
  }
  return intent;
}

void RoleFinder::subjects(Taken& taken) const {
  if (!taken.role.chained) {
    taken.role.subjects = infer_subjects(taken.runs, base_.intent());
  }
  // A subject without a repository would mean this environment or branch of anybody's.
  for (DraftSubject& subject : taken.role.subjects) {
    subject.open = subject.open || base_.intent().repository.empty();
  }
  for (const JobRun* run : taken.runs) {
    const std::string environment = environment_of(*run);
    auto& list = taken.role.environments;
    if (!environment.empty() && !text::one_of(environment, list)) {
      list.push_back(environment);
    }
  }
}

void RoleFinder::privilege(DraftRole& role, const iam::Roles& known) const {
  const iam::Role* found = known.declared_as(role.name);
  if (found == nullptr) {
    role.privilege_from = "nothing is known about its permissions";
    return;
  }
  const PrivilegeGuess guess = infer_privilege(*found);
  role.privilege = guess.privilege;
  role.privilege_from = guess.from;
}

void RoleFinder::trust_facts(DraftRole& role, const oidc::Trusts& trusts) const {
  for (const oidc::Trust* trust : trusts.github()) {
    if (trust->role->intent == nullptr || trust->role->intent->name != role.name) {
      continue;
    }
    for (const std::string& repository : trust->search.literal_repositories()) {
      if (repository != base_.intent().repository && !base_.intent().repository.empty() &&
          repository.size() <= kLongestName &&
          format_problem(IntentFormat::Repository, repository).empty()) {
        role.other_repositories.push_back(repository);
      }
    }
  }
}

/// What the trust policies name is a hint, no certainty: a mistake in them is what the audit is to
/// find.
void RoleFinder::name_repository() {
  std::set<std::string> names;
  for (const oidc::Trust* trust : base_.model<oidc::Trusts>().github()) {
    for (const std::string& name : trust->search.literal_repositories()) {
      names.insert(name);
    }
  }
  const bool one = base_.intent().repository.empty() && names.size() == 1;
  if (one && names.begin()->size() <= kLongestName &&
      format_problem(IntentFormat::Repository, *names.begin()).empty()) {
    draft_.named_repository = *names.begin();
  }
}

/// Roles that no workflow names may be what a variable stands for.
void RoleFinder::suggest_roles() {
  std::vector<std::string> unnamed;
  for (const DraftRole& role : draft_.roles) {
    if (role.used.empty() && !role.arn.empty()) {
      unnamed.push_back(role.arn);
    }
  }
  std::vector<DraftVariable*> variables;
  for (DraftVariable& variable : draft_.variables) {
    variables.push_back(&variable);
  }
  for (DraftEnvironment& environment : draft_.environments) {
    for (DraftVariable& variable : environment.variables) {
      variables.push_back(&variable);
    }
  }
  for (DraftVariable* variable : variables) {
    if (variable->placeholder.starts_with("arn:")) {
      variable->candidates = unnamed;
    }
  }
}

void RoleFinder::finish() {
  const Intent intent = intent_so_far();
  const AuditInput joined(base_.facts(), intent, base_.now());
  for (Taken& taken : taken_) {
    subjects(taken);
    privilege(taken.role, joined.model<iam::Roles>());
    trust_facts(taken.role, joined.model<oidc::Trusts>());
    ask_about(taken.role, draft_);
    draft_.roles.push_back(std::move(taken.role));
  }
  name_repository();
  suggest_roles();
}

}  // namespace

void infer_roles(const AuditInput& base, Draft& draft) {
  RoleFinder(base, draft).run();
}

std::string place(const SourceRef& where) {
  return where.source.path() + (where.span.line == 0 ? "" : ":" + std::to_string(where.span.line));
}

void add_place(std::vector<SourceRef>& used, const SourceRef& where) {
  const bool known = std::any_of(used.begin(), used.end(), [&](const SourceRef& other) {
    return place(other) == place(where);
  });
  if (!known) {
    used.push_back(where);
  }
}

}  // namespace muster::app
