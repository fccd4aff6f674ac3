// Only the statements that name an action take part in a question about it, so that a decision
// costs little however many policies a principal has.
#include "checks/escalation/power.h"

#include <algorithm>
#include <array>

#include "checks/escalation/candidates.h"
#include "checks/escalation/names.h"
#include "checks/escalation/search.h"
#include "checks/escalation/ways.h"
#include "checks/policy/arn.h"
#include "checks/policy/glob.h"

namespace muster::escalation {
namespace {

using policy::Effect;
using policy::Layer;
using policy::Policy;
using policy::Request;
using policy::Statement;

bool any_names(const std::vector<policy::Text>& patterns, std::string_view action) {
  return std::ranges::any_of(patterns, [&](const policy::Text& pattern) {
    const std::string& text = pattern.value;
    // Most patterns are of another service: no need to fold them.
    if (!text.empty() && text.front() != '*' && text.front() != '?' &&
        text::lower(text.front()) != action.front()) {
      return false;
    }
    return policy::glob_match(policy::lower(text), action, policy::Wildcards{});
  });
}

bool names_action(const Statement& statement, std::string_view lower_action) {
  if (statement.actions) {
    return any_names(*statement.actions, lower_action);
  }
  return statement.not_actions && !any_names(*statement.not_actions, lower_action);
}

/// Whether a clause that demands some text could take this one; of other clauses nothing is said.
bool may_take(const policy::Condition& clause, const std::string& value) {
  using policy::OperatorKind;
  static constexpr std::array<OperatorKind, 5> kTexts = {
      OperatorKind::StringEquals, OperatorKind::StringEqualsIgnoreCase, OperatorKind::StringLike,
      OperatorKind::ArnEquals, OperatorKind::ArnLike};
  if (clause.op.negated || std::ranges::find(kTexts, clause.op.kind) == kTexts.end()) {
    return true;
  }
  return std::ranges::any_of(clause.values, [&](const policy::Text& wanted) {
    return wanted.value.find("${") != std::string::npos ||
           policy::glob_match(policy::lower(wanted.value), policy::lower(value),
                              policy::Wildcards{});
  });
}

/// The statements of the policies that name the action, as policies of their own.
std::vector<Policy> reduced(const std::vector<iam::SharedPolicy>& policies,
                            std::string_view lower_action) {
  std::vector<Policy> kept;
  for (const iam::SharedPolicy& policy : policies) {
    Policy part;
    part.version = policy->version;
    for (const Statement& statement : policy->statements) {
      if (names_action(statement, lower_action)) {
        part.statements.push_back(statement);
      }
    }
    if (!part.statements.empty()) {
      kept.push_back(std::move(part));
    }
  }
  return kept;
}

}  // namespace

/// What the policies say about one action.
struct Power::Relevant {
  policy::Stack stack;
  std::set<std::string> keys;
  bool named = false;
  bool personal = false;
};

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Blocked:
      return "blocked";
    case Verdict::Possible:
      return "possible";
    case Verdict::Proven:
      return "proven";
  }
  return "blocked";
}

void add_rcp(const ResourceSide& side, std::string_view lower_action, policy::Stack& stack) {
  for (std::size_t i = 0; side.rcp != nullptr && i < side.rcp->size(); ++i) {
    std::vector<iam::SharedPolicy> texts;
    for (const iam::IdentityPolicy& policy : (*side.rcp)[i]) {
      if (policy.policy) {
        texts.push_back(policy.policy);
      } else {
        stack.open.insert(Layer::Rcp);
      }
    }
    if (!stack.rcp) {
      stack.rcp.emplace();
    }
    stack.rcp->push_back(reduced(texts, lower_action));
  }
}

ActionIndex::ActionIndex() : actions_{"sts:AssumeRole"} {
  for (const Way& way : ways()) {
    for (const Step& step : way.steps) {
      actions_.push_back(step.action);
    }
    actions_.insert(actions_.end(), way.ways.begin(), way.ways.end());
    if (!way.tagging.empty()) {
      actions_.push_back(way.tagging);
    }
  }
  std::ranges::sort(actions_);
  const auto repeated = std::ranges::unique(actions_);
  actions_.erase(repeated.begin(), repeated.end());
  for (const std::string& action : actions_) {
    folded_.push_back(policy::lower(action));
  }
}

std::optional<std::size_t> ActionIndex::number(std::string_view action) const {
  const auto found = std::ranges::lower_bound(
      actions_, action, {}, [](const std::string& one) { return std::string_view(one); });
  if (found == actions_.end() || *found != action) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - actions_.begin());
}

