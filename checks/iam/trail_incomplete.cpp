// Calls to AWS are not recorded wherever they are made: no trail of the account is at work in all
// regions, with the events of global services. Without it nobody can say later who changed a role.
// Source: AWS CloudTrail User Guide, "Understanding multi-Region trails and opt-in Regions"; API
// Reference, Trail: a trail of all regions is told in each of them, one of an organisation in each
// member.
#include <map>

#include "checks/iam/aws_answers.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

struct Trail {
  std::string arn;
  std::string name;
  bool all_regions = false;
  bool global_services = false;
  /// What it records is chosen, and the choice is not among the facts.
  bool chosen = false;
  SourceRef where;
};

struct TrailsOfAccount {
  std::map<std::string, Trail> trails;
  SourceRef where;
};

/// ARN of a trail -> whether it records now; of several answers one that says no counts.
std::map<std::string, bool> recording(const AwsAnswers& answers) {
  std::map<std::string, bool> result;
  answers.of("cloudtrail:GetTrailStatus", [&](const text::Node& status, const AwsAnswer&) {
    const std::string name = status.find("muster")->string_under("Name");
    bool& records = result.try_emplace(name, true).first->second;
    records = records && status.flag_under("IsLogging");
  });
  return result;
}

std::map<std::string, TrailsOfAccount> accounts_in(const AwsAnswers& answers) {
  std::map<std::string, TrailsOfAccount> accounts;
  for (const AwsAnswer& answer : answers.all()) {
    const auto list = answer.tree.root().find("trailList");
    if (!list || answer.account.empty()) {
      continue;
    }
    TrailsOfAccount& account =
        accounts.try_emplace(answer.account, TrailsOfAccount{{}, list->where()}).first->second;
    for (const text::Node& one : list->items()) {
      const std::string arn = one.string_under("TrailARN");
      account.trails.try_emplace(
          arn, Trail{arn, one.string_under("Name"), one.flag_under("IsMultiRegionTrail"),
                     one.flag_under("IncludeGlobalServiceEvents"),
                     one.flag_under("HasCustomEventSelectors"), one.where()});
    }
  }
  return accounts;
}

/// What keeps a trail from recording everything; empty = nothing that is known.
std::string lack_of(const Trail& trail, const std::map<std::string, bool>& recording) {
  const auto status = recording.find(trail.arn);
  return !trail.all_regions                             ? "records one region alone"
         : !trail.global_services                       ? "leaves out IAM and STS"
         : status != recording.end() && !status->second ? "is stopped"
                                                        : "";
}

/// What is not known of a trail that lacks nothing else.
std::string open_of(const Trail& trail, const std::map<std::string, bool>& recording) {
  return !recording.contains(trail.arn)
             ? "whether trail `" + trail.name +
                   "` records is not among the facts: add `aws cloudtrail get-trail-status`"
         : trail.chosen ? "which events trail `" + trail.name +
                              "` records is chosen by its event selectors, which are not read"
                        : "";
}

void judge_trails(const std::string& id, const TrailsOfAccount& account,
                  const std::map<std::string, bool>& recording, Outcomes& out) {
  const Asset asset{"aws-account", id};
  std::vector<std::string> lacks;
  std::string open;
  for (const auto& [arn, trail] : account.trails) {
    const std::string lack = lack_of(trail, recording);
    const std::string unknown = lack.empty() ? open_of(trail, recording) : "";
    if (lack.empty() && unknown.empty()) {
      out.pass(asset, trail.where);
      return;
    }
    open = open.empty() ? unknown : open;
    if (!lack.empty()) {
      lacks.push_back("`" + trail.name + "` " + lack);
    }
  }
  if (!open.empty()) {
    out.undecided(asset, account.where, open);
    return;
  }
  out.fail(asset, account.where, {WitnessKind::Text, {{"account", {id}}, {"trails", lacks}}})
      .arg("account", id)
      .because(lacks.empty() ? "it has no trail" : "trail " + text::joined(lacks, ", "));
}

void trail_incomplete(const AuditInput& input, Outcomes& out) {
  const auto& answers = input.model<AwsAnswers>();
  const auto states = recording(answers);
  for (const auto& [id, account] : accounts_in(answers)) {
    judge_trails(id, account, states, out);
  }
}

const Register kTrailIncompleteCheck{
    "iam-trail-incomplete", trail_incomplete, {unreadable_aws_answers}};

}  // namespace
}  // namespace muster::iam
