// Most questions are settled by one request without context; the prover decides the others.
#include "checks/iam/powers.h"

#include <algorithm>
#include <utility>

#include "checks/iam/requests.h"
#include "checks/policy/glob.h"

namespace muster::iam {
namespace {

using policy::has_wildcard;

policy::Request plain_request(const Role& role, const Reach& reach) {
  policy::Request request;
  request.principal = role.arn;
  request.action = reach.action;
  request.resource = reach.resource;
  return request;
}

void look_at_all(const std::vector<policy::Policy>& policies, OwnKeys& keys) {
  for (const policy::Policy& policy : policies) {
    keys.look_at(policy);
  }
}

bool is_deny(const policy::Statement& statement) {
  return statement.effect == policy::Effect::Deny;
}

/// Whether some Allow statement speaks about the action and resource, whatever its conditions.
bool could_allow(const std::vector<policy::Policy>& policies, const policy::Request& request) {
  for (const policy::Policy& policy : policies) {
    for (const policy::Statement& statement : policy.statements) {
      if (is_deny(statement)) {
        continue;
      }
      const auto trace = policy::evaluate_statement(statement, policy.version, request);
      if (trace.truth != policy::Truth::No || trace.part == policy::StatementPart::Condition) {
        return true;
      }
    }
  }
  return false;
}

/// Whether the clauses of the question hold for the request.
bool is_asked(const Reach& reach, const policy::Request& request) {
  return std::all_of(
      reach.context.begin(), reach.context.end(), [&](const policy::Condition& clause) {
        return policy::evaluate_condition(clause, policy::Version::V2012_10_17, request) ==
               policy::Truth::Yes;
      });
}

std::string doubt_about(const Reach& reach, const std::string& reason) {
  return "whether `" + reach.action + "` is allowed is not decided: " + reason;
}

}  // namespace

Powers::Powers(const PipelineRole& role, const prover::Budget& budget)
    : role_(*role.role),
      budget_(budget),
      limits_(to_stack(role.limits)),
      is_limited_(limits_.boundary || limits_.scp || !limits_.open.empty()),
      keys_(role_, role.now) {
  const std::string partition(arn_field(role_.arn, kPartitionField));
  caller_ =
      "arn:" + partition + ":sts::" + role_.account + ":assumed-role/" + role_.name + "/session";
  View& all = views_[nullptr];
  all.stack = limits_;
  all.stack.identity.emplace();
  for (const IdentityPolicy& identity : role_.identity) {
    if (identity.policy) {
      all.stack.identity->push_back(*identity.policy);
      has_deny_ = has_deny_ || std::any_of(identity.policy->statements.begin(),
                                           identity.policy->statements.end(), is_deny);
    }
  }
  look_at_all(*all.stack.identity, keys_);
  look_at_all(limits_.boundary.value_or(std::vector<policy::Policy>()), keys_);
  for (std::size_t level = 0; limits_.scp && level < limits_.scp->size(); ++level) {
    look_at_all((*limits_.scp)[level], keys_);
  }
}

bool Powers::is_allowed(const View& view, policy::Request request) const {
  keys_.add_to(request);
  if (!is_limited_) {
    return policy::evaluate_policies(*view.stack.identity, request).kind ==
           policy::DecisionKind::Allowed;
  }
  request.principal = caller_;
  return policy::evaluate_stack(view.stack, request).kind == policy::DecisionKind::Allowed;
}

Powers::View& Powers::view(const policy::Statement* through) {
  const auto known = views_.find(through);
  if (known != views_.end()) {
    return known->second;
  }
  View made;
  made.stack = limits_;
  made.stack.identity.emplace();
  for (const IdentityPolicy& identity : role_.identity) {
    if (!identity.policy) {
      continue;
    }
    policy::Policy kept;
    kept.version = identity.policy->version;
    for (const policy::Statement& statement : identity.policy->statements) {
      if (is_deny(statement) || &statement == through) {
        kept.statements.push_back(statement);
      }
    }
    if (!kept.statements.empty()) {
      made.stack.identity->push_back(std::move(kept));
    }
  }
  return views_.emplace(through, std::move(made)).first->second;
}

std::size_t Powers::compile(View& view) {
  if (!prover_) {
    prover_ = std::make_unique<prover::Prover>(budget_);
  }
  if (!view.compiled) {
    view.compiled = prover_->add(as_sent(view.stack, Moment::FromNowOn));
  }
  return *view.compiled;
}

policy::Stack Powers::as_sent(policy::Stack stack, Moment moment) const {
  if (auto requests = keys_.requests(moment)) {
    stack.session = {std::move(*requests)};
  }
  return stack;
}

bool Powers::allows(const policy::Request& request) const {
  return is_allowed(views_.at(nullptr), request);
}

const policy::Statement* Powers::statement_for(const policy::Request& request) const {
  for (const IdentityPolicy& identity : role_.identity) {
    for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
      const policy::Statement& statement = identity.policy->statements[i];
      if (!is_deny(statement) &&
          policy::evaluate_statement(statement, identity.policy->version, request).truth ==
              policy::Truth::Yes) {
        return &statement;
      }
    }
  }
  return nullptr;
}