void ActionIndex::add(const iam::SharedPolicy& policy, ActionBits& bits) {
  auto [entry, fresh] = known_.try_emplace(policy.get());
  for (std::size_t i = 0; fresh && i < folded_.size(); ++i) {
    const bool named = std::ranges::any_of(policy->statements, [&](const Statement& statement) {
      return statement.effect == Effect::Allow && names_action(statement, folded_[i]);
    });
    if (named) {
      entry->second.push_back(i);
    }
  }
  for (const std::size_t number : entry->second) {
    bits[number] = true;
  }
}

Power::Power(iam::PrincipalLayers layers, ActionIndex& index, TimePoint now)
    : layers_(std::move(layers)),
      index_(index),
      named_(index.none()),
      now_(now),
      looks_(kMostLooks) {
  for (const iam::SharedPolicy& policy : layers_.identity) {
    index.add(policy, named_);
  }
}

Power::~Power() = default;

const Power::Relevant& Power::relevant(const std::string& action) const {
  const auto known = relevant_.find(action);
  if (known != relevant_.end()) {
    return *known->second;
  }
  const std::string folded = policy::lower(action);
  auto found = std::make_unique<Relevant>();
  found->stack.identity = reduced(layers_.identity, folded);
  if (layers_.boundary) {
    found->stack.boundary = reduced(*layers_.boundary, folded);
  }
  if (layers_.scp) {
    found->stack.scp.emplace();
    for (const auto& level : *layers_.scp) {
      found->stack.scp->push_back(reduced(level, folded));
    }
  }
  found->stack.open = layers_.open;
  found->keys = mentioned_keys(statements_of(found->stack));
  found->personal = std::ranges::any_of(found->keys, is_personal_key);
  for (const Policy& policy : *found->stack.identity) {
    found->named = found->named || std::ranges::any_of(policy.statements, [](const Statement& one) {
                     return one.effect == Effect::Allow;
                   });
  }
  return *relevant_.emplace(action, std::move(found)).first->second;
}

bool Power::names(const std::string& action) const {
  const auto number = index_.number(action);
  return number ? named_[*number] : relevant(action).named;
}

bool Power::is_personal(const std::string& action) const {
  return relevant(action).personal;
}

std::vector<std::string> Power::patterns(const std::string& action) const {
  std::vector<std::string> found;
  for (const Policy& policy : *relevant(action).stack.identity) {
    for (const Statement& statement : policy.statements) {
      if (statement.effect != Effect::Allow) {
        continue;
      }
      for (std::size_t i = 0; statement.resources && i < statement.resources->size(); ++i) {
        found.push_back((*statement.resources)[i].value);
      }
      if (!statement.resources) {
        found.emplace_back("*");
      }
    }
  }
  return found;
}

bool Power::may_reach(const std::string& action, const std::string& resource) const {
  for (const Policy& policy : *relevant(action).stack.identity) {
    for (const Statement& statement : policy.statements) {
      if (statement.effect == Effect::Allow && may_concern(statement, resource)) {
        return true;
      }
    }
  }
  return false;
}

bool Power::may_have(const std::string& action, std::string_view key,
                     const std::string& value) const {
  const auto admits = [&](const Statement& statement) {
    return statement.effect == Effect::Allow &&
           std::ranges::all_of(statement.conditions, [&](const policy::Condition& clause) {
             return policy::lower(clause.key.value) != key || may_take(clause, value);
           });
  };
  return std::ranges::any_of(*relevant(action).stack.identity, [&](const Policy& policy) {
    return std::ranges::any_of(policy.statements, admits);
  });
}

std::vector<std::vector<std::string>> Power::other_names(const std::string& action,
                                                         const iam::Principal& principal) const {
  policy::Stack stack = relevant(action).stack;
  const auto resolve = [&](std::vector<Policy>& policies) {
    for (Policy& policy : policies) {
      for (Statement& statement : policy.statements) {
        for (auto* texts : {&statement.resources, &statement.not_resources}) {
          for (std::size_t i = 0; *texts && i < (*texts)->size(); ++i) {
            std::string& pattern = (**texts)[i].value;
            pattern = resolved(pattern, policy.version, principal);
          }
        }
      }
    }
  };
  resolve(*stack.identity);
  if (stack.boundary) {
    resolve(*stack.boundary);
  }
  for (std::size_t i = 0; stack.scp && i < stack.scp->size(); ++i) {
    resolve((*stack.scp)[i]);
  }
  return names_within(stack, action, home_of(principal));
}

