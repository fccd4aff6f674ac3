// The prover decides about the known texts; what is unknown may then only make the answer worse.
#include "app/gate_compare.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "checks/iac/cloudformation.h"
#include "checks/policy/catalogue.h"

namespace muster::app {
namespace {

using prover::Answer;

const std::vector<std::string>& open_of(const GateSubject* subject) {
  static const std::vector<std::string> kNone;
  return subject == nullptr ? kNone : subject->open;
}

/// What is in `a` and not in `b`; both sorted.
std::vector<std::string> beyond(const std::vector<std::string>& a,
                                const std::vector<std::string>& b) {
  std::vector<std::string> rest;
  std::ranges::set_difference(a, b, std::back_inserter(rest));
  return rest;
}

/// A level with an unknown text may let anything through: then none is asked.
bool has_scp_gap(const GateSubject& subject) {
  return subject.scp && std::ranges::any_of(*subject.scp, [](const auto& level) {
           return std::ranges::any_of(level, [](const auto& policy) { return !policy.policy; });
         });
}

Side side_of(const GateSubject* subject) {
  Side side;
  side.stack.identity.emplace();
  if (subject == nullptr) {
    side.name = "before";
    return side;
  }
  side.name = subject->title;
  side.has_principals = subject->kind != SubjectKind::Permissions;
  for (const iam::IdentityPolicy& policy : subject->policies) {
    if (policy.policy) {
      side.stack.identity->push_back(*policy.policy);
    }
  }
  if (subject->boundary && subject->boundary->policy) {
    side.stack.boundary.emplace().push_back(*subject->boundary->policy);
    side.layered = true;
  }
  if (subject->scp && !has_scp_gap(*subject)) {
    auto& levels = side.stack.scp.emplace();
    for (const auto& level : *subject->scp) {
      auto& texts = levels.emplace_back();
      for (const iam::IdentityPolicy& policy : level) {
        texts.push_back(*policy.policy);
      }
    }
    side.layered = true;
  }
  return side;
}

/// The same without what limits it.
Side own_side_of(const GateSubject* subject) {
  Side side = side_of(subject);
  side.stack.boundary.reset();
  side.stack.scp.reset();
  side.layered = false;
  return side;
}

/// The first policy without text, for people.
std::string first_gap(const GateSubject& subject) {
  std::vector<iam::IdentityPolicy> all = subject.policies;
  if (subject.boundary) {
    all.push_back(*subject.boundary);
  }
  for (const auto& level : subject.scp.value_or(std::vector<std::vector<iam::IdentityPolicy>>())) {
    all.insert(all.end(), level.begin(), level.end());
  }
  for (const iam::IdentityPolicy& policy : all) {
    if (!policy.policy) {
      return "policy `" + policy.name + "` has no text here: " + policy.missing;
    }
  }
  return "a policy has no text here";
}

bool names_stand_in(const std::string& statement) {
  return statement.find(iac::kSomeAccount) != std::string::npos ||
         statement.find(iac::kSomeRegion) != std::string::npos ||
         statement.find("-generated") != std::string::npos;
}

std::string boundary_text(const GateSubject* subject) {
  if (subject == nullptr || !subject->boundary) {
    return "none";
  }
  GateSubject only;
  only.policies = {*subject->boundary};
  std::string text = subject->boundary->policy ? "" : subject->boundary->arn + "?";
  for (const std::string& statement : printed_statements(only, std::nullopt)) {
    text += statement;
  }
  return text;
}

/// Each level on a line of its own.
std::string scp_text(const GateSubject* subject) {
  if (subject == nullptr || !subject->scp) {
    return "none";
  }
  std::string text;
  for (const auto& level : *subject->scp) {
    GateSubject only;
    only.policies = level;
    for (const iam::IdentityPolicy& policy : level) {
      text += policy.policy ? "" : policy.name + "?";
    }
    for (const std::string& statement : printed_statements(only, std::nullopt)) {
      text += statement;
    }
    text += "\n";
  }
  return text;
}

/// Why "nothing new" about the known texts does not settle the whole; empty when it does.
///
/// An unknown text that both sides have allows the same on both, but a Deny that went away may have
/// limited it. The same holds for a Deny on a stand-in, which in the stack is another name.
std::string unsettled(const SubjectPair& pair) {
  const std::vector<std::string> added = beyond(open_of(pair.after), open_of(pair.before));
  const std::vector<std::string> gone = beyond(open_of(pair.before), open_of(pair.after));
  if (!added.empty()) {
    return first_gap(*pair.after);
  }
  if (!gone.empty()) {
    return "what went away may have held a Deny: " + first_gap(*pair.before);
  }
  const bool open = !open_of(pair.after).empty();
  if (pair.before == nullptr) {
    return "";
  }
  const std::vector<std::string> lost =
      beyond(printed_statements(*pair.before, policy::Effect::Deny),
             printed_statements(*pair.after, policy::Effect::Deny));
  if (!lost.empty() && (open || std::ranges::any_of(lost, names_stand_in))) {
    return "a Deny went away, and what it denied is known only after deployment";
  }
  const bool bounded = pair.before->boundary.has_value();
  if (boundary_text(pair.before) != boundary_text(pair.after) && bounded &&
      (open || !pair.before->boundary->policy)) {
    return "the permissions boundary changed, and not all texts are known";
  }
  if (scp_text(pair.before) != scp_text(pair.after) && pair.before->scp &&
      (open || has_scp_gap(*pair.before))) {
    return "policies of the organisation changed, and not all texts are known";
  }
  return "";
}

bool is_unchanged(const SubjectPair& pair) {
  return pair.before != nullptr && pair.after != nullptr &&
         open_of(pair.before) == open_of(pair.after) &&
         printed_statements(*pair.before, std::nullopt) ==
             printed_statements(*pair.after, std::nullopt) &&
         boundary_text(pair.before) == boundary_text(pair.after) &&
         scp_text(pair.before) == scp_text(pair.after);
}

class Judge {
 public:
  void finding(GateFinding& finding);

