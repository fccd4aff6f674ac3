// Snapshots are changed as JSON, so that the reader is part of every test.
#include "tests/unit/escalation/snapshots.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "checks/policy/evaluate.h"

namespace muster::escalation::test {
namespace {

Facts facts_of(const ordered_json& snapshot) {
  Facts facts;
  facts.documents.push_back(
      {DocumentKind::AwsAccount, SourceId("facts/account.json"), snapshot.dump(1)});
  return facts;
}

/// 2026-11-01
TimePoint now() {
  return TimePoint{std::chrono::seconds{1793491200}};
}

bool is_user(const std::string& arn) {
  return arn.find(":user/") != std::string::npos;
}

const char* inline_list(const std::string& arn) {
  return is_user(arn) ? "UserPolicyList" : "RolePolicyList";
}

void add_managed(ordered_json& snapshot, const ordered_json& holder,
                 std::vector<ordered_json*>& documents) {
  for (const ordered_json& attached :
       holder.value("AttachedManagedPolicies", ordered_json::array())) {
    for (ordered_json& policy : snapshot["authorization_details"]["Policies"]) {
      if (policy["Arn"] != attached["PolicyArn"]) {
        continue;
      }
      for (ordered_json& version : policy["PolicyVersionList"]) {
        if (version["IsDefaultVersion"].get<bool>()) {
          documents.push_back(&version["Document"]);
        }
      }
    }
  }
}

std::vector<std::string> texts(const ordered_json& value) {
  return value.is_array() ? value.get<std::vector<std::string>>()
                          : std::vector<std::string>{value.get<std::string>()};
}

}  // namespace

Asked::Asked(const ordered_json& snapshot)
    : facts_(facts_of(snapshot)),
      input_(facts_, intent_, now()),
      graph_(std::make_unique<Graph>(Graph::build(input_))) {}

const iam::Principal* Asked::find(const std::string& arn) const {
  return input_.model<iam::Principals>().find(arn);
}

std::vector<ordered_json> snapshots(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; ++it) {
    if (it->path().extension() == ".json") {
      files.push_back(it->path());
    }
  }
  std::ranges::sort(files);
  std::vector<ordered_json> found;
  for (const auto& file : files) {
    std::ifstream in(file);
    found.push_back(ordered_json::parse(in));
    found.back()["file"] = file.stem().string();
  }
  return found;
}

std::string shared_snapshots() {
  const char* shared = std::getenv("MUSTER_SHARED");
  return std::string(shared == nullptr ? "../shared" : shared) + "/data/escalation";
}

ordered_json& entity(ordered_json& snapshot, const std::string& arn) {
  const char* list = is_user(arn) ? "UserDetailList" : "RoleDetailList";
  for (ordered_json& one : snapshot["authorization_details"][list]) {
    if (one["Arn"] == arn) {
      return one;
    }
  }
  throw std::runtime_error("no entity " + arn);
}

std::vector<ordered_json*> documents_of(ordered_json& snapshot, const std::string& arn) {
  ordered_json& holder = entity(snapshot, arn);
  std::vector<ordered_json*> documents;
  for (ordered_json& policy : holder[inline_list(arn)]) {
    documents.push_back(&policy["PolicyDocument"]);
  }
  add_managed(snapshot, holder, documents);
  for (const ordered_json& name : holder.value("GroupList", ordered_json::array())) {
    for (ordered_json& group : snapshot["authorization_details"]["GroupDetailList"]) {
      if (group["GroupName"] != name) {
        continue;
      }
      for (ordered_json& policy : group["GroupPolicyList"]) {
        documents.push_back(&policy["PolicyDocument"]);
      }
      add_managed(snapshot, group, documents);
    }
  }
  return documents;
}

std::vector<ordered_json*> statements_naming(const std::vector<ordered_json*>& documents,
                                             const std::string& action) {
  std::vector<ordered_json*> found;
  for (ordered_json* document : documents) {
    ordered_json& statements = (*document)["Statement"];
    if (statements.is_object()) {
      statements = ordered_json::array({statements});
    }
    for (ordered_json& statement : statements) {
      if (statement["Effect"] != "Allow" || !statement.contains("Action")) {
        continue;
      }
      const auto patterns = texts(statement["Action"]);
      if (std::ranges::any_of(patterns, [&](const std::string& pattern) {
            return policy::glob_match(policy::lower(pattern), policy::lower(action));
          })) {
        found.push_back(&statement);
      }
    }
  }
  return found;
}

void add_policy(ordered_json& snapshot, const std::string& arn, const ordered_json& statement) {
  entity(snapshot, arn)[inline_list(arn)].push_back(
      {{"PolicyName", "twin"},
       {"PolicyDocument",
        {{"Version", "2012-10-17"}, {"Statement", ordered_json::array({statement})}}}});
}

void set_boundary(ordered_json& snapshot, const std::string& arn, const ordered_json& statement) {
  const std::string policy = "arn:aws:iam::111122223333:policy/twin-boundary";
  entity(snapshot, arn)["PermissionsBoundary"] = {{"PermissionsBoundaryType", "Policy"},
                                                  {"PermissionsBoundaryArn", policy}};
  snapshot["authorization_details"]["Policies"].push_back(
      {{"PolicyName", "twin-boundary"},
       {"Arn", policy},
       {"PolicyVersionList",
        ordered_json::array(
            {{{"VersionId", "v1"},
              {"IsDefaultVersion", true},
              {"Document",
               {{"Version", "2012-10-17"}, {"Statement", ordered_json::array({statement})}}}}})}});
}

}  // namespace muster::escalation::test