std::vector<Reply> Power::find_new(
    const std::string& action, const iam::Principal& principal,
    const std::map<std::string, std::optional<std::string>>& keys) const {
  const auto try_these = [&](const std::vector<std::string>& resources) {
    return ask({principal, action, resources, keys, TagKnowledge::Chosen, {}, nullptr});
  };
  const auto obvious = nameable(action, home_of(principal), patterns(action));
  std::vector<std::vector<std::string>> others;
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < obvious.size(); ++i) {
    Reply reply = try_these(obvious[i]);
    if (reply.verdict != Verdict::Proven) {
      if (others.empty()) {
        others = other_names(action, principal);
      }
      Reply more = try_these(others[i]);
      if (more.verdict > reply.verdict) {
        reply = std::move(more);
      }
    }
    if (obvious[i].empty() && reply.verdict == Verdict::Blocked) {
      reply.because = "no resource of the account that its policies name";
    }
    replies.push_back(std::move(reply));
    if (replies.back().verdict == Verdict::Blocked) {
      break;
    }
  }
  return replies;
}

std::vector<Reply> Power::ask_new(
    const std::string& action, const iam::Principal& principal,
    const std::map<std::string, std::optional<std::string>>& keys) const {
  const Relevant& relevant = this->relevant(action);
  std::string id = action;
  for (const auto& [key, value] : keys) {
    if (relevant.keys.contains(key)) {
      id += "\n" + key + "=" + value.value_or("\n");
    }
  }
  id += relevant.personal ? "\n" + principal.arn : std::string();
  auto [entry, fresh] = new_things_.try_emplace(std::move(id));
  if (fresh) {
    entry->second = find_new(action, principal, keys);
  }
  std::vector<Reply> replies = entry->second;
  for (Reply& reply : replies) {
    reply.request.principal = caller_of(principal);
  }
  return replies;
}

/// As what the principal may send the request: its sessions have any name, so also those that the
/// policy of the resource names.
std::vector<std::string> callers_for(const Ask& question) {
  std::vector<std::string> callers{caller_of(question.principal)};
  const ResourceSide* side = question.resource_side;
  if (side == nullptr || side->policy == nullptr ||
      question.principal.kind == iam::PrincipalKind::User) {
    return callers;
  }
  const std::string prefix = callers.front().substr(0, callers.front().rfind('/') + 1);
  for (const Statement& statement : side->policy->statements) {
    for (std::size_t i = 0; statement.principals && i < statement.principals->size(); ++i) {
      const std::string& text = (*statement.principals)[i].value.value;
      if (text.starts_with(prefix) && text.size() > prefix.size()) {
        callers.push_back(text);
      }
    }
  }
  return callers;
}

policy::Stack Power::with_resource(const Relevant& relevant, const Ask& question) {
  const ResourceSide& side = *question.resource_side;
  policy::Stack stack = relevant.stack;
  if (side.policy != nullptr) {
    stack.resource = std::vector<Policy>{*side.policy};
  }
  if (side.open) {
    stack.open.insert(Layer::Resource);
  }
  add_rcp(side, policy::lower(question.action), stack);
  return stack;
}

std::vector<KeyChoices> Power::choices_for(const policy::Stack& stack, const Ask& question,
                                           const std::string& resource) const {
  Statements concerned = statements_of(stack);
  std::erase_if(concerned,
                [&](const Statement* statement) { return !may_concern(*statement, resource); });
  std::vector<KeyChoices> choices;
  for (const std::string& key : mentioned_keys(concerned)) {
    choices.push_back(choices_of(key, clauses_on(concerned, key), question, resource, now_));
  }
  return choices;
}

Reply Power::ask(const Ask& question) const {
  const Relevant& relevant = this->relevant(question.action);
  const ResourceSide* side = question.resource_side;
  policy::Stack with_side;
  const policy::Stack* stack = &relevant.stack;
  if (side != nullptr) {
    with_side = with_resource(relevant, question);
    stack = &with_side;
  }
  const std::string& account = side == nullptr ? std::string() : side->account;
  Search search(*stack, looks_);
  const std::vector<std::string> callers = callers_for(question);
  for (std::size_t i = 0; i < callers.size(); ++i) {
    // Who starts the session gives it its name; whether it may be this one, no policy here tells.
    if (i > 0 && search.best() != Verdict::Blocked) {
      break;
    }
    Search session(*stack, looks_);
    Search& asked = i == 0 ? search : session;
    for (const std::string& resource : question.resources) {
      asked.run({callers[i], question.action, resource, account, {}},
                choices_for(*stack, question, resource));
      if (asked.done()) {
        break;
      }
    }
    if (i > 0) {
      Reply named = session.take();
      if (named.verdict != Verdict::Blocked) {
        named.because = "whether its session may be called as in `" + callers[i] + "`" +
                        (named.because.empty() ? "" : ", and " + named.because);
        named.verdict = Verdict::Possible;
        return named;
      }
    }
  }
  return search.take();
}

}  // namespace muster::escalation