Powers::Found Powers::search(const Reach& reach, const policy::Statement* through) {
  View& asked = view(through);
  policy::Request plain = plain_request(role_, reach);
  keys_.add_to(plain);
  const bool exact = reach.resource == "*" || !has_wildcard(reach.resource);
  if (exact && is_asked(reach, plain) && is_allowed(asked, plain)) {
    return {plain, {}};
  }
  if (exact && !could_allow(*asked.stack.identity, plain)) {
    return {};
  }
  if (const auto nothing_left = prover_ ? prover_->spent() : std::nullopt) {
    return {std::nullopt, doubt_about(reach, nothing_left->reason)};
  }
  const std::size_t own = compile(asked);
  const std::string resource = reach.resource == "*" ? "${*}" : reach.resource;
  const std::size_t wanted = prover_->add({allowing({reach.action}, resource, reach.context)});
  prover::Answer answer = prover_->overlap(own, wanted);
  if (answer.verdict == prover::Verdict::No) {
    return {};
  }
  if (answer.verdict == prover::Verdict::Undecided || !answer.witness) {
    return {std::nullopt, doubt_about(reach, answer.reason)};
  }
  answer.witness->principal = role_.arn;
  answer.witness->action = reach.action;
  return {std::move(answer.witness), {}};
}

Proof Powers::can(const Reach& reach, const policy::Statement* through) {
  Found found = search(reach, through);
  if (found.request) {
    return Proof::yes(request_witness(*found.request));
  }
  return found.doubt.empty() ? Proof::no() : Proof::undecided(std::move(found.doubt));
}

std::optional<policy::Request> Powers::find(const Reach& reach) {
  return search(reach, nullptr).request;
}

prover::Answer Powers::can_all_of(policy::Policy everything) {
  const std::size_t own = compile(views_.at(nullptr));
  policy::Stack asked;
  asked.identity = {std::move(everything)};
  return prover_->within(prover_->add(as_sent(std::move(asked), Moment::Now)), own);
}

policy::Policy allowing(std::vector<std::string> actions, std::string resource,
                        std::vector<policy::Condition> conditions) {
  policy::Statement statement;
  statement.effect = policy::Effect::Allow;
  statement.actions.emplace();
  for (std::string& action : actions) {
    statement.actions->push_back({std::move(action), {}});
  }
  statement.resources.emplace();
  statement.resources->push_back({std::move(resource), {}});
  statement.conditions = std::move(conditions);
  policy::Policy made;
  made.version = policy::Version::V2012_10_17;
  made.statements.push_back(std::move(statement));
  return made;
}

}  // namespace muster::iam
