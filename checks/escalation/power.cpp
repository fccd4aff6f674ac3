// Only the statements that name an action take part in a question about it, so that a decision
// costs little however many policies a principal has.
#include "checks/escalation/power.h"

#include <algorithm>

#include "checks/escalation/keys.h"
#include "checks/escalation/ways.h"
#include "checks/policy/arn.h"
#include "checks/policy/glob.h"

namespace muster::escalation {
namespace {

using policy::DecisionKind;
using policy::Effect;
using policy::Layer;
using policy::Policy;
using policy::Request;
using policy::StackDecision;
using policy::Statement;
using policy::StatementPart;

/// Requests that one question may try.
constexpr std::size_t kRequests = 4096;

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

/// How telling a refusal is: the reader wants to hear of the request that came closest.
int closeness(const StackDecision& decision) {
  if (decision.kind == DecisionKind::ExplicitDeny) {
    return 5;
  }
  if (decision.layer == Layer::Boundary || decision.layer == Layer::Scp) {
    return 6;
  }
  int best = decision.layer == Layer::Resource ? 4 : 0;
  for (const policy::LayerStatement& statement : decision.statements) {
    const StatementPart part = statement.trace.part;
    best = std::max(best, part == StatementPart::Condition  ? 3
                          : part == StatementPart::Resource ? 2
                                                            : 1);
  }
  return best;
}

/// The statement that tells most: the one that applies, else the one that failed last.
const policy::LayerStatement* telling(const StackDecision& decision) {
  const policy::LayerStatement* best = nullptr;
  for (const policy::LayerStatement& statement : decision.statements) {
    if (best == nullptr ||
        (statement.trace.part == StatementPart::All && best->trace.part != StatementPart::All) ||
        (best->trace.part != StatementPart::All && statement.trace.part > best->trace.part)) {
      best = &statement;
    }
  }
  return best;
}

std::string refusal(const StackDecision& decision) {
  const policy::LayerStatement* statement = telling(decision);
  if (decision.kind == DecisionKind::ExplicitDeny || statement == nullptr) {
    return decision.because;
  }
  const std::string layer = decision.because.substr(0, decision.because.find(": "));
  return layer + ": " + statement->trace.because;
}

/// A walk over all combinations of choices.
class Odometer {
 public:
  explicit Odometer(std::vector<const KeyChoices*> keys)
      : keys_(std::move(keys)), at_(keys_.size()) {}

  void write(Request& request) const {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const auto& value = keys_[i]->values[at_[i]];
      if (value) {
        request.context[keys_[i]->key] = *value;
      } else {
        request.context.erase(keys_[i]->key);
      }
    }
  }

  /// False after the last combination.
  bool next() {
    for (std::size_t i = 0; i < at_.size(); ++i) {
      if (++at_[i] < keys_[i]->values.size()) {
        return true;
      }
      at_[i] = 0;
    }
    return false;
  }

 private:
  std::vector<const KeyChoices*> keys_;
  std::vector<std::size_t> at_;
};

/// All requests for one resource.
class Search {
 public:
  Search(const policy::Stack& stack, Reply& best) : stack_(stack), best_(best) {}

  void run(Request request, const std::vector<KeyChoices>& keys);

  [[nodiscard]] bool exhausted() const { return tried_ >= kRequests; }

 private:
  /// One choice of what the caller may choose, under all values of what is open.
  void weigh(Request& request, const std::vector<const KeyChoices*>& open);
  void keep(Verdict verdict, const Request& request, const StackDecision& decision,
            std::string because);

