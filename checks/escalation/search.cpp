// Walks over the choices of the caller, and for each over what is open.
#include "checks/escalation/search.h"

#include <algorithm>
#include <tuple>

namespace muster::escalation {
namespace {

using policy::DecisionKind;
using policy::Layer;
using policy::Request;
using policy::StackDecision;
using policy::StatementPart;

/// Requests that one question may try.
constexpr std::size_t kRequests = 4096;
/// The same, when no looks are left.
constexpr std::size_t kFewRequests = 64;

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

/// The statement that tells most: one that applies and stands in a document, else the one that
/// failed last.
const policy::LayerStatement* telling(const StackDecision& decision) {
  const policy::LayerStatement* best = nullptr;
  const auto rank = [](const policy::LayerStatement& statement) {
    const bool applies = statement.trace.part == StatementPart::All;
    return std::tuple(applies, !statement.trace.where.source.path().empty(),
                      applies ? StatementPart::All : statement.trace.part);
  };
  for (const policy::LayerStatement& statement : decision.statements) {
    if (best == nullptr || rank(statement) > rank(*best)) {
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

std::string open_keys(const std::vector<const KeyChoices*>& open) {
  std::string names;
  for (const KeyChoices* key : open) {
    names += (names.empty() ? "`" : "`, `") + key->key;
  }
  return "the value of " + names + "`";
}

}  // namespace

Search::Search(const policy::Stack& stack, std::size_t& looks)
    : stack_(stack), looks_per_request_(statements_of(stack).size()), looks_(looks) {
  best_.because = "no resource that it may name";
}

bool Search::exhausted() const {
  return tried_ >= (looks_ > 0 ? kRequests : kFewRequests);
}

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

void Search::weigh(Request& request, const std::vector<const KeyChoices*>& open) {
  Odometer odometer(open);
  bool all = true;
  bool more = true;
  std::optional<Request> some;
  StackDecision granted;
  while (more && !exhausted()) {
    odometer.write(request);
    StackDecision decision = evaluate_stack(stack_, request);
    ++tried_;
    looks_ -= std::min(looks_, looks_per_request_);
    more = odometer.next();
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
  }
  // What was not tried may be refused.
  all = all && !more;
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
  } while (!done() && odometer.next());
}

Reply Search::take() {
  if (best_.verdict == Verdict::Blocked && exhausted()) {
    best_.verdict = Verdict::Possible;
    best_.because = "its conditions leave too many combinations to try";
  }
  return std::move(best_);
}

}  // namespace muster::escalation
