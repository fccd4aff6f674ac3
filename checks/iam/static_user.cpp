// An IAM user whose access key works. Worth most where the pipeline is known to use it: a workflow
// bears the key's id, or a role of the pipeline trusts the user; less where some workflow takes its
// keys from secrets, so that it may be this one; little where nothing ties it to the pipeline.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "checks/core/run.h"
#include "checks/iam/access_keys.h"
#include "checks/iam/account.h"
#include "checks/iam/callers.h"
#include "checks/workflow/jobs.h"

namespace muster::iam {
namespace {

/// What the workflows say about static keys.
struct WorkflowKeys {
  bool any = false;
  std::vector<std::string> texts;
};

WorkflowKeys workflow_keys(const AuditInput& input) {
  WorkflowKeys found;
  for (const auto& runs : input.model<workflow::JobRuns>().by_job()) {
    for (const auto& credential : runs.front()->recognised->credentials) {
      if (credential.kind == workflow::CredentialKind::StaticKeys) {
        found.any = true;
        found.texts.push_back(credential.key_text);
      }
    }
  }
  return found;
}

bool is_trusted(const AuditInput& input, const std::string& user_arn) {
  for (const Role& role : input.model<Roles>().all()) {
    if (!role.trust || user_arn.empty()) {
      continue;
    }
    for (const TrustedPrincipal& trusted : trusted_principals(role)) {
      if (trusted.principal->value.value == user_arn) {
        return true;
      }
    }
  }
  return false;
}

struct Weight {
  Severity severity = Severity::Low;
  const char* why = "nothing ties it to the pipeline";
};

Weight weight_of(const AuditInput& input, const WorkflowKeys& workflows, const AccessKey& key,
                 const std::string& user_arn) {
  if (key.user == "<root_account>") {
    return {Severity::Critical, "the root user may do everything, and nothing can limit it"};
  }
  const bool named =
      std::any_of(workflows.texts.begin(), workflows.texts.end(), [&](const std::string& text) {
        return !key.id.empty() && text.find(key.id) != std::string::npos;
      });
  if (named) {
    return {Severity::High, "a workflow bears this key's id"};
  }
  if (is_trusted(input, user_arn)) {
    return {Severity::High, "a role trusts this user"};
  }
  return workflows.any ? Weight{Severity::Medium, "a workflow takes its keys from secrets"}
                       : Weight{};
}

std::string age_of(const AccessKey& key) {
  return (key.created ? "made on " + to_utc(*key.created).substr(0, 10) : "of unknown age") +
         (key.usage.empty() ? "" : ", " + key.usage);
}

Witness key_witness(const AccessKey& key) {
  return key.id.empty()
             ? Witness{WitnessKind::Text, {{"access-key", {std::to_string(key.number)}}}}
             : Witness{WitnessKind::Text, {{"access-key-id", {key.id.substr(0, 8) + "…"}}}};
}

void judge(const AuditInput& input, const WorkflowKeys& workflows,
           const std::vector<const AccessKey*>& keys, Outcomes& out) {
  const std::string& arn = keys.front()->arn;
  const Asset asset{"iam-user", arn.empty() ? keys.front()->user : arn};
  // One whose id is known says more.
  auto active = std::ranges::find_if(
      keys, [](const AccessKey* key) { return key->active && !key->id.empty(); });
  active = active == keys.end() ? std::ranges::find_if(keys, &AccessKey::active) : active;
  if (active == keys.end()) {
    out.pass(asset, keys.front()->where);
    return;
  }
  const Weight weight = weight_of(input, workflows, **active, arn);
  out.fail(asset, (*active)->where, key_witness(**active))
      .arg("age", age_of(**active))
      .arg("why", weight.why)
      .severity(weight.severity);
}

void static_user(const AuditInput& input, Outcomes& out) {
  std::map<std::string, std::vector<const AccessKey*>> by_user;
  for (const AccessKey& key : input.model<AccessKeys>().all()) {
    by_user[key.arn.empty() ? key.user : key.arn].push_back(&key);
  }
  if (by_user.empty()) {
    return;
  }
  const WorkflowKeys workflows = workflow_keys(input);
  for (const auto& [user, keys] : by_user) {
    judge(input, workflows, keys, out);
  }
}

const Register kStaticUserCheck{"iam-static-user", static_user, {unreadable_access_keys}};

}  // namespace
}  // namespace muster::iam