  const policy::Stack& stack_;
  Reply& best_;
  int closest_ = -1;
  std::size_t tried_ = 0;
};

void Search::keep(Verdict verdict, const Request& request, const StackDecision& decision,
                  std::string because) {
  const int close = verdict == Verdict::Blocked ? closeness(decision) : 0;
  if (verdict < best_.verdict ||
      (verdict == best_.verdict && (verdict != Verdict::Blocked || close <= closest_))) {
    return;
  }
  closest_ = close;
  const policy::LayerStatement* statement = telling(decision);
  best_ = {verdict, request, std::move(because),
           statement == nullptr ? SourceRef{} : statement->trace.where, close};
}

std::string open_keys(const std::vector<const KeyChoices*>& open) {
  std::string names;
  for (const KeyChoices* key : open) {
    names += (names.empty() ? "`" : "`, `") + key->key;
  }
  return "the value of " + names + "`";
}

void Search::weigh(Request& request, const std::vector<const KeyChoices*>& open) {
  Odometer odometer(open);
  bool all = true;
  std::optional<Request> some;
  StackDecision granted;
  do {
    odometer.write(request);
    StackDecision decision = evaluate_stack(stack_, request);
    ++tried_;
    if (decision.kind == DecisionKind::Allowed) {
      if (!some) {
        some = request;
        granted = std::move(decision);
      }
      continue;
    }
    all = false;
    if (decision.kind == DecisionKind::Undecided) {
      keep(Verdict::Possible, request, decision, decision.because);
    } else if (!some) {
      keep(Verdict::Blocked, request, decision, refusal(decision));
    }
  } while (odometer.next() && tried_ < kRequests);
  if (some) {
    keep(all ? Verdict::Proven : Verdict::Possible, *some, granted,
         all ? std::string() : open_keys(open));
  }
}

void Search::run(Request request, const std::vector<KeyChoices>& keys) {
  std::vector<const KeyChoices*> chosen;
  std::vector<const KeyChoices*> open;
  for (const KeyChoices& key : keys) {
    switch (key.kind) {
      case KeyChoices::Kind::Known:
        if (key.values.front()) {
          request.context[key.key] = *key.values.front();
        }
        break;
      case KeyChoices::Kind::Chosen:
        chosen.push_back(&key);
        break;
      case KeyChoices::Kind::Open:
        open.push_back(&key);
        break;
    }
  }
  Odometer odometer(std::move(chosen));
  do {
    odometer.write(request);
    weigh(request, open);
  } while (best_.verdict != Verdict::Proven && odometer.next() && tried_ < kRequests);
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

namespace {

template <class Visit>
void each_statement(const policy::Stack& stack, const Visit& visit) {
  for (const auto* layer : {&stack.identity, &stack.resource, &stack.boundary}) {
    for (std::size_t i = 0; *layer && i < (*layer)->size(); ++i) {
      std::ranges::for_each((**layer)[i].statements, visit);
    }
  }
  for (std::size_t level = 0; stack.scp && level < stack.scp->size(); ++level) {
    for (const Policy& policy : (*stack.scp)[level]) {
      std::ranges::for_each(policy.statements, visit);
    }
  }
}

std::vector<const policy::Condition*> clauses_on(const policy::Stack& stack,
                                                 const std::string& key) {
  std::vector<const policy::Condition*> clauses;
  each_statement(stack, [&](const Statement& statement) {
    for (const policy::Condition& clause : statement.conditions) {
      if (text::equals_ignoring_case(clause.key.value, key)) {
        clauses.push_back(&clause);
      }
    }
  });
  return clauses;
}

}  // namespace

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
    : layers_(std::move(layers)), index_(index), named_(index.none()), now_(now) {
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
  each_statement(found->stack,
                 [&](const Statement& statement) { found->keys.merge(mentioned_keys(statement)); });
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
  Request request;
  request.resource = resource;
  for (const Policy& policy : *relevant(action).stack.identity) {
    for (const Statement& statement : policy.statements) {
      if (statement.effect != Effect::Allow) {
        continue;
      }
      const auto reaches = [&](const policy::Text& pattern) {
        return pattern.value.find("${") != std::string::npos ||
               policy::match_resource(pattern.value, policy.version, request) !=
                   policy::MatchResult::No;
      };
      if (!statement.resources || std::ranges::any_of(*statement.resources, reaches)) {
        return true;
      }
    }
  }
  return false;
}

Reply Power::ask(const Ask& question) const {
  const Relevant& relevant = this->relevant(question.action);
  policy::Stack with_trust;
  const policy::Stack* stack = &relevant.stack;
  std::set<std::string> keys = relevant.keys;
  if (question.trust != nullptr) {
    with_trust = relevant.stack;
    with_trust.resource = std::vector<Policy>{*question.trust};
    for (const Statement& statement : question.trust->statements) {
      keys.merge(mentioned_keys(statement));
    }
    stack = &with_trust;
  }
  Reply best;
  best.because = "no resource that it may name";
  Search search(*stack, best);
  for (const std::string& resource : question.resources) {
    Request request{caller_of(question.principal), question.action, resource, {}, {}};
    std::vector<KeyChoices> choices;
    for (const std::string& key : keys) {
      choices.push_back(choices_of(key, clauses_on(*stack, key), question, resource, now_));
    }
    search.run(std::move(request), choices);
    if (best.verdict == Verdict::Proven || search.exhausted()) {
      break;
    }
  }
  if (best.verdict == Verdict::Blocked && search.exhausted()) {
    best.verdict = Verdict::Possible;
    best.because = "its conditions leave too many combinations to try";
  }
  return best;
}

}  // namespace muster::escalation
