// A path from an event to production that nothing holds back. One outcome per path;
// a role that admits more than was meant is left to the oidc rules.
#include "checks/workflow/paths.h"

namespace muster::workflow {
namespace {

Witness path_witness(const DeliveryPath& path) {
  Witness witness{WitnessKind::Path, {}};
  for (const PathStep& step : path.steps) {
    const std::string text = step.text + " (" + to_string(step.where) + ")";
    if (!witness.fields.empty() && witness.fields.back().name == step.kind) {
      witness.fields.back().values.push_back(text);
    } else {
      witness.fields.push_back({step.kind, {text}});
    }
  }
  return witness;
}

std::string how_it_goes(const DeliveryPath& path) {
  const std::string name = path.known_role != nullptr ? path.known_role->name : path.role;
  const std::string as = name.empty() ? "" : " as role `" + name + "`";
  return path.job.empty() ? "with a workflow of their own" + as
                          : "by `" + path.event + "` through job `" + path.job + "`" + as;
}

/// What is on the way although it holds nobody back, and what the role may do.
std::string path_remarks(const DeliveryPath& path) {
  std::string words;
  for (const Gate& gate : path.gates) {
    if (!gate.counts) {
      words += (words.empty() ? "" : "; ") + gate.words;
    }
  }
  if (!path.changes.some.empty()) {
    words += (words.empty() ? "" : "; ") + std::string("the role may call `") +
             path.changes.some.front().action + "`";
  }
  return words;
}

/// Whether GitHub says that only people whom the owner let in can see the repository.
bool is_hidden(const Intent& intent) {
  return intent.settings &&
         (intent.settings->visibility == "private" || intent.settings->visibility == "internal");
}

void report_path(const DeliveryPath& path, const Intent& intent, Outcomes& out) {
  if (path.kind != EnvironmentClass::Production || !path.said_by.empty()) {
    return;
  }
  if (path.verdict == PathVerdict::Undecided) {
    out.undecided(path.asset, path.where, path.reason).anchor(path.anchor);
    return;
  }
  if (!path.is_finding() && path.verdict != PathVerdict::Presumed) {
    out.pass(path.asset, path.where).anchor(path.anchor);
    return;
  }
  const bool outsiders = path.verdict == PathVerdict::OpenToOutsiders;
  const bool presumed = path.verdict == PathVerdict::Presumed;
  OutcomeDraft draft = out.fail(path.asset, path.where, path_witness(path));
  draft.anchor(path.anchor)
      .environment(path.environment)
      .arg("who", !outsiders          ? "all who have write access"
                  : is_hidden(intent) ? "all who may read the repository"
                                      : "outsiders")
      .arg("how", how_it_goes(path))
      .arg("hold", presumed ? "whether reviewers hold them back is not declared"
                            : "nothing holds them back")
      .severity(outsiders && !is_hidden(intent) ? Severity::Critical
                : presumed                      ? Severity::Info
                                                : Severity::High);
  if (std::string words = path_remarks(path); !words.empty()) {
    draft.because(std::move(words));
  }
  if (!path.steps.empty()) {
    draft.related(path.steps.front().where, "where it begins");
  }
}

void ungated_path(const AuditInput& input, Outcomes& out) {
  const DeliveryPaths& paths = input.model<DeliveryPaths>();
  for (const DeliveryPath& path : paths.all()) {
    report_path(path, input.intent(), out);
  }
  if (paths.cut_off()) {
    const DeliveryPath& last = paths.all().back();
    out.undecided(last.asset, last.where,
                  "there are more than " + std::to_string(DeliveryPaths::kMaxPaths) +
                      " paths, and the others were not judged")
        .anchor("more paths");
  }
}

const Register kUngatedPathCheck{
    "workflow-ungated-path", ungated_path, {unreadable_workflows, iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::workflow
