// Which policy files belong to which roles. A wrong match gives wrong verdicts, so a doubt leaves
// the question open.
#include <algorithm>
#include <map>
#include <set>

#include "app/init_match.h"
#include "app/init_taken.h"
#include "checks/iam/documents.h"
#include "checks/intent/schema.h"
#include "checks/oidc/trusts.h"
#include "checks/workflow/presented.h"

namespace muster::app {
namespace {

using workflow::JobRun;

/// Whether the trust policy of a file lets one of the jobs in that take the role.
bool admits_a_job(const AuditInput& base, const std::string& file, const Taken& taken) {
  for (const oidc::Trust& trust : base.model<oidc::Trusts>().all()) {
    if (!trust.is_github() || !trust.role->arn.empty() || trust.role->source.path() != file) {
      continue;
    }
    for (const JobRun* run : taken.runs) {
      for (const workflow::Presented& set : workflow::presented(*run, base.intent())) {
        if (trust.search.admits_some(set.tokens).is_yes()) {
          return true;
        }
      }
    }
  }
  return false;
}

/// A file that no role of the facts came from, trusts GitHub, and can be named in muster.yaml.
std::vector<const iam::Role*> bare_trusts(const AuditInput& base) {
  std::vector<const iam::Role*> found;
  for (const iam::Role& role : base.model<iam::Roles>().all()) {
    if (role.arn.empty() && role.address.empty() && role.trust &&
        !base.model<oidc::Trusts>().github_of(role).empty()) {
      found.push_back(&role);
    }
  }
  return found;
}

/// Bare policies that could be a role's permissions: no trust policy, no principal.
std::vector<std::string> permission_files(const AuditInput& base) {
  std::vector<std::string> files;
  for (const Document& document : base.facts().documents) {
    if (document.kind != DocumentKind::IamPolicy ||
        !format_problem(IntentFormat::Path, document.source.path()).empty()) {
      continue;
    }
    const auto tree = iam::parse_account_json(document);
    if (tree && !iam::is_trust_policy(tree.value().root()) &&
        policy::parse_policy(document.bytes, document.source, policy::PolicyType::Identity)) {
      files.push_back(document.source.path());
    }
  }
  return files;
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
}

}  // namespace

void match_trusts(const AuditInput& base, std::vector<Taken>& taken, Draft& draft) {
  const std::vector<const iam::Role*> bare = bare_trusts(base);
  std::vector<std::string> files;
  for (const iam::Role* role : bare) {
    files.push_back(role->source.path());
  }
  std::vector<Taken*> open;
  std::vector<std::string> names;
  for (Taken& each : taken) {
    if (each.role.facts.empty()) {
      open.push_back(&each);
      names.push_back(each.role.arn.empty() ? each.role.name : iam::last_part(each.role.arn));
    }
  }
  // A role trusts providers of its own account only.
  const auto possible = [&](std::size_t file, const Taken& whose) {
    const std::string account(iam::arn_field(whose.role.arn, iam::kAccountField));
    return format_problem(IntentFormat::Path, files[file]).empty() &&
           (account.empty() || bare[file]->account.empty() || account == bare[file]->account);
  };
  std::set<std::size_t> used;
  const auto give = [&](std::size_t file, Taken& whose, std::string from) {
    whose.role.trust = {files[file], std::move(from)};
    used.insert(file);
  };
  if (files.size() == 1 && taken.size() == 1 && open.size() == 1 && possible(0, *open[0])) {
    give(0, *open[0], "the only trust policy here, for the only role");
  }
  for (const Match& match : used.empty() ? mutual_matches(files, names) : std::vector<Match>()) {
    Taken& whose = *open[match.role];
    const bool certain = match.fit != NameFit::Part || admits_a_job(base, files[match.file], whose);
    if (certain && !whose.role.arn.empty() && possible(match.file, whose)) {
      give(match.file, whose,
           match.fit == NameFit::Part ? "matched by name, and it admits the job"
                                      : "matched by name");
    }
  }
  for (std::size_t f = 0; f < files.size(); ++f) {
    if (used.contains(f)) {
      continue;
    }
    draft.unmatched_trusts.push_back(files[f]);
    for (Taken* whose : open) {
      if (whose->role.trust.value.empty() && possible(f, *whose)) {
        whose->role.trust_candidates.push_back(files[f]);
      }
    }
  }
}

void match_permissions(const AuditInput& base, std::vector<Taken>& taken) {
  const std::vector<std::string> files = permission_files(base);
  std::vector<std::string> names;
  for (const Taken& each : taken) {
    names.push_back(each.role.arn.empty() ? "" : iam::last_part(each.role.arn));
  }
  std::map<std::string, std::set<std::size_t>> owners;
  for (const std::string& file : files) {
    for (std::size_t r = 0; r < taken.size(); ++r) {
      const std::string& trust = taken[r].role.trust.value;
      const bool beside = !trust.empty() && folder_of(trust) == folder_of(file) &&
                          telling_words(trust) == telling_words(file);
      if (beside || name_fit(file, names[r]) == NameFit::Equal) {
        owners[file].insert(r);
      }
    }
  }
  for (const auto& [file, roles] : owners) {
    if (roles.size() == 1) {
      taken[*roles.begin()].role.permissions.push_back(file);
    }
  }
}

}  // namespace muster::app
