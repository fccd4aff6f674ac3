// Laws of the policy evaluator on random policies over a small alphabet, where clauses meet often.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "checks/policy/evaluate.h"
#include "checks/policy/glob.h"
#include "checks/policy/print.h"
#include "random_policy.h"

using namespace muster;
using namespace muster::policy;

namespace {

/// The plainest possible matcher: tries every length of every run. Exponential, so for short texts
/// only.
bool naive_glob(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) {
    return text.empty();
  }
  if (pattern.front() == '*') {
    return naive_glob(pattern.substr(1), text) ||
           (!text.empty() && naive_glob(pattern, text.substr(1)));
  }
  const bool one = !text.empty() && (pattern.front() == '?' || pattern.front() == text.front());
  return one && naive_glob(pattern.substr(1), text.substr(1));
}

/// Text of `letters`, at most `longest` of them.
rc::Gen<std::string> text_of(std::string letters, std::size_t longest) {
  return rc::gen::map(rc::gen::resize(static_cast<int>(longest),
                                      rc::gen::container<std::string>(rc::gen::elementOf(letters))),
                      [longest](std::string text) { return text.substr(0, longest); });
}

/// How far a decision lets the request through.
int openness(const Policy& policy, const Request& request) {
  switch (evaluate_policy(policy, request).kind) {
    case DecisionKind::ExplicitDeny:
    case DecisionKind::ImplicitDeny:
      return 0;
    case DecisionKind::Undecided:
      return 1;
    case DecisionKind::Allowed:
      return 2;
  }
  return 1;
}

DecisionKind kind(const Policy& policy, const Request& request) {
  return evaluate_policy(policy, request).kind;
}

Policy with(Policy policy, Statement statement, Effect effect) {
  statement.effect = effect;
  policy.statements.push_back(std::move(statement));
  return policy;
}

void upper(std::string& text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
}

/// One statement per entry of `list` in place of `statement`.
Policy split(const Policy& policy, std::size_t at,
             std::optional<std::vector<Text>> Statement::* list) {
  Policy result = policy;
  const Statement whole = policy.statements[at];
  result.statements.erase(result.statements.begin() + static_cast<std::ptrdiff_t>(at));
  for (const Text& entry : *(whole.*list)) {
    Statement part = whole;
    part.*list = {entry};
    result.statements.push_back(std::move(part));
  }
  return result;
}

}  // namespace

TEST_CASE("globs agree with the naive matcher") {
  CHECK(rc::check("pattern against text", [] {
    const std::string pattern = *text_of("ab*?", 6);
    const std::string text = *text_of("ab*", 8);
    RC_ASSERT(glob_match(pattern, text) == naive_glob(pattern, text));
  }));
}

TEST_CASE("marked wildcards leave stars and question marks literal") {
  CHECK(rc::check("a pattern without marks matches itself only", [] {
    const std::string pattern = *text_of("ab*?", 6);
    const std::string text = *text_of("ab*?", 6);
    RC_ASSERT(glob_match(pattern, text, kMarked) == (pattern == text));
  }));
}

TEST_CASE("a Deny never opens and an Allow never closes") {
  CHECK(rc::check("adding a Deny", [] {
    const Policy policy = random_policy();
    const Request request = random_request();
    RC_ASSERT(openness(with(policy, random_statement(), Effect::Deny), request) <=
              openness(policy, request));
  }));
  CHECK(rc::check("adding an Allow", [] {
    const Policy policy = random_policy();
    const Request request = random_request();
    RC_ASSERT(openness(with(policy, random_statement(), Effect::Allow), request) >=
              openness(policy, request));
  }));
  CHECK(rc::check("a Deny of everything", [] {
    Statement all;
    all.actions = plain_list({"*"});
    all.resources = plain_list({"*"});
    RC_ASSERT(kind(with(random_policy(), all, Effect::Deny), random_request()) ==
              DecisionKind::ExplicitDeny);
  }));
}

