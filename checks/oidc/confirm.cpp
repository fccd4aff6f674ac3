// Concrete tokens before the policy evaluator.
#include "checks/oidc/confirm.h"

#include <algorithm>
#include <array>
#include <set>

#include "checks/oidc/clauses.h"
#include "checks/policy/variables.h"
#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

using policy::DecisionKind;
using policy::Request;

const ClaimText* find_claim(std::span<const TokenPart> token, std::string_view claim,
                            const TokenPart** owner) {
  for (const TokenPart& part : token) {
    if (const ClaimText* text = part.world->find(claim)) {
      *owner = &part;
      return text;
    }
  }
  return nullptr;
}

std::optional<std::string> value_of(std::span<const TokenPart> token, std::string_view claim) {
  const TokenPart* part = nullptr;
  const ClaimText* text = find_claim(token, claim, &part);
  return text == nullptr ? std::nullopt : std::optional(encode(text_of(*text, part->words)));
}

bool is_denied(DecisionKind kind) {
  return kind == DecisionKind::ImplicitDeny || kind == DecisionKind::ExplicitDeny;
}

void add_context(Request& request, const Context& context) {
  for (const auto& [key, value] : context) {
    request.context[key] = {{value}, false};
  }
}

/// Whether the text of the items matches.
bool matches(std::span<const Item> items, const Word& text) {
  GlobSet globs;
  const std::size_t pattern = globs.add({{items.begin(), items.end()}, false});
  globs.seal();
  return match(globs, globs.mask({pattern}), text) == AtomValue::Yes;
}

/// What the only variable of the pattern would have to be for it to match `text`.
std::vector<Word> captures(const Pattern& pattern, const Word& text) {
  const auto is_variable = [](const Item& item) { return item.kind == ItemKind::Variable; };
  const auto variable = std::find_if(pattern.items.begin(), pattern.items.end(), is_variable);
  if (std::count_if(pattern.items.begin(), pattern.items.end(), is_variable) != 1) {
    return {};
  }
  const std::span<const Item> items(pattern.items);
  const auto place = static_cast<std::size_t>(variable - pattern.items.begin());
  std::vector<Word> out;
  for (std::size_t begin = 0; begin <= text.size(); ++begin) {
    if (!matches(items.first(place), text.substr(0, begin))) {
      continue;
    }
    for (std::size_t end = begin; end <= text.size(); ++end) {
      if (matches(items.subspan(place + 1), text.substr(end))) {
        out.push_back(text.substr(begin, end - begin));
      }
    }
  }
  return out;
}

/// Values that keys chosen by the caller would need, by key: captured from patterns with a
/// variable, or resolved from values that refer to the token.
class CallerValues {
 public:
  CallerValues(const policy::Policy& policy, const Request& request) : request_(request) {
    for (const policy::Statement& statement : policy.statements) {
      for (const policy::Condition& condition : statement.conditions) {
        for (const policy::Text& value : condition.values) {
          if (value.value.find("${") != std::string::npos) {
            add(condition, value.value, policy.version);
          }
        }
      }
    }
  }

  /// Contexts to try; bounded.
  [[nodiscard]] std::vector<Context> contexts() const {
    constexpr std::size_t kMost = 64;
    std::vector<Context> all(1);
    for (const auto& [key, values] : values_) {
      std::vector<Context> next;
      for (const Context& context : all) {
        for (const std::string& value : values) {
          next.push_back(context);
          next.back()[key] = value;
        }
      }
      if (next.size() > kMost) {
        next.resize(kMost);
      }
      all = std::move(next);
    }
    return all;
  }

 private:
  void add(const policy::Condition& condition, const std::string& text, policy::Version version) {
    const std::string key = policy::lower(condition.key.value);
    const bool like = condition.op.kind == policy::OperatorKind::StringLike;
    const auto carried = request_.context.find(key);
    if (carried == request_.context.end()) {
      const policy::Expanded value =
          policy::expand(text, version, request_, policy::TextUse::Literal);
      if (value.state == policy::Resolution::Resolved) {
        keep(key, value.text);
      }
      return;
    }
    const Pattern pattern = parse_pattern(text, version, like);
    for (const Item& item : pattern.items) {
      if (item.kind == ItemKind::Variable && !request_.context.contains(item.variable)) {
        for (const Word& word : captures(pattern, decode(carried->second.values.front()))) {
          keep(item.variable, encode(word));
        }
      }
    }
  }