 private:
  void grown(GateFinding& finding, const Answer& answer);
  void not_grown(GateFinding& finding, std::size_t before, std::size_t after);
  void hold_back(GateFinding& finding);

  prover::Prover prover_{{}, &policy::embedded_catalogue()};
};

/// A request that is new as far as the texts are known.
void Judge::grown(GateFinding& finding, const Answer& answer) {
  const SubjectPair& pair = finding.pair;
  finding.witness = answer.witness;
  finding.only_new_actions = answer.only_new_actions;
  finding.no_real_request = answer.no_real_request;
  const bool hidden = pair.before != nullptr && !pair.before->open.empty();
  const bool bounded = pair.after->boundary && !pair.after->boundary->policy;
  if (hidden) {
    // An unknown text of the old side may have allowed it.
    finding.change = GateChange::Undecided;
    finding.reason = "the request may have been allowed before: " + first_gap(*pair.before);
  } else if (bounded) {
    finding.change = GateChange::Undecided;
    finding.reason = "the boundary may refuse the request: " + first_gap(*pair.after);
  } else if (has_scp_gap(*pair.after)) {
    finding.change = GateChange::Undecided;
    finding.reason = "the organisation may refuse the request: " + first_gap(*pair.after);
  } else {
    finding.change = pair.before == nullptr ? GateChange::Added : GateChange::Widened;
  }
}

void Judge::not_grown(GateFinding& finding, std::size_t before, std::size_t after) {
  finding.reason = unsettled(finding.pair);
  if (!finding.reason.empty()) {
    finding.change = GateChange::Undecided;
  } else if (finding.pair.before == nullptr) {
    finding.change = GateChange::Empty;
  } else {
    finding.change = prover_.within(before, after).verdict == prover::Verdict::Yes
                         ? GateChange::Equal
                         : GateChange::Narrowed;
  }
}

/// What the own policies newly allow for themselves.
void Judge::hold_back(GateFinding& finding) {
  if (!finding.after.stack.boundary && !finding.after.stack.scp) {
    return;
  }
  const std::size_t before = prover_.add(own_side_of(finding.pair.before).stack);
  const std::size_t after = prover_.add(own_side_of(finding.pair.after).stack);
  Answer answer = prover_.within(after, before);
  if (answer.verdict == prover::Verdict::No) {
    finding.held_back = std::move(answer.witness);
  }
}

void Judge::finding(GateFinding& finding) {
  const SubjectPair& pair = finding.pair;
  if (pair.after == nullptr) {
    finding.change = GateChange::Removed;
    return;
  }
  if (is_unchanged(pair)) {
    finding.change = GateChange::Unchanged;
    return;
  }
  finding.before = side_of(pair.before);
  finding.after = side_of(pair.after);
  const std::size_t before = prover_.add(finding.before.stack);
  const std::size_t after = prover_.add(finding.after.stack);
  const Answer answer = prover_.within(after, before);
  switch (answer.verdict) {
    case prover::Verdict::Yes:
      not_grown(finding, before, after);
      if (finding.change != GateChange::Undecided) {
        hold_back(finding);
      }
      return;
    case prover::Verdict::Undecided:
      finding.change = GateChange::Undecided;
      finding.reason = answer.reason;
      finding.witness = answer.witness;
      return;
    case prover::Verdict::No:
      grown(finding, answer);
  }
  const bool other_way = pair.before != nullptr && finding.change == GateChange::Widened &&
                         prover_.within(before, after).verdict == prover::Verdict::No;
  finding.change = other_way ? GateChange::Incomparable : finding.change;
}

}  // namespace

const char* to_string(GateChange change) {
  switch (change) {
    case GateChange::Unchanged:
      return "unchanged";
    case GateChange::Equal:
      return "equal";
    case GateChange::Narrowed:
      return "narrowed";
    case GateChange::Removed:
      return "removed";
    case GateChange::Empty:
      return "empty";
    case GateChange::Undecided:
      return "undecided";
    case GateChange::Widened:
      return "widened";
    case GateChange::Incomparable:
      return "incomparable";
    case GateChange::Added:
      return "added";
  }
  return "undecided";
}

bool is_new_access(GateChange change) {
  return change == GateChange::Widened || change == GateChange::Incomparable ||
         change == GateChange::Added;
}

std::vector<GateFinding> judge(const std::vector<SubjectPair>& pairs) {
  std::vector<GateFinding> findings;
  Judge judge;
  for (const SubjectPair& pair : pairs) {
    GateFinding& finding = findings.emplace_back();
    finding.pair = pair;
    judge.finding(finding);
  }
  return findings;
}

}  // namespace muster::app