TEST_CASE("writing the same policy otherwise changes nothing") {
  CHECK(rc::check("order of statements, values and lists; duplicates", [] {
    const Policy policy = random_policy();
    const Request request = random_request();
    Policy other = policy;
    if (!other.statements.empty()) {
      other.statements.push_back(other.statements.front());
    }
    for (Statement& statement : other.statements) {
      shuffle(statement.conditions);
      for (Condition& condition : statement.conditions) {
        condition.values.push_back(condition.values.front());
        shuffle(condition.values);
      }
    }
    shuffle(other.statements);
    RC_ASSERT(kind(other, request) == kind(policy, request));
  }));
  CHECK(rc::check("case of actions and keys", [] {
    const Policy policy = random_policy();
    Request request = random_request();
    Policy other = policy;
    for (Statement& statement : other.statements) {
      for (auto* list : {&statement.actions, &statement.not_actions}) {
        if (*list) {
          for (Text& action : **list) {
            upper(action.value);
          }
        }
      }
      for (Condition& condition : statement.conditions) {
        upper(condition.key.value);
      }
    }
    const DecisionKind before = kind(policy, request);
    upper(request.action);
    RC_ASSERT(kind(other, request) == before);
  }));
}

TEST_CASE("a statement may be split by its actions or its resources") {
  CHECK(rc::check("split", [] {
    const Policy policy = random_policy();
    const Request request = random_request();
    for (std::size_t i = 0; i < policy.statements.size(); ++i) {
      for (auto list : {&Statement::actions, &Statement::resources}) {
        if (policy.statements[i].*list) {
          RC_ASSERT(kind(split(policy, i, list), request) == kind(policy, request));
        }
      }
    }
  }));
}

TEST_CASE("NotAction is the complement of Action, and NotResource of Resource where all is known") {
  CHECK(rc::check("complement", [] {
    Statement statement = random_statement();
    statement.conditions.clear();
    statement.not_actions.reset();
    statement.not_resources.reset();
    statement.actions = random_list({"s:a", "s:*", "t:*", "s:?"});
    statement.resources = random_list({"arn:aws:s:::a", "arn:aws:*", "arn:aws:s:::*"});
    const Request request = random_request();
    const auto applies = [&](const Statement& one) {
      return evaluate_statement(one, Version::V2012_10_17, request).truth;
    };
    Statement everywhere = statement;
    everywhere.resources = plain_list({"*"});
    Statement others = everywhere;
    others.not_actions = std::exchange(others.actions, std::nullopt);
    RC_ASSERT((applies(everywhere) == Truth::Yes) == (applies(others) == Truth::No));
    Statement always = statement;
    always.actions = plain_list({"*"});
    Statement elsewhere = always;
    elsewhere.not_resources = std::exchange(elsewhere.resources, std::nullopt);
    RC_ASSERT((applies(always) == Truth::Yes) == (applies(elsewhere) == Truth::No));
  }));
}

TEST_CASE("IfExists changes nothing for a key that is there") {
  CHECK(rc::check("present keys", [] {
    Condition condition = random_condition();
    RC_PRE(condition.op.kind != OperatorKind::Null);
    const Request request = random_request();
    RC_PRE(request.context.contains(condition.key.value));
    const Truth strict = evaluate_condition(condition, Version::V2012_10_17, request);
    condition.op.if_exists = !condition.op.if_exists;
    RC_ASSERT(evaluate_condition(condition, Version::V2012_10_17, request) == strict);
  }));
}

TEST_CASE(
    "a negated plain operator is the opposite of the plain one, for a key that is there or not") {
  CHECK(rc::check("negation", [] {
    Condition condition = random_condition();
    condition.op.quantifier = Quantifier::None;
    condition.op.if_exists = false;
    RC_PRE(condition.op.kind != OperatorKind::Null);
    const Request request = random_request();
    const Truth one = evaluate_condition(condition, Version::V2012_10_17, request);
    condition.op.negated = !condition.op.negated;
    const Truth other = evaluate_condition(condition, Version::V2012_10_17, request);
    if (one != Truth::Unknown && other != Truth::Unknown) {
      RC_ASSERT(one != other);
    }
  }));
}

TEST_CASE("a key that no clause names and no variable uses changes nothing") {
  CHECK(rc::check("irrelevant key", [] {
    const Policy policy = random_policy();
    Request request = random_request();
    const DecisionKind before = kind(policy, request);
    request.context["other"] = ContextValue{{"a"}, false};
    RC_ASSERT(kind(policy, request) == before);
  }));
}

TEST_CASE("a printed policy is read back as the same policy") {
  CHECK(rc::check("print and read is the identity", [] {
    const Policy policy = random_policy();
    const bool compact = *rc::gen::arbitrary<bool>();
    const std::string printed =
        print_policy(policy, compact ? text::JsonLayout::Compact : text::JsonLayout::Indented);
    RC_LOG() << printed << std::endl;
    const auto read = parse_policy(printed, SourceId("printed.json"), PolicyType::Identity);
    RC_ASSERT(read);
    RC_ASSERT(same_policy(policy, read.value()));
  }));
}