  void keep(const std::string& key, const std::string& value) {
    const bool possible =
        key != "sts:rolesessionname" || belongs(CharClass::SessionName, decode(value));
    if (possible && !value.empty() && !key.empty()) {
      values_[key].insert(value);
    }
  }

  const Request& request_;
  std::map<std::string, std::set<std::string>> values_;
};

bool goal_holds(const Question& question, const Request& request) {
  const DecisionKind here = evaluate_policy(*question.subject.policy, request).kind;
  switch (question.goal) {
    case Goal::Admitted:
      return here == DecisionKind::Allowed;
    case Goal::Refused:
      return is_denied(here);
    case Goal::AdmittedOnlyHere:
      return here == DecisionKind::Allowed &&
             is_denied(evaluate_policy(*question.other.policy, request).kind);
  }
  return false;
}

/// The context under which the goal holds for the request.
std::optional<Context> find_context(const Question& question, const Request& token,
                                    std::span<const Surroundings> surroundings) {
  for (const Surroundings& way : surroundings) {
    Request request = token;
    add_context(request, way.context);
    if (goal_holds(question, request)) {
      return way.context;
    }
    Request bare = token;
    for (const Context& extra : CallerValues(*question.subject.policy, bare).contexts()) {
      request = token;
      Context context = way.context;
      for (const auto& [key, value] : extra) {
        context[key] = value;
      }
      add_context(request, context);
      if (!extra.empty() && goal_holds(question, request)) {
        return context;
      }
    }
  }
  return std::nullopt;
}

bool is_mentioned(const Question& question, const std::string& claim) {
  const auto by = [&](const PolicyUnderTest& policy) {
    return policy.compiled != nullptr &&
           std::any_of(policy.compiled->tracks.begin(), policy.compiled->tracks.end(),
                       [&](const Track& track) { return track.claim == claim; });
  };
  return by(question.subject) || by(question.other);
}

/// Claims a reader wants to see even if no clause asks for them.
bool is_shown(const Question& question, const std::string& claim, std::string_view subject) {
  const bool base = claim == "sub" || claim == "aud" || claim == "repository" || claim == "ref" ||
                    claim == "environment";
  const bool id = claim == "repository_id" || claim == "repository_owner_id";
  const bool in_subject = id && subject.find('@') != std::string_view::npos;
  return base || in_subject || is_mentioned(question, claim);
}

std::vector<std::string> reading_order(const Question& question) {
  std::vector<std::string> order = {"sub",
                                    "aud",
                                    "repository",
                                    "ref",
                                    "environment",
                                    "repository_id",
                                    "repository_owner_id",
                                    "job_workflow_ref",
                                    "workflow",
                                    "actor",
                                    "actor_id",
                                    "enterprise_id"};
  for (const std::string& claim : question.issuer->exposed) {
    if (!text::one_of(claim, order)) {
      order.push_back(claim);
    }
  }
  return order;
}

Witness witness_of(const Question& question, std::span<const TokenPart> token,
                   const Context& context) {
  Witness witness{WitnessKind::Token, {}};
  const std::string subject = value_of(token, "sub").value_or("");
  for (const std::string& claim : reading_order(question)) {
    const auto value = value_of(token, claim);
    if (value && is_shown(question, claim, subject)) {
      witness.fields.push_back({claim, {*value}});
    }
  }
  for (const auto& [key, value] : context) {
    witness.fields.push_back({key, {value}});
  }
  return witness;
}

}  // namespace

Request request_of(const Question& question, std::span<const TokenPart> token) {
  Request request = web_identity_request(*question.provider);
  const std::string prefix = policy::lower(question.issuer->prefix) + ":";
  for (const std::string& claim : question.issuer->exposed) {
    if (const auto value = value_of(token, claim)) {
      request.context[prefix + claim] = {{*value}, false};
    }
  }
  return request;
}

std::optional<Witness> confirmed(const Question& question, std::span<const TokenPart> token,
                                 std::span<const Surroundings> surroundings) {
  const Request request = request_of(question, token);
  if (question.goal == Goal::Refused) {
    const bool always = std::all_of(surroundings.begin(), surroundings.end(), [&](const auto& way) {
      Request with_way = request;
      add_context(with_way, way.context);
      return goal_holds(question, with_way);
    });
    // Some keys are in every request (the session name), so one way they can stand is shown.
    const Context shown = surroundings.empty() ? Context() : surroundings.front().context;
    return always ? std::optional(witness_of(question, token, shown)) : std::nullopt;
  }
  const auto context = find_context(question, request, surroundings);
  return context ? std::optional(witness_of(question, token, *context)) : std::nullopt;
}

}  // namespace muster::oidc
